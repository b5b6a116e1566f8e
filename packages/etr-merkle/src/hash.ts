import { TtpError } from '@ttp/core';
import { sha256, sha256Into } from '@ttp/crypto';
import { HASH_BYTES } from './limits.js';

/** Without the two prefixes an inner node could be passed off as a leaf (flaw.E1). */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Longest entry that is prefixed in place, bytes: a buffer for each would cost as much as its hash. */
const SHORT_ENTRY_BYTES = 4095;
/** A short entry behind its prefix. One for all, since nothing comes between writing and hashing it. */
const short = /* @__PURE__ */ new Uint8Array(1 + SHORT_ENTRY_BYTES);

/**
 * The hash of a leaf: SHA-256(0x00 || bytes) (RFC 9162 section 2.1.1).
 *
 * @param bytes the entry, of any length
 */
export function leafHash(bytes: Uint8Array): Uint8Array {
  const length = 1 + bytes.length;
  const input = length <= short.length ? short.subarray(0, length) : new Uint8Array(length);
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
  const node = new Uint8Array(HASH_BYTES);
  nodeHashInto(left, right, node, 0);
  return node;
}

/** What an inner node is the hash of. One for all, since nothing comes between writing and hashing it. */
const pair = /* @__PURE__ */ Uint8Array.of(NODE_PREFIX, ...new Uint8Array(2 * HASH_BYTES));

/**
 * {@link nodeHash} for hashes that were checked, written to `target` from `at`, which may be one of them.
 *
 * @param left 32 bytes
 * @param right 32 bytes
 */
export function nodeHashInto(left: Uint8Array, right: Uint8Array, target: Uint8Array, at: number): void {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  sha256Into(pair, target, at);
}

/** The hash of the inner node over two hashes that stand side by side in `level` from `from`, written as by {@link nodeHashInto}. */
export function pairHashInto(level: Uint8Array, from: number, target: Uint8Array, at: number): void {
  pair.set(level.subarray(from, from + 2 * HASH_BYTES), 1);
  sha256Into(pair, target, at);
}

/** The root of the tree without entries: SHA-256 of nothing (RFC 9162 section 2.1.1). */
export const emptyRoot = (): Uint8Array => sha256(new Uint8Array(0));

/** Throws ETR_BAD_HASH unless `bytes` has the length of a hash. */
export function requireHash(bytes: Uint8Array): void {
  if (bytes.length !== HASH_BYTES)
    throw new TtpError('ETR_BAD_HASH', `a hash has ${HASH_BYTES} bytes, not ${bytes.length}`);
}
