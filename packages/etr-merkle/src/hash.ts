import { TtpError } from '@ttp/core';
import { sha256 } from '@ttp/crypto';
import { HASH_BYTES } from './limits.js';

/** Without the two prefixes an inner node could be passed off as a leaf (flaw.E1). */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/**
 * The hash of a leaf: SHA-256(0x00 || bytes) (RFC 9162 section 2.1.1).
 *
 * @param bytes the entry, of any length
 */
export function leafHash(bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + bytes.length);
  input[0] = LEAF_PREFIX;
  input.set(bytes, 1);
  return sha256(input);
}

/**
 * The hash of an inner node: SHA-256(0x01 || left || right) (RFC 9162 section 2.1.1).
 *
 * @throws ETR_BAD_HASH where a side is not 32 bytes
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  requireHash(left);
  requireHash(right);
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** The root of the tree without entries: SHA-256 of nothing (RFC 9162 section 2.1.1). */
export const emptyRoot = (): Uint8Array => sha256(new Uint8Array(0));

/** Throws ETR_BAD_HASH unless `bytes` has the length of a hash. */
export function requireHash(bytes: Uint8Array): void {
  if (bytes.length !== HASH_BYTES)
    throw new TtpError('ETR_BAD_HASH', `a hash has ${HASH_BYTES} bytes, not ${bytes.length}`);
}
