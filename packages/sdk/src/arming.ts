import {
  asHash,
  type Did,
  type Hash,
  isJsonObject,
  type JsonObject,
  type Signer,
  type Store,
  type Timer,
  TtpError,
} from '@ttp/core';
import { canonicalBytes, envelopeId, fromUtf8, parseJson, utf8 } from '@ttp/crypto';
import type { NameRegistry } from '@ttp/did';
import { loadPolicy, POLICY_CEILING_BYTES, type Policy, signPolicy } from '@ttp/spl';
import { type ArmedName, armName } from './names/arm-name.js';

/** Each agent's own: several agents may keep their policies in one store. */
const policyKey = (agent: Did): string => `sdk/policy/${agent}`;
/** Kept for ever: without a registry a name that was pinned once never comes to mean another agent. */
const nameKey = (name: string): string => `sdk/name/${name}`;

/** What was armed last for an agent, as the store keeps it. */
interface Armed {
  readonly hash: Hash;
  readonly serial: number;
  readonly version: number;
}

/** A policy in force. */
export interface ArmedPolicy {
  readonly policy: Policy;
  readonly serial: number;
  /** Id of the envelope in which the enforcement point signed it. */
  readonly envelope: Hash;
  /** The readable name it is written for, where a registry resolved it. */
  readonly name: ArmedName | undefined;
}

/** What arming is done with. */
export interface ArmingContext {
  readonly signer: Signer;
  readonly store: Store;
  readonly timer: Timer;
  /** Wall clock, ms. */
  readonly now: number;
  /** Where names are resolved; without it the store's own pins are all that is known of them. */
  readonly names: NameRegistry | undefined;
}

/** Whether a policy was ever armed for this agent here: then its identity is not new, whatever anybody says. */
export const wasArmed = async (store: Store, agent: Did): Promise<boolean> =>
  (await store.get(policyKey(agent))) !== undefined;

/**
 * Arms a policy that the host process gives (decision D20): loads it strictly, resolves the readable name it is
 * written for and pins it to this agent, and signs it with the enforcement point's key. The same policy keeps its serial, another one
 * gets the next. An empty or missing policy refuses to arm: there is no implicit allow-all (flaw.P13).
 *
 * @throws SDK_POLICY_MISSING; SPL_* for what the policy is not; SDK_POLICY_REBOUND where its name is another agent's;
 *   what `armName` throws; SDK_POLICY_STATE, SDK_POLICY_RACE
 */
export async function armPolicy(
  source: string | Uint8Array | JsonObject | null | undefined,
  agent: Did,
  { signer, store, timer, now, names }: ArmingContext,
): Promise<ArmedPolicy> {
  if (source === undefined || source === null || source.length === 0)
    throw new TtpError('SDK_POLICY_MISSING', 'without a policy nothing is permitted', { field: 'policy' });
  const policy = loadPolicy(source, { maxBytes: POLICY_CEILING_BYTES });
  const { hash, text } = policy;
  const written = policy.document.agentDid ?? agent;
  let name: ArmedName | undefined;
  if (names === undefined || written.startsWith('did:ttp:')) await pinName(store, written, agent);
  else {
    name = await armName(written, hash, { registry: names, store, timer, agent });
    // What the registry said last is what this store goes by where it is given none.
    await store.put(nameKey(written), utf8(agent));
  }
  const last = await lastArmed(store, agent);
  const serial = last === undefined ? 1 : last.hash === hash ? last.serial : last.serial + 1;
  if (last?.hash !== hash)
    if (!(await store.put(policyKey(agent), canonicalBytes({ hash, serial }), last?.version ?? 0)))
      throw new TtpError('SDK_POLICY_RACE', 'another process armed a policy at the same moment', {
        field: 'policy',
      });
  return {
    policy,
    serial,
    name,
    envelope: envelopeId(await signPolicy({ agent, serial, text, signer, now })),
  };
}

/** Whoever comes first with a name has it in this store; a `did:ttp` needs no pin, it means one agent everywhere. */
async function pinName(store: Store, name: string, agent: Did): Promise<void> {
  let bound = name;
  if (!name.startsWith('did:ttp:')) {
    if (await store.put(nameKey(name), utf8(agent), 0)) return;
    bound = fromUtf8((await store.get(nameKey(name)))?.value ?? utf8(''));
  }
  if (bound === agent) return;
  throw new TtpError('SDK_POLICY_REBOUND', `the policy is for ${name}, which is ${bound}`, {
    field: 'agentDid',
  });
}

async function lastArmed(store: Store, agent: Did): Promise<Armed | undefined> {
  const stored = await store.get(policyKey(agent));
  if (stored === undefined) return undefined;
  const record = parseJson(stored.value);
  if (isJsonObject(record)) {
    const { hash, serial } = record;
    if (typeof hash === 'string' && typeof serial === 'number' && Number.isSafeInteger(serial))
      return { hash: asHash(hash), serial, version: stored.version };
  }
  throw new TtpError('SDK_POLICY_STATE', 'the record of the policy armed last cannot be read', {
    field: 'storage',
  });
}
