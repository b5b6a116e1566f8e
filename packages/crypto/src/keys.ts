import { Point } from '@noble/ed25519';
import { type Random, type Signer, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { requireLength } from './bytes.js';
import { SIGNED_FORMATS } from './interop/formats.js';
import { PUBLIC_KEY_BYTES, SEED_BYTES } from './limits.js';
import { preimageOf } from './purposes.js';

/** An Ed25519 key pair. Whoever holds the seed signs. */
export interface KeyPair {
  /** 32 bytes, secret. */
  readonly seed: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A new key pair from 32 bytes of `random`, made where it is used: nobody else ever sees the seed. */
export const generateKeyPair = (random: Random): KeyPair => keyPairOf(random.bytes(SEED_BYTES));

/** The key pair of a seed of 32 bytes (RFC 8032 5.1.5). Throws CRYPTO_BAD_LENGTH. */
export function keyPairOf(seed: Uint8Array): KeyPair {
  const key = backend.signingKey(requireLength(seed, SEED_BYTES, 'seed'));
  key.clear();
  return { seed, publicKey: key.publicKey };
}

/** What {@link createSigner} makes a Signer of. */
export interface SignerInput {
  /** 32 bytes; copied. */
  readonly seed: Uint8Array;
  /** Full DID URL of the key. */
  readonly kid: string;
  /** What the key may sign, such as `IDENTITY_PURPOSES`. */
  readonly purposes: readonly string[];
}

/**
 * A Signer on a key in memory. It signs by purpose alone, never raw bytes, and only what its key carries
 * (decision D6, flaw.H2).
 *
 * @throws CRYPTO_BAD_LENGTH; `sign` rejects with CRYPTO_PURPOSE_NOT_ALLOWED, CRYPTO_PURPOSE_UNKNOWN or
 *   CRYPTO_PURPOSE_FORMAT
 */
export function createSigner({ seed, kid, purposes }: SignerInput): Signer {
  const key = backend.signingKey(requireLength(seed, SEED_BYTES, 'seed'));
  const allowed: readonly string[] = Object.freeze([...purposes]);
  return {
    kid,
    publicKey: key.publicKey,
    purposes: allowed,
    sign: async (purpose, payload) => key.sign(signedBytes({ kid, purposes: allowed }, purpose, payload)),
  };
}

/**
 * The bytes that a key signs for a purpose, if it carries the purpose; what is refused is refused before the key is
 * touched.
 *
 * @throws CRYPTO_PURPOSE_NOT_ALLOWED, CRYPTO_PURPOSE_UNKNOWN, CRYPTO_PURPOSE_FORMAT
 */
export function signedBytes(
  { kid, purposes }: Pick<Signer, 'kid' | 'purposes'>,
  purpose: string,
  payload: Uint8Array,
): Uint8Array {
  if (!purposes.includes(purpose))
    throw new TtpError('CRYPTO_PURPOSE_NOT_ALLOWED', `${kid} does not sign ${purpose}`);
  return preimageOf(purpose, payload, SIGNED_FORMATS);
}

/**
 * Refuses a public key that nobody may register: not canonical, not on the curve, of small order, or with a torsion
 * component (decision D5). Verification accepts the last kind where the equation holds, as other systems do.
 *
 * @throws CRYPTO_WEAK_KEY
 */
export function registerKey(publicKey: Uint8Array): void {
  if (publicKey.length === PUBLIC_KEY_BYTES && isSound(publicKey)) return;
  throw new TtpError('CRYPTO_WEAK_KEY', 'not a sound Ed25519 public key', { field: 'publicKey' });
}

function isSound(publicKey: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(publicKey, false);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false; // not the canonical encoding of a point
  }
}

/**
 * Whether an Ed25519 signature (RFC 8032) over raw bytes verifies in the strict profile of decision D5: A and R
 * canonical and not of small order, S below L, cofactorless equation. For other systems' formats; ours are read
 * by `verifySignature` and `verifyEnvelope`. Never throws.
 */
export const verifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  backend.verify(publicKey, message, signature);
