import { type Envelope, type Hash, TtpError } from '@ttp/core';
import { type Verified, type VerifyEnvelopeOptions, verifyEnvelope } from './verify.js';

/**
 * Verifies a whole hash chain of envelopes: every signature, and every `prev` naming the envelope before. The first
 * one has no `prev`.
 *
 * @param envelopes oldest first
 * @throws what `verifyEnvelope` throws; CRYPTO_CHAIN_EMPTY, CRYPTO_CHAIN_BROKEN, CRYPTO_CHAIN_FORK, with the index
 *   in `field`
 */
export function verifyChain<B>(
  envelopes: readonly (Envelope | Uint8Array | string)[],
  options: VerifyEnvelopeOptions<B>,
): readonly Verified<B>[] {
  if (envelopes.length === 0) throw new TtpError('CRYPTO_CHAIN_EMPTY', 'a chain has a first envelope');
  const followed = new Set<Hash | undefined>();
  let before: Hash | undefined;
  return envelopes.map((envelope, i) => {
    const verified = verifyEnvelope(envelope, options);
    const { prev } = verified.head;
    const field = `[${i}].head.prev`;
    // Told apart from a broken link, since two successors of one envelope are evidence against their signer.
    if (followed.has(prev))
      throw new TtpError('CRYPTO_CHAIN_FORK', `two envelopes follow ${prev ?? 'the start'}`, { field });
    if (prev !== before)
      throw new TtpError('CRYPTO_CHAIN_BROKEN', `does not follow ${before ?? 'the start'}`, { field });
    followed.add(prev);
    before = verified.id;
    return verified;
  });
}
