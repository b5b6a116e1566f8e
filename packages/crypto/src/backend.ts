import { x25519 } from '@noble/curves/ed25519.js';
import { getPublicKey, hashes, Point, sign as signEd25519 } from '@noble/ed25519';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Backend } from './backend-contract.js';
import { concatBytes, equalBytes } from './bytes.js';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from './limits.js';

// The reference, and what browsers run: the implementation that says what the native one has to answer. Each primitive
// is an export of its own, and nothing runs at import, so that a bundle holds no more than what it calls.

const HASHES = { sha256, sha384, sha512 } as const;

export const hash: Backend['hash'] = (name, bytes) => HASHES[name](bytes);

export const signingKey: Backend['signingKey'] = (seed) => {
  hashes.sha512 = sha512; // the library leaves it to be set by whoever calls it
  const own = Uint8Array.from(seed);
  return { publicKey: getPublicKey(own), sign: (message) => signEd25519(message, own) };
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
  const order = Point.CURVE().n;
  const S = littleEndian(signature.subarray(32));
  if (S >= order) return false;
  const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % order;
  const expected = Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), encodedR);
};

export const exchangeKey: Backend['exchangeKey'] = (secretKey) => x25519.getPublicKey(secretKey);

export const exchange: Backend['exchange'] = (secretKey, publicKey) => {
  try {
    return x25519.getSharedSecret(secretKey, publicKey);
  } catch {
    return undefined; // both lengths are right, so this is the all-zero secret of RFC 7748 6.1
  }
};

export const scrypt: Backend['scrypt'] = ({ passphrase, salt, costLog2 }) =>
  scryptAsync(passphrase, salt, { N: 2 ** costLog2, r: 8, p: 1, dkLen: 32, maxmem: 2 ** (costLog2 + 11) });

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
