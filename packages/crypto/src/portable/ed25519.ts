import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Backend } from '../backend-contract.js';
import { concatBytes, equalBytes } from '../bytes.js';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../limits.js';

/** The order L of the base point. */
const ORDER: bigint = /* @__PURE__ */ (() => Point.CURVE().n)();

export const signingKey: Backend['signingKey'] = (seed) => {
  // The library leaves its hash to be set by whoever calls it. Here, not above, so that who verifies has no part of it.
  hashes.sha512 = sha512;
  const own = Uint8Array.from(seed);
  return { publicKey: getPublicKey(own), sign: (message) => sign(message, own) };
};

/**
 * RFC 8032 5.1.7 with the cofactorless equation and the point checks of threats.md App. A. The `verify` of the
 * library is cofactored, and accepts R of small order (performance.md 1b), whence the Point API.
 */
export const verify: Backend['verify'] = (publicKey, message, signature) => {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const encodedR = signature.subarray(0, 32);
  const A = decode(publicKey);
  const R = decode(encodedR);
  if (A === undefined || R === undefined || A.isSmallOrder() || R.isSmallOrder()) return false;
  const S = littleEndian(signature.subarray(32));
  if (S >= ORDER) return false;
  const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % ORDER;
  const expected = Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), encodedR);
};

/** The point of a canonical encoding; undefined where there is none. */
function decode(bytes: Uint8Array): Point | undefined {
  try {
    return Point.fromBytes(bytes, false);
  } catch {
    return undefined;
  }
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
