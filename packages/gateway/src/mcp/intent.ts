import {
  asHash,
  asTime,
  type Clock,
  type Did,
  type Envelope,
  type EvidenceSource,
  type Hash,
  type Interaction,
  type JsonObject,
  type Signer,
  TtpError,
} from '@ttp/core';
import { encodeEnvelope, hashJson, issuerOf, signEnvelope, type Verified, verifyEnvelope } from '@ttp/crypto';
import { PIN_VALID_MS } from '../limits.js';

const TYPE = 'ttp/intent@1';

/** The member of the `_meta` of a call that holds its intent, as text. */
export const INTENT_MEMBER = 'ttp/intent';

/** What an agent signs before a call: what it is about to do, to what, with which arguments. */
export interface Intent {
  /** Id of the interaction, as the log names it. */
  readonly interaction: string;
  readonly trace: string;
  readonly target: string;
  readonly action: string;
  readonly resource: string;
  /** Hash of the canonical form of the arguments (decision D7). */
  readonly input: Hash;
}

/** Signs the intent of one interaction (decision D6). Throws what the signer throws. */
export function signIntent(
  { id, trace, target, action, resource, input }: Interaction,
  signer: Signer,
  now: number,
): Promise<Envelope<typeof TYPE>> {
  const body = { interaction: id, trace, target, action, resource, input: hashJson(input) };
  return signEnvelope({
    type: TYPE,
    head: { iss: issuerOf(signer), iat: asTime(now) },
    body,
    signers: [signer],
  });
}

/**
 * The intent in an envelope, for a server or an auditor: whoever has the arguments compares their hash.
 *
 * @param options `keyOf`: the agent's keys, from `keyLookup` of @ttp/did; `now`: wall clock, ms
 * @throws GATEWAY_INTENT_INVALID, and the codes of `verifyEnvelope`
 */
export const verifyIntent = (
  input: Envelope | string,
  options: { readonly keyOf: (kid: string) => Uint8Array | undefined; readonly now: number },
): Verified<Intent> => verifyEnvelope(input, { type: TYPE, parse, ...options });

/**
 * The evidence of a call that its agent signed for it: gathered before the decision, so that what is decided, recorded
 * and done is what was signed. Where it cannot be signed, nothing happens.
 *
 * @param onSigned told of each envelope, for whoever is sent it
 * @throws GATEWAY_INTENT_INVALID where the key is another agent's
 */
export function intentEvidence(
  signer: Signer,
  agent: Did,
  clock: Clock,
  onSigned: (intent: string) => void,
): EvidenceSource {
  if (issuerOf(signer) !== agent)
    throw new TtpError('GATEWAY_INTENT_INVALID', `the key of ${issuerOf(signer)} signs for nobody else`);
  return {
    name: 'intent',
    async gather(interaction) {
      const at = clock.now();
      const intent = encodeEnvelope(await signIntent(interaction, signer, at));
      onSigned(intent);
      return { value: { intent }, at, validFor: PIN_VALID_MS };
    },
  };
}

function parse(body: JsonObject): Intent {
  const { interaction, trace, target, action, resource, input, ...rest } = body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown);
  return {
    interaction: text(interaction, 'interaction'),
    trace: text(trace, 'trace'),
    target: text(target, 'target'),
    action: text(action, 'action'),
    resource: text(resource, 'resource'),
    input: asHash(text(input, 'input')),
  };
}

function text(value: JsonObject[string] | undefined, member: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(member);
}

const invalid = (member: string): TtpError =>
  new TtpError('GATEWAY_INTENT_INVALID', `the intent has a wrong ${member}`, { field: `body.${member}` });
