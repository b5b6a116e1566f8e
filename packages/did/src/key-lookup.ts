import { type DidDocument, TtpError } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';

/**
 * The keys by which the subjects of these documents may authenticate, for `keyOf` of `verifyEnvelope`.
 *
 * @param documents verified ones, from a Resolver or `documentOf`; a document is only as good as where it comes from
 * @returns the public key of a full key id such as `did:ttp:agent:Qm...#key-1`; `undefined` for one that no
 *   document lists under `authentication`
 * @throws DID_BAD_DOCUMENT when a document lists a key under another subject's id or controller, or one id twice
 */
export function keyLookup(documents: readonly DidDocument[]): (kid: string) => Uint8Array | undefined {
  const keys = new Map<string, Uint8Array>();
  for (const { id: did, verificationMethod, authentication } of documents) {
    for (const { id: kid, controller, publicKeyMultibase } of verificationMethod) {
      // A document that could speak for another subject's key id would be a key to every door.
      if (!kid.startsWith(`${did}#`) || controller !== did || keys.has(kid))
        throw new TtpError('DID_BAD_DOCUMENT', `${did} lists a key under an id that is not its own`, {
          field: 'verificationMethod',
        });
      if (authentication.includes(kid)) keys.set(kid, fromMultikey(publicKeyMultibase));
    }
  }
  return (kid) => keys.get(kid);
}
