import {
  asHash,
  type Did,
  type Envelope,
  type Hash,
  isJsonObject,
  type JsonObject,
  type Operators,
  type Signer,
  type Store,
  type Timer,
  TtpError,
} from '@ttp/core';
import { canonicalBytes, envelopeId, fromUtf8, parseJson, utf8, verifyOperatorEnvelope } from '@ttp/crypto';
import type { NameRegistry } from '@ttp/did';
import {
  layerPolicies,
  loadPolicy,
  openSignedPolicy,
  POLICY_MAX_BYTES,
  type Policy,
  type PolicyLayers,
  policiesOf,
  signPolicy,
} from '@ttp/spl';
import { type ArmedName, armName } from './names/arm-name.js';
import { isSigned, type PolicySource, readSources, type SignedPolicySource } from './policy-sources.js';

/** Each agent's own, and each layer's: several agents may keep their policies in one store. */
const policyKey = (agent: Did, layer?: string): string =>
  layer === undefined ? `sdk/policy/${agent}` : `sdk/policy/${agent}/${layer}`;
/** Kept for ever: without a registry a name that was pinned once never comes to mean another agent. */
const nameKey = (name: string): string => `sdk/name/${name}`;

/** What was armed last for an agent, as the store keeps it. */
interface Armed {
  readonly hash: Hash;
  readonly serial: number;
  readonly version: number;
}

/** What is in force. */
export interface ArmedPolicy {
  /** One policy, or the layers of several. */
  readonly policy: Policy | PolicyLayers;
  /** What the log says of it: serial, who signed it, the id of the envelope; for layers, of each of them. */
  readonly record: JsonObject;
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
  /** Who may sign policies from outside. */
  readonly operators: Operators | undefined;
  /** The size limit of what the host itself gives, bytes; 51 200 when left out. */
  readonly policyBytes: number | undefined;
}

/** One policy that is about to be armed. */
interface Opened {
  readonly policy: Policy;
  readonly record: JsonObject & { readonly serial: number };
  readonly last: Armed | undefined;
}

/** Whether a policy was ever armed for this agent here: then its identity is not new, whatever anybody says. */
export const wasArmed = async (store: Store, agent: Did): Promise<boolean> =>
  (await store.get(policyKey(agent))) !== undefined;

/**
 * Arms what the host process gives (decision D20). A plain policy is loaded strictly and signed with the enforcement
 * point's key; one from outside has to be in an envelope of an operator who may sign policies. The readable name is
 * resolved and pinned to this agent. The same policy keeps its serial, another one of the host gets the next, and an
 * envelope with a lower one is refused. Layers have serials of their own, and an envelope is for one of them alone.
 *
 * @throws SDK_POLICY_MISSING, SDK_POLICY_LAYERS; SPL_* for what a policy is not; SDK_POLICY_REBOUND where its name is
 *   another agent's; SDK_POLICY_UNTRUSTED and CRYPTO_OPERATOR_* for an envelope; what `armName` throws;
 *   SDK_POLICY_STATE, SDK_POLICY_RACE
 */
export async function armPolicy(
  given: Parameters<typeof readSources>[0],
  agent: Did,
  context: ArmingContext,
): Promise<ArmedPolicy> {
  const sources = readSources(given);
  const opened: (Opened & { readonly layer: string | undefined })[] = [];
  for (const { layer, source } of sources)
    opened.push({ layer, ...(await open(source, layer, agent, context)) });
  const [first, second] = opened;
  if (first !== undefined && second === undefined && first.layer === undefined) {
    const { policy, record, last } = first;
    const name = await armNames(policy, agent, context);
    await keep(policyKey(agent), policy.hash, record.serial, last, context);
    return { policy, record, name };
  }
  const policy = layerPolicies(opened.map(({ layer = '', policy: one }) => ({ layer, policy: one })));
  const name = await armNames(policy, agent, context);
  for (const { layer, policy: one, record, last } of opened)
    await keep(policyKey(agent, layer), one.hash, record.serial, last, context);
  const last = await lastArmed(context.store, policyKey(agent));
  const serial = nextSerial(last, policy.hash);
  await keep(policyKey(agent), policy.hash, serial, last, context);
  const layers = opened.map(({ layer = '', policy: { hash }, record }) => ({
    layer,
    policy: hash,
    ...record,
  }));
  return { policy, record: { serial, source: 'layers', layers }, name };
}

