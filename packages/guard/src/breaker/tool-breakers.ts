import {
  type Clock,
  type Decision,
  type Dispose,
  HANDLER_ORDER,
  type Interaction,
  type JsonObject,
  type ObligationHandler,
  type Random,
  type Store,
  TtpError,
} from '@ttp/core';
import { BREAKER_CALL_MAX_MS, BREAKER_JITTER_MS } from '../limits.js';
import { isAuthenticated } from '../records/authenticated.js';
import { holdOnce } from '../records/hold.js';
import { keyPart } from '../records/key-part.js';
import { isStopped } from '../records/stopped.js';
import { type Cells, memoryCells, storeCells } from './cells.js';
import { latencyLimit } from './latency.js';
import {
  NEW_TOOL_BREAKER,
  type ToolBreakerEvent,
  type ToolBreakerOut,
  type ToolBreakerState,
  toolBreakerMachine,
} from './tool-breaker.js';
import { readToolState } from './tool-state.js';

/** A breaker that opened or closed. */
export interface BreakerChange {
  /** The tool or service. */
  readonly key: string;
  readonly change: Extract<ToolBreakerOut, { do: 'opened' | 'half-opened' | 'closed' }>;
}

/** The breakers of the tools and services that an enforcement point calls. */
export interface ToolBreakers {
  /**
   * Fulfils `breaker` obligations `{ key?, slaMs?, tierMs? }`: refuses with GUARD_BREAKER_OPEN or GUARD_BREAKER_PROBING,
   * and counts what became of the calls that it let through. The key is the target of the call unless given.
   */
  handler(): ObligationHandler;
  /**
   * Does the effect of a call and remembers for its breaker how long it took, and whether it failed.
   *
   * @param failed whether a result says so; one that throws says so
   */
  measure<R>(interaction: Interaction, effect: () => Promise<R>, failed?: (result: R) => boolean): Promise<R>;
  /** Told of every breaker that opens or closes; must not throw. */
  onChange(listener: (change: BreakerChange) => void): Dispose;
  /** Where the breakers of this process stand; none where they are in a store. */
  states(): Iterable<readonly [string, ToolBreakerState]>;
}

/** Where the breakers of a store are. */
export const BREAKER_PREFIX = 'guard/breaker/';

/** What the manifest of a tool promises, and how long its tier lets it run, ms (decision D34). */
export interface ToolPromise {
  readonly slaMs?: number;
  readonly tierMs?: number;
}

interface Duty {
  readonly key: string;
  readonly limitMs: number;
}

function readDuty(
  { key, ...params }: JsonObject,
  { target }: Interaction,
  promised: ReadonlyMap<string, ToolPromise>,
): Duty | undefined {
  const named = key ?? target;
  const declared: JsonObject = { ...promised.get(typeof named === 'string' ? named : '') };
  const { slaMs, tierMs, ...rest } = { ...declared, ...params };
  const times = [slaMs, tierMs].filter((ms) => ms !== undefined);
  if (typeof named !== 'string' || named === '' || Object.keys(rest).length > 0) return undefined;
  if (!times.every((ms) => typeof ms === 'number' && Number.isSafeInteger(ms) && ms > 0)) return undefined;
  const limitMs = latencyLimit({
    ...(slaMs === undefined ? {} : { slaMs: Number(slaMs) }),
    ...(tierMs === undefined ? {} : { tierMs: Number(tierMs) }),
  });
  return { key: named, limitMs };
}

/**
 * @param clock monotonic time for breakers of this process; wall clock, behind a guard, for those in a store
 * @param random for the jitter of cooldowns
 * @param store where several processes share them; in the memory of this process unless given
 * @param promised latency of tools, by key; without one the mean that a breaker bears is 5 s
 */
