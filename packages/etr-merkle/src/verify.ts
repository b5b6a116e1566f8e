import { equalBytes } from '@ttp/crypto';
import { emptyRoot, nodeHash } from './hash.js';
import { HASH_BYTES, PROOF_HASHES_MAX, TREE_SIZE_MAX } from './limits.js';

/** What an inclusion proof is checked against. All of it may come from an attacker but `root` and `size`. */
export interface InclusionClaim {
  /** `leafHash` of the entry, 32 bytes. */
  readonly leafHash: Uint8Array;
  readonly index: bigint;
  readonly size: bigint;
  /** Siblings, lowest first, 32 bytes each. */
  readonly proof: readonly Uint8Array[];
  /** Root of the tree of `size` entries, from a tree head whose signature was verified. */
  readonly root: Uint8Array;
}

/** What a consistency proof is checked against: two tree heads whose signatures were verified. */
export interface ConsistencyClaim {
  readonly size1: bigint;
  readonly size2: bigint;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/**
 * Whether the entry with this leaf hash is the one at `index` of the tree (RFC 9162 section 2.1.3.2). Strict: the
 * index lies in the tree, the proof has exactly the length that index and size demand, and the root is recomputed
 * (flaw.E1). Never throws.
 */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { leafHash, index, size, proof, root } = claim;
  if (!isPosition(index) || !isPosition(size) || index >= size) return false;
  if (!areHashes([leafHash, root]) || !isProof(proof)) return false;
  let [fn, sn] = [index, size - 1n];
  let node = leafHash;
  for (const sibling of proof) {
    if (sn === 0n) return false; // longer than the tree is high
    const right = isOdd(fn);
    node = right || fn === sn ? nodeHash(sibling, node) : nodeHash(node, sibling);
    // On the right edge the levels without a sibling are skipped.
    if (!right && fn === sn) [fn, sn] = dropZeros(fn, sn);
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(node, root);
}

/**
 * Whether the tree of `size2` entries begins with the tree of `size1` entries (RFC 9162 section 2.1.4.2). Both roots
 * are recomputed from the proof, whose length is exact. Equal sizes need equal roots and an empty proof. A claim
 * from the empty tree shows nothing and is refused. Never throws.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  if (!isPosition(size1) || !isPosition(size2) || size1 > size2) return false;
  if (!areHashes([root1, root2]) || !isProof(proof)) return false;
  if (size1 === size2)
    return proof.length === 0 && equalBytes(root1, root2) && (size1 > 0n || equalBytes(root1, emptyRoot()));
  if (size1 === 0n) return false;

  let [fn, sn] = dropOnes(size1 - 1n, size2 - 1n);
  // fn is 0 where the old tree is a complete subtree of the new one: then its root begins the path.
  const [first, ...rest] = fn === 0n ? [root1, ...proof] : proof;
  if (first === undefined) return false;
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (sn === 0n) return false;
    const right = isOdd(fn);
    if (right || fn === sn) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      if (!right) [fn, sn] = dropZeros(fn, sn);
    } else {
      now = nodeHash(now, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(old, root1) && equalBytes(now, root2);
}

const isOdd = (n: bigint): boolean => (n & 1n) === 1n;

/** Shifts both until the lowest bit of `a` is set, or nothing of it is left. */
function dropZeros(a: bigint, b: bigint): [bigint, bigint] {
  while (!isOdd(a) && a !== 0n) [a, b] = [a >> 1n, b >> 1n];
  return [a, b];
}

/** Shifts both until the lowest bit of `a` is clear. */
function dropOnes(a: bigint, b: bigint): [bigint, bigint] {
  while (isOdd(a)) [a, b] = [a >> 1n, b >> 1n];
  return [a, b];
}

// The types promise all this to TypeScript callers; the values of a proof may come straight from an attacker.
const isPosition = (n: unknown): boolean => typeof n === 'bigint' && n >= 0n && n <= TREE_SIZE_MAX;
const areHashes = (list: readonly unknown[]): boolean =>
  list.every((hash) => hash instanceof Uint8Array && hash.length === HASH_BYTES);
const isProof = (proof: unknown): boolean =>
  Array.isArray(proof) && proof.length <= PROOF_HASHES_MAX && areHashes(proof);
