import { type Clock, isJsonObject, type Json, type Store } from '@ttp/core';
import { equalBytes, fromUtf8, parseJson, utf8 } from '@ttp/crypto';
import { fail } from './fail.js';
import { MAX_ROUNDS, MESSAGE_MAX_BYTES } from './limits.js';
import { isSession } from './message.js';
import type { Negotiation, NegotiationRole } from './negotiation.js';
import type { DrivenSide } from './side.js';

const PREFIX = 'pnp/';

/** Where a negotiation is kept. The session is in the form of one, so nothing else can be meant. */
const keyOf = (role: NegotiationRole, session: string): string => `${PREFIX}${role}/${session}`;

/** What is kept: the state, the last message, and when: a monotonic clock says nothing to another process. */
interface Kept {
  readonly state: Negotiation;
  readonly last?: string;
  readonly now: number;
  readonly wall: number;
}

/** Where one side is kept, from one write to the next. */
export interface Keeper {
  /** Throws PNP_SESSION_USED where somebody else wrote there. */
  keep(side: DrivenSide): Promise<void>;
}

/**
 * Keeps a side in the store. Each write has to find what this keeper wrote before, or nothing: two processes that go on
 * with one session would tell two stories.
 *
 * @param known what is there, as {@link readKept} found it
 */
export function keeperOf(store: Store, clock: Clock, known?: Uint8Array): Keeper {
  let written = known;
  return {
    async keep({ state, last }) {
      const { role, session, machine } = state;
      // A responder that waits for an offer has nothing to lose yet.
      if (session === undefined || machine.at === 'IDLE' || state.chain.length === 0) return;
      const kept: Kept = {
        state,
        ...(last === undefined ? {} : { last }),
        now: clock.monotonic(),
        wall: clock.now(),
      };
      const value = utf8(JSON.stringify(kept));
      const there = await store.get(keyOf(role, session));
      const isOurs =
        there === undefined
          ? written === undefined
          : written !== undefined && equalBytes(there.value, written);
      if (!isOurs || !(await store.put(keyOf(role, session), value, there?.version ?? 0)))
        fail('PNP_SESSION_USED', 'kept by somebody else', 'session');
      written = value;
    },
  };
}

/**
 * The side that was kept, with its times on the clock of this process: as much time has gone by as the wall clock says,
 * and never less than none.
 *
 * @throws PNP_NO_SESSION, PNP_BAD_STATE
 */
export async function readKept(
  store: Store,
  clock: Clock,
  role: NegotiationRole,
  session: string,
): Promise<{ readonly side: DrivenSide; readonly bytes: Uint8Array }> {
  const there = isSession(session) ? await store.get(keyOf(role, session)) : undefined;
  if (there === undefined) return fail('PNP_NO_SESSION', 'no such negotiation', 'session');
  const json = parseJson(fromUtf8(there.value), { profile: 'foreign', maxBytes: 4 * MESSAGE_MAX_BYTES });
  if (!isKept(json, role, session)) return fail('PNP_BAD_STATE', 'not a negotiation', 'session');
  const { state, last, now, wall } = json;
  const { machine } = state;
  if (!('deadline' in machine) || machine.deadline === undefined)
    return { side: { state, ...(last === undefined ? {} : { last }), refused: 0 }, bytes: there.value };
  const shift = clock.monotonic() - now - Math.max(0, clock.now() - wall);
  const moved = { ...machine, deadline: machine.deadline + shift, ends: machine.ends + shift };
  return {
    side: { state: { ...state, machine: moved }, ...(last === undefined ? {} : { last }), refused: 0 },
    bytes: there.value,
  };
}

/** The store is this party's own; what it holds of this form, this package wrote. */
function isKept(json: Json, role: NegotiationRole, session: string): json is Json & Kept {
  if (!isJsonObject(json) || typeof json['now'] !== 'number' || typeof json['wall'] !== 'number')
    return false;
  const { state } = json;
  if (!isJsonObject(state) || state['v'] !== 1 || state['role'] !== role || state['session'] !== session)
    return false;
  const { machine, chain } = state;
  return (
    isJsonObject(machine) &&
    typeof machine['at'] === 'string' &&
    Array.isArray(chain) &&
    chain.length <= MAX_ROUNDS + 3
  );
}

/**
 * Forgets negotiations that are long over: kept since before a time.
 *
 * @param before wall clock, ms; well before now, since ACK is repeated as long as it is kept
 * @returns how many were forgotten
 */
export async function forgetNegotiations(store: Store, before: number): Promise<number> {
  let forgotten = 0;
  for await (const key of store.list(PREFIX)) {
    const there = await store.get(key);
    if (there === undefined) continue;
    const json = parseJson(fromUtf8(there.value), { profile: 'foreign', maxBytes: 4 * MESSAGE_MAX_BYTES });
    if (!isJsonObject(json) || typeof json['wall'] !== 'number' || json['wall'] >= before) continue;
    if (await store.delete(key, there.version)) forgotten++;
  }
  return forgotten;
}
