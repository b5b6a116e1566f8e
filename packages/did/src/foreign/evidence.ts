import {
  type Did,
  type DidDocument,
  isJsonObject,
  type Json,
  type JsonObject,
  type Resolver,
  TtpError,
} from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { type ForeignKey, verifyAgentCard, verifyCredential } from '@ttp/crypto/interop';
import { CREDENTIAL_ISSUERS_MAX_COUNT } from '../limits.js';

/** What another system's signature says of an identity. It adds to what is known; it proves no key of TTP. */
export type IdentityEvidence =
  | {
      readonly kind: 'agent-card';
      readonly did: Did;
      /** The keys of the identity that signed the card. */
      readonly kids: readonly string[];
      readonly card: JsonObject;
    }
  | {
      readonly kind: 'credential';
      readonly did: Did;
      readonly issuer: Did;
      readonly credential: JsonObject;
    };

/**
 * Takes an A2A agent card for evidence of an identity: a key that the identity lists under `assertionMethod` signed it.
 *
 * @param text the card as it was received
 * @throws the codes of the resolver and of `verifyAgentCard`
 */
export async function agentCardEvidence(
  text: Uint8Array | string,
  { did, resolver }: { readonly did: Did; readonly resolver: Resolver },
): Promise<IdentityEvidence> {
  const { card, kids } = verifyAgentCard(text, { keyOf: assertionKeys([await resolver.resolve(did)]) });
  return { kind: 'agent-card', did, kids, card };
}

/**
 * Takes a Verifiable Credential for evidence of an identity: an issuer that the reader trusts signed it, and it is
 * about this identity. Whether the issuer took it back is for the reader to look up.
 *
 * @param text the credential as it was received
 * @param options.issuers whom the reader trusts, at most {@link CREDENTIAL_ISSUERS_MAX_COUNT}
 * @param options.now wall clock, ms
 * @throws DID_BAD_EVIDENCE for one about somebody else, or too many issuers; the codes of the resolver and of
 *   `verifyCredential`, with CRYPTO_FOREIGN_KEY_UNKNOWN for another issuer
 */
export async function credentialEvidence(
  text: Uint8Array | string,
  options: {
    readonly did: Did;
    readonly issuers: readonly Did[];
    readonly resolver: Resolver;
    readonly now: number;
  },
): Promise<IdentityEvidence> {
  const { did, issuers, resolver, now } = options;
  if (issuers.length > CREDENTIAL_ISSUERS_MAX_COUNT)
    throw refuse('issuers', `more than ${CREDENTIAL_ISSUERS_MAX_COUNT}`);
  const documents = await Promise.all(issuers.map((issuer) => resolver.resolve(issuer)));
  const verified = verifyCredential(text, { keyOf: assertionKeys(documents), now });
  const issuer = issuers.find((one) => one === verified.issuer);
  if (issuer === undefined) throw refuse('issuer', 'not one that is trusted');
  const subject: Json | undefined = verified.credential['credentialSubject'];
  if (!isJsonObject(subject) || subject['id'] !== did) throw refuse('credentialSubject', `not about ${did}`);
  return { kind: 'credential', did, issuer, credential: verified.credential };
}

/** The keys by which the subjects of these documents assert something. */
function assertionKeys(documents: readonly DidDocument[]): (kid: string) => ForeignKey | undefined {
  const keys = new Map<string, ForeignKey>();
  for (const { id: did, verificationMethod, assertionMethod = [] } of documents)
    for (const { id, controller, publicKeyMultibase } of verificationMethod)
      if (controller === did && id.startsWith(`${did}#`) && assertionMethod.includes(id))
        keys.set(id, { kind: 'Ed25519', publicKey: fromMultikey(publicKeyMultibase) });
  return (kid) => keys.get(kid);
}

const refuse = (field: string, message: string): TtpError =>
  new TtpError('DID_BAD_EVIDENCE', `${field}: ${message}`, { field });
