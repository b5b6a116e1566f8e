import { asDid, type Did, type Signer, TtpError } from '@ttp/core';
import { createSigner, IDENTITY_PURPOSES, keyPairOf, multikey } from '@ttp/crypto';
import { seededRandom } from './seed/random.js';

/** A {@link Signer} on a key that everybody can compute: for tests alone. */
export interface TestSigner extends Signer {
  readonly did: Did;
  /** 32 bytes. */
  readonly seed: Uint8Array;
}

/**
 * A real Ed25519 key that follows from a small number: the same number gives the same key in every run.
 *
 * @param number which key, an integer from 0
 * @param did whose key it is, with the key id `#key-1`; left out: the key's own did:key
 * @param purposes what it may sign; left out: what identity keys sign (decision D6)
 * @throws TESTKIT_BAD_ARGUMENT
 */
export function testSigner(
  number: number,
  did?: Did,
  purposes: readonly string[] = IDENTITY_PURPOSES,
): TestSigner {
  if (!Number.isSafeInteger(number) || number < 0)
    throw new TtpError('TESTKIT_BAD_ARGUMENT', `not the number of a test key: ${number}`);
  const { seed, publicKey } = keyPairOf(seededRandom(`test signer ${number}`).bytes(32));
  const key = multikey(publicKey);
  const own = did ?? asDid(`did:key:${key}`);
  const kid = did === undefined ? `${own}#${key}` : `${own}#key-1`;
  const signer = createSigner({ seed, kid, purposes });
  return { ...signer, did: own, seed };
}

/** The `keyOf` of `verifyEnvelope` for these signers and nobody else. */
export function keysOf(...signers: readonly Signer[]): (kid: string) => Uint8Array | undefined {
  return (kid) => signers.find((signer) => signer.kid === kid)?.publicKey;
}
