import {
  asHash,
  type Did,
  type Hash,
  type Json,
  type JsonObject,
  type Signer,
  type Store,
  TtpError,
} from '@ttp/core';
import { canonicalBytes, envelopeId, parseJson } from '@ttp/crypto';
import { loadPolicy, POLICY_CEILING_BYTES, type Policy, signPolicy } from '@ttp/spl';

const KEY = 'sdk/policy';

/** What was armed last, as the store keeps it. */
interface Armed {
  readonly hash: Hash;
  readonly serial: number;
  /** The name that the policy is written for, pinned to the agent that it was armed for. */
  readonly name: string;
  readonly agent: string;
}

/** A policy in force. */
export interface ArmedPolicy {
  readonly policy: Policy;
  readonly serial: number;
  /** Id of the envelope in which the enforcement point signed it. */
  readonly envelope: Hash;
}

/**
 * Arms a policy that the host process gives (decision D20): loads it strictly, pins the readable name it is written
 * for to this agent, and signs it with the enforcement point's key. The same policy keeps its serial, another one
 * gets the next. An empty or missing policy refuses to arm: there is no implicit allow-all (flaw.P13).
 *
 * @param now wall clock, ms
 * @throws SDK_POLICY_MISSING; SPL_* for what the policy is not; SDK_POLICY_REBOUND where its name was pinned to
 *   another agent; SDK_POLICY_STATE, SDK_POLICY_RACE
 */
export async function armPolicy(
  source: string | Uint8Array | JsonObject | undefined,
  agent: Did,
  { signer, store, now }: { readonly signer: Signer; readonly store: Store; readonly now: number },
): Promise<ArmedPolicy> {
  if (source === undefined || source.length === 0)
    throw new TtpError('SDK_POLICY_MISSING', 'without a policy nothing is permitted', { field: 'policy' });
  const policy = loadPolicy(source, { maxBytes: POLICY_CEILING_BYTES });
  const { hash, text } = policy;
  const name = policy.document.agentDid ?? agent;
  const stored = await store.get(KEY);
  const last = stored === undefined ? undefined : parseArmed(parseJson(stored.value));
  const bound = name.startsWith('did:ttp:') ? name : last?.name === name ? last.agent : agent;
  if (bound !== agent)
    throw new TtpError('SDK_POLICY_REBOUND', `the policy is for ${name}, which is ${bound}`, {
      field: 'agentDid',
    });
  const serial = last === undefined ? 1 : last.hash === hash ? last.serial : last.serial + 1;
  const armed = canonicalBytes({ hash, serial, name, agent });
  if (last?.hash !== hash || last.agent !== agent)
    if (!(await store.put(KEY, armed, stored?.version ?? 0)))
      throw new TtpError('SDK_POLICY_RACE', 'another process armed a policy at the same moment', {
        field: 'policy',
      });
  return { policy, serial, envelope: envelopeId(await signPolicy({ agent, serial, text, signer, now })) };
}

function parseArmed(value: Json): Armed {
  if (typeof value === 'object' && value !== null && 'hash' in value) {
    const { hash, serial, name, agent } = value;
    if (
      typeof hash === 'string' &&
      typeof serial === 'number' &&
      typeof name === 'string' &&
      typeof agent === 'string'
    )
      return { hash: asHash(hash), serial, name, agent };
  }
  throw new TtpError('SDK_POLICY_STATE', 'the record of the policy armed last cannot be read', {
    field: 'storage',
  });
}