export function toolBreakers({
  clock,
  random,
  store,
  promised = {},
}: {
  readonly clock: Clock;
  readonly random: Random;
  readonly store?: Pick<Store, 'get' | 'put'>;
  readonly promised?: Readonly<Record<string, ToolPromise>>;
}): ToolBreakers {
  const promises = new Map(Object.entries(promised));
  const kind = { machine: toolBreakerMachine, initial: NEW_TOOL_BREAKER, read: readToolState };
  const cells: Cells<ToolBreakerState, ToolBreakerEvent, ToolBreakerOut> =
    store === undefined ? memoryCells(kind) : storeCells(kind, store, BREAKER_PREFIX);
  const listeners = new Set<(change: BreakerChange) => void>();
  const took = new WeakMap<Interaction, number>();
  const wrong = new WeakSet<Interaction>();

  function timeNow(): number {
    const now = Math.floor(store === undefined ? clock.monotonic() : clock.now());
    if (Number.isSafeInteger(now)) return now;
    throw new TtpError('CORE_BAD_TIME', `the clock says ${now}`);
  }

  /** A clock that fails must not lose what a call brought: it makes the call slow. */
  function monotonic(): number {
    try {
      return clock.monotonic();
    } catch {
      return Number.NaN;
    }
  }

  async function step(key: string, event: ToolBreakerEvent): Promise<readonly ToolBreakerOut[]> {
    const out = await cells.step(store === undefined ? key : keyPart(key), event);
    for (const change of out)
      if (change.do !== 'admit' && change.do !== 'refuse')
        for (const listener of listeners) listener({ key, change });
    return out;
  }

  async function hold({ key, limitMs }: Duty, interaction: Interaction, decision: Decision) {
    const { id } = interaction;
    const authenticated = isAuthenticated(decision);
    for (const out of await step(key, { type: 'ask', now: timeNow(), id, authenticated }))
      if (out.do === 'refuse') throw new TtpError(out.code, `${key}: again in ${out.retryMs} ms`);
    const cancel = (): Promise<unknown> => step(key, { type: 'cancel', now: timeNow(), id });
    return holdOnce({
      async settle(outcome) {
        if (isStopped(outcome)) return cancel();
        const ms = took.get(interaction) ?? 0;
        const type = outcome.status === 'failed' || wrong.has(interaction) ? 'failure' : 'success';
        const jitterMs = jitterOf(random);
        return step(key, { type, now: timeNow(), id, ms, limitMs, jitterMs, authenticated });
      },
      release: cancel,
    });
  }

  return {
    handler: () => ({
      kind: 'breaker',
      order: HANDLER_ORDER.breaker,
      check({ params }, interaction) {
        const duty = readDuty(params, interaction, promises);
        if (duty === undefined) return 'GUARD_OBLIGATION_INVALID';
        const state = cells.peek(duty.key);
        return state?.at === 'open' && timeNow() < state.deadline ? 'GUARD_BREAKER_OPEN' : undefined;
      },
      async hold({ params }, interaction, decision) {
        const duty = readDuty(params, interaction, promises);
        if (duty === undefined) throw new TtpError('GUARD_OBLIGATION_INVALID', 'no breaker');
        return await hold(duty, interaction, decision);
      },
    }),
    async measure(interaction, effect, failed) {
      const began = monotonic();
      try {
        const result = await effect();
        if (saysSo(failed, result)) wrong.add(interaction);
        return result;
      } finally {
        took.set(interaction, elapsed(began, monotonic()));
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    states: () => cells.entries(),
  };
}

/** A question that throws was not answered well. */
function saysSo<R>(failed: ((result: R) => boolean) | undefined, result: R): boolean {
  try {
    return failed?.(result) === true;
  } catch {
    return true;
  }
}

/** Whole ms; a clock that gives no time makes the call as slow as can be, and never fast. */
function elapsed(began: number, ended: number): number {
  const ms = Math.ceil(ended - began);
  return ms >= 0 && ms <= BREAKER_CALL_MAX_MS ? ms : BREAKER_CALL_MAX_MS;
}

/** 0 to {@link BREAKER_JITTER_MS}, so that those who were refused at the same time do not come back at the same time. */
function jitterOf(random: Random): number {
  const [high = 0, low = 0] = random.bytes(2);
  return Math.floor(((high * 256 + low) * BREAKER_JITTER_MS) / 65_535);
}