async function open(
  source: PolicySource,
  layer: string | undefined,
  agent: Did,
  context: ArmingContext,
): Promise<Opened> {
  const last = await lastArmed(context.store, policyKey(agent, layer));
  const place = { agent, ...(layer === undefined ? {} : { layer }) };
  if (isSigned(source)) return await openSigned(source, place, last, context);
  const { signer, now, policyBytes: maxBytes = POLICY_MAX_BYTES } = context;
  const policy = loadPolicy(source, { maxBytes });
  const serial = nextSerial(last, policy.hash);
  const envelope = await signPolicy({ ...place, serial, text: policy.text, signer, now, maxBytes });
  return { policy, last, record: { serial, source: 'host', envelope: envelopeId(envelope) } };
}

/** The operator's key and privilege first, then what he signed: for this agent and layer, by another, no rollback. */
async function openSigned(
  { signed }: SignedPolicySource,
  place: { readonly agent: Did; readonly layer?: string },
  last: Armed | undefined,
  { operators, now }: ArmingContext,
): Promise<Opened> {
  if (operators === undefined)
    throw new TtpError('SDK_POLICY_UNTRUSTED', 'a signed policy needs a roster of operators', {
      field: 'policy',
    });
  const input: Envelope | string = signed instanceof Uint8Array ? fromUtf8(signed) : signed;
  const { head, operator } = await verifyOperatorEnvelope(input, {
    type: 'ttp/policy@1',
    parse: (body) => body,
    operators,
    now,
    privileges: ['policy:sign'],
  });
  const { id, policy, serial, authority } = openSignedPolicy(input, {
    ...place,
    authorities: [head.iss],
    keyOf: (kid) => (kid === operator.kid ? operator.publicKey : undefined),
    now,
    ...(last === undefined ? {} : { last }),
  });
  return {
    policy,
    last,
    record: { serial, source: 'operator', envelope: id, authority, operator: operator.id },
  };
}

const nextSerial = (last: Armed | undefined, hash: Hash): number =>
  last === undefined ? 1 : last.hash === hash ? last.serial : last.serial + 1;

async function keep(
  key: string,
  hash: Hash,
  serial: number,
  last: Armed | undefined,
  { store }: ArmingContext,
): Promise<void> {
  if (last?.hash === hash && last.serial === serial) return;
  if (await store.put(key, canonicalBytes({ hash, serial }), last?.version ?? 0)) return;
  throw new TtpError('SDK_POLICY_RACE', 'another process armed a policy at the same moment', {
    field: 'policy',
  });
}

/** Pins the names that the policies are written for, of which one at most may be a readable one. */
async function armNames(
  policy: Policy | PolicyLayers,
  agent: Did,
  { store, timer, names }: ArmingContext,
): Promise<ArmedName | undefined> {
  const written = policiesOf(policy).map((one) => one.policy.document.agentDid ?? agent);
  const [name, other] = new Set(written.filter((one) => !one.startsWith('did:ttp:')));
  if (other !== undefined)
    throw new TtpError('SDK_POLICY_LAYERS', `the layers are for ${name} and for ${other}`, {
      field: 'agentDid',
    });
  for (const one of new Set(written))
    if (names === undefined || one !== name) await pinName(store, one, agent);
  if (names === undefined || name === undefined) return undefined;
  const armed = await armName(name, policy.hash, { registry: names, store, timer, agent });
  // What the registry said last is what this store goes by where it is given none.
  await store.put(nameKey(name), utf8(agent));
  return armed;
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

async function lastArmed(store: Store, key: string): Promise<Armed | undefined> {
  const stored = await store.get(key);
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
