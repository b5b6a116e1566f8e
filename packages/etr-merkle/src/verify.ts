import { equalBytes } from '@ttp/crypto';
import { emptyRoot, nodeHashInto } from './hash.js';
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
  const { inner, border } = shapeOf(index, size);
  if (proof.length !== inner + border) return false;
  const node = leafHash.slice();
  climb(node, proof, 0, inner, index);
  return equalBytes(node, root);
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

  // Both ways begin at the largest complete subtree in which the old tree ends: its last entry's path, less the levels in it.
  const { inner, border } = shapeOf(size1 - 1n, size2);
  const height = trailingZeros(size1);
  // Where the old tree is such a subtree by itself, its root is known, and left out of the proof.
  const isWhole = size1 === 1n << BigInt(height);
  const first = isWhole ? root1 : proof[0];
  const start = isWhole ? 0 : 1;
  if (first === undefined || proof.length !== start + inner - height + border) return false;
  const [old, now] = [first.slice(), first.slice()];
  const position = (size1 - 1n) >> BigInt(height);
  const end = start + inner - height;
  climbLeft(old, proof, start, end, position);
  climb(now, proof, start, end, position);
  return equalBytes(old, root1) && equalBytes(now, root2);
}

/**
 * How the way from an entry to the root runs: through `inner` levels on which it has a neighbour in the tree on
 * either side, and then up the right edge, where `border` levels have one, always on the left.
 */
function shapeOf(index: bigint, size: bigint): { readonly inner: number; readonly border: number } {
  const inner = bitLength(index ^ (size - 1n));
  return { inner, border: ones(index >> BigInt(inner)) };
}

/**
 * Replaces `node` by what it and its siblings hash to.
 *
 * @param proof the siblings: those from `start` to `end` on the side that `position` says, all after on the left
 */
function climb(
  node: Uint8Array,
  proof: readonly Uint8Array[],
  start: number,
  end: number,
  position: bigint,
): void {
  const right = bitsOf(position);
  for (let n = start; n < proof.length; n++) {
    const sibling = proof[n];
    if (sibling === undefined) return;
    if (n >= end || right(n - start)) nodeHashInto(sibling, node, node, 0);
    else nodeHashInto(node, sibling, node, 0);
  }
}

/** As {@link climb}, in the older and smaller tree, which has no siblings on the right. */
function climbLeft(
  node: Uint8Array,
  proof: readonly Uint8Array[],
  start: number,
  end: number,
  position: bigint,
): void {
  const right = bitsOf(position);
  for (let n = start; n < proof.length; n++) {
    const sibling = proof[n];
    if (sibling !== undefined && (n >= end || right(n - start))) nodeHashInto(sibling, node, node, 0);
  }
}

/** Whether a bit of a position is set: from two words, since arithmetic on a bigint for each level costs as much as its hash. */
function bitsOf(position: bigint): (bit: number) => boolean {
  const low = Number(position & 0xffff_ffffn);
  const high = Number(position >> 32n);
  return (bit) => (((bit < 32 ? low : high) >>> (bit & 31)) & 1) === 1;
}

/** Bits of a number without leading zeros; 0 has none. */
function bitLength(n: bigint): number {
  const high = Number(n >> 32n);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(n & 0xffff_ffffn));
}

/** Bits of a number that are set. */
function ones(n: bigint): number {
  let count = 0;
  for (let rest = n; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

/** Bits below the lowest that is set; n > 0. */
const trailingZeros = (n: bigint): number => bitLength(n & -n) - 1;

// The types promise all this to TypeScript callers; the values of a proof may come straight from an attacker.
const isPosition = (n: unknown): boolean => typeof n === 'bigint' && n >= 0n && n <= TREE_SIZE_MAX;
const areHashes = (list: readonly unknown[]): boolean =>
  list.every((hash) => hash instanceof Uint8Array && hash.length === HASH_BYTES);
const isProof = (proof: unknown): boolean =>
  Array.isArray(proof) && proof.length <= PROOF_HASHES_MAX && areHashes(proof);
