import { type Did, type Envelope, type Hash, isDid, type JsonObject, type Signer } from '@ttp/core';
import { issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { own } from './attributes.js';
import { fail } from './fail.js';
import { isLayerName } from './layers.js';
import { loadPolicy, type Policy } from './load.js';

/** What a policy envelope says. The text is the exact one, since policies have fractions (decision D7). */
export interface SignedPolicyBody extends JsonObject {
  readonly agent: Did;
  /** Orders the policies of an agent; a lower one is a rollback (decision D20). */
  readonly serial: number;
  /**
   * The layer that it is for; absent where it stands alone. What the team's authority signed must not be put in the
   * place of the organisation's, where nothing above it would be left.
   */
  readonly layer?: string;
  readonly text: string;
}

/** A policy whose author is known. */
export interface SignedPolicy {
  /** Id of the envelope. */
  readonly id: Hash;
  readonly policy: Policy;
  readonly agent: Did;
  readonly serial: number;
  readonly authority: Did;
}

/**
 * Signs a policy for an agent as `ttp/policy@1`. What does not load is not signed.
 *
 * @param input `agent`: whom it governs; `serial`: higher than that of any policy before; `layer`: the one layer it may
 * be armed as, or alone; `now`: wall clock, ms; `expires`: wall clock, ms; `maxBytes`: as for `loadPolicy`, where the
 * host signs what it arms itself
 * @throws the codes of `loadPolicy`, SPL_BAD_VALUE, SPL_BAD_LAYERS for what is no name of a layer, CORE_BAD_DID, and those of the signer
 */
export async function signPolicy(input: {
  readonly agent: Did;
  readonly serial: number;
  readonly layer?: string;
  readonly text: string;
  readonly signer: Signer;
  readonly now: number;
  readonly expires?: number;
  readonly maxBytes?: number;
}): Promise<Envelope<'ttp/policy@1', SignedPolicyBody>> {
  const { agent, serial, layer, text, signer, now, expires, maxBytes } = input;
  const body = parseBody({ agent, serial, ...(layer === undefined ? {} : { layer }), text });
  loadPolicy(text, maxBytes === undefined ? {} : { maxBytes });
  const head = { iss: issuerOf(signer), iat: now, ...(expires === undefined ? {} : { exp: expires }) };
  return signEnvelope({ type: 'ttp/policy@1', head, body, signers: [signer] });
}

/**
 * Opens a policy from outside: signed by a configured authority, for this agent, not older than the last one.
 * The default size limit holds whatever the host loads itself (decision D16).
 *
 * @param options `layer`: the one it is to be armed as; left out, it stands alone; `authorities`: who may sign; `keyOf`:
 * as for `verifyEnvelope`; `now`: wall clock, ms; `last`: serial and policy hash of the one armed before
 * @throws SPL_FOREIGN_AUTHORITY, SPL_SELF_AUTHORED, SPL_WRONG_AGENT, SPL_WRONG_LAYER, SPL_SERIAL_ROLLBACK,
 * SPL_BAD_VALUE, SPL_BAD_LAYERS, SPL_UNKNOWN_KEY, the codes of `verifyEnvelope` and of `loadPolicy`
 */
export function openSignedPolicy(
  input: Envelope | Uint8Array | string,
  options: {
    readonly agent: Did;
    readonly layer?: string;
    readonly authorities: readonly Did[];
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly now: number;
    readonly last?: { readonly serial: number; readonly hash: Hash };
  },
): SignedPolicy {
  const { agent, layer, authorities, keyOf, now, last } = options;
  const { id, head, body } = verifyEnvelope(input, {
    type: 'ttp/policy@1',
    parse: parseBody,
    signers: ({ iss }) => ({ all: [authorityOf(iss, agent, authorities)] }),
    keyOf,
    now,
  });
  if (body.agent !== agent) fail('SPL_WRONG_AGENT', `for ${body.agent}`, 'body.agent');
  if (body.layer !== layer)
    fail('SPL_WRONG_LAYER', `for ${body.layer ?? 'no layer'}, and not for ${layer ?? 'none'}`, 'body.layer');
  const policy = loadPolicy(body.text);
  const named = policy.document.agentDid;
  // A readable name is resolved when the policy is armed; a did:ttp can be told apart here.
  if (named?.startsWith('did:ttp:') === true && named !== agent)
    fail('SPL_WRONG_AGENT', `the text is for ${named}`, 'body.text');
  if (
    last !== undefined &&
    (body.serial < last.serial || (body.serial === last.serial && policy.hash !== last.hash))
  )
    fail('SPL_SERIAL_ROLLBACK', `serial ${body.serial} after ${last.serial}`, 'body.serial');
  return { id, policy, agent, serial: body.serial, authority: head.iss };
}

/** An agent that signs its own policy would permit itself what it likes (flaw.P13). */
function authorityOf(iss: Did, agent: Did, authorities: readonly Did[]): Did {
  if (iss === agent) fail('SPL_SELF_AUTHORED', `${iss} governs itself`, 'head.iss');
  if (!authorities.includes(iss))
    fail('SPL_FOREIGN_AUTHORITY', `${iss} is no configured authority`, 'head.iss');
  return iss;
}

function parseBody(body: JsonObject): SignedPolicyBody {
  for (const key of Object.keys(body))
    if (!['agent', 'serial', 'layer', 'text'].includes(key))
      fail('SPL_UNKNOWN_KEY', `no key ${key}`, `body.${key}`);
  const [agent, serial, text] = [own(body, 'agent'), own(body, 'serial'), own(body, 'text')];
  const layer = own(body, 'layer');
  if (typeof agent !== 'string' || !isDid(agent)) return fail('SPL_BAD_VALUE', 'not a DID', 'body.agent');
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0)
    return fail('SPL_BAD_VALUE', 'not a whole number', 'body.serial');
  if (typeof text !== 'string') return fail('SPL_BAD_VALUE', 'not a text', 'body.text');
  if (layer === undefined) return { agent, serial, text };
  if (typeof layer !== 'string' || !isLayerName(layer))
    return fail('SPL_BAD_LAYERS', 'no name of a layer', 'body.layer');
  return { agent, serial, layer, text };
}
