import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { TtpError } from '@ttp/core';
import type { Backend } from '../backend-contract.js';
import { concatBytes, equalBytes } from '../bytes.js';
import { createKeyCache } from '../key-cache.js';
import { KEY_TABLE_AFTER_USES, KEY_TABLES } from '../limits.js';
import { isStrictPoint, isStrictSignature } from '../point-encoding.js';
import { multiply, multiplyByTable, type Table, tableOf } from './multiples.js';

export const signingKey: Backend['signingKey'] = (seed) => {
  hashes.sha512 = sha512; // the library leaves it to be set by whoever calls it
  const own = Uint8Array.from(seed);
  let isCleared = false;
  return {
    publicKey: getPublicKey(own),
    sign(message) {
      if (isCleared) throw new TtpError('CRYPTO_KEY_LOCKED', 'the key was cleared');
      return sign(message, own);
    },
    clear() {
      isCleared = true;
      own.fill(0);
    },
  };
};

/** A key that verifies: -A, and its table once it was used some times. */
interface Verifier {
  readonly negated: Point;
  uses: number;
}

const verifiers = /* @__PURE__ */ createKeyCache(verifierOf);
/** The tables of the keys that verified last, the one that waited longest first. */
const tables = new Map<Verifier, Table>();

/**
 * RFC 8032 5.1.7 with the cofactorless equation and the point checks of threats.md App. A. The `verify` of the
 * library is cofactored, and accepts R of small order (performance.md 1b), whence the Point API. R is not decoded:
 * the encoding of S B - k A is canonical, so what equals it is a canonical point.
 */
export const verify: Backend['verify'] = (publicKey, message, signature) => {
  if (!isStrictSignature(signature)) return false;
  const verifier = verifiers(publicKey);
  if (verifier === undefined) return false;
  const encodedR = signature.subarray(0, 32);
  const S = littleEndian(signature.subarray(32));
  const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % Point.CURVE().n;
  const expected = Point.BASE.multiplyUnsafe(S).add(timesNegated(verifier, k));
  return equalBytes(expected.toBytes(), encodedR);
};

/** Undefined for what is not the canonical encoding of a point of large order. */
function verifierOf(publicKey: Uint8Array): Verifier | undefined {
  if (!isStrictPoint(publicKey)) return undefined;
  try {
    return { negated: Point.fromBytes(publicKey, false).negate(), uses: 0 };
  } catch {
    return undefined; // not on the curve
  }
}

function timesNegated(verifier: Verifier, k: bigint): Point {
  if (++verifier.uses < KEY_TABLE_AFTER_USES) return multiply(verifier.negated, k);
  const table = tables.get(verifier) ?? tableOf(verifier.negated);
  tables.delete(verifier);
  tables.set(verifier, table);
  const [oldest] = tables.keys();
  if (tables.size > KEY_TABLES && oldest !== undefined) {
    tables.delete(oldest);
    oldest.uses = 0; // it earns its table anew: else more keys than there are tables would build one each time
  }
  return multiplyByTable(table, k);
}

const littleEndian = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
