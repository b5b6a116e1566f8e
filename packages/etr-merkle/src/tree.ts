import { TtpError } from '@ttp/core';
import { emptyRoot, nodeHash, requireHash } from './hash.js';
import { Level } from './level.js';

/** An append-only Merkle tree in memory (RFC 9162 section 2.1), 64 bytes an entry. */
export interface MerkleTree {
  /** Entries so far. */
  readonly size: bigint;
  /** Adds a leaf by its hash (`leafHash` of the entry) and returns its index. O(log n). Throws ETR_BAD_HASH. */
  append(leafHash: Uint8Array): bigint;
  /** The hash of the leaf at `index`. Throws ETR_BAD_POSITION. */
  leaf(index: bigint): Uint8Array;
  /** The root, 32 bytes, of the tree as it was at `size` (left out: now). O(log n). Throws ETR_BAD_POSITION. */
  root(size?: bigint): Uint8Array;
  /**
   * The path of section 2.1.3.1 from the leaf at `index` to the root at `size` (left out: now), lowest sibling
   * first. O(log n). Throws ETR_BAD_POSITION.
   */
  inclusionProof(index: bigint, size?: bigint): Uint8Array[];
  /**
   * The path of section 2.1.4.1 that shows the tree at `size1` to be the beginning of the tree at `size2` (left
   * out: now). Empty for equal sizes; there is none from the empty tree. O(log n). Throws ETR_BAD_POSITION.
   */
  consistencyProof(size1: bigint, size2?: bigint): Uint8Array[];
}

/**
 * An empty tree. Every complete subtree's hash is kept, so that no proof hashes the log again.
 *
 * @param leaves hashes to begin with, in order
 * @throws ETR_BAD_HASH
 */
export function createTree(leaves: Iterable<Uint8Array> = []): MerkleTree {
  const leafLevel = new Level();
  const levels: Level[] = [leafLevel];
  const levelAt = (height: number): Level => (levels[height] ??= new Level());

  /**
   * Hashes of incomplete subtrees, by their first entry. Each ends with the tree, so they hold for one size; one
   * proof after another needs the same of them.
   */
  const edge = { size: 0, hashes: new Map<number, Uint8Array>() };

  /** The hash over the entries from `start` to `end`, where `start` begins a subtree that is no smaller. */
  function rangeHash(start: number, end: number): Uint8Array {
    const height = heightOf(end - start);
    if (height !== undefined) return levelAt(height).at(start / (end - start));
    if (edge.size !== end) {
      edge.size = end;
      edge.hashes.clear();
    }
    const known = edge.hashes.get(start);
    if (known !== undefined) return known.slice();
    const middle = start + largestPowerBelow(end - start);
    const hash = nodeHash(rangeHash(start, middle), rangeHash(middle, end));
    edge.hashes.set(start, hash);
    return hash.slice();
  }

  const tree: MerkleTree = {
    get size() {
      return BigInt(leafLevel.count);
    },
    append(hash) {
      requireHash(hash);
      const index = leafLevel.count;
      leafLevel.push(hash);
      // A level with an even count has just completed a pair; the pair is a node of the level above.
      let height = 0;
      for (let count = index + 1; count % 2 === 0; count /= 2)
        levelAt(height + 1).pushOverLastTwo(levelAt(height++));
      return BigInt(index);
    },
    leaf: (index) => leafLevel.at(within(index, 0, leafLevel.count - 1)),
    root(size = tree.size) {
      const n = within(size, 0, leafLevel.count);
      return n === 0 ? emptyRoot() : rangeHash(0, n);
    },
    inclusionProof(index, size = tree.size) {
      const n = within(size, 0, leafLevel.count);
      const i = within(index, 0, n - 1);
      const path: Uint8Array[] = [];
      let [start, end] = [0, n];
      while (end - start > 1) {
        const middle = start + largestPowerBelow(end - start);
        if (i < middle) {
          path.unshift(rangeHash(middle, end));
          end = middle;
        } else {
          path.unshift(rangeHash(start, middle));
          start = middle;
        }
      }
      return path;
    },
    consistencyProof(size1, size2 = tree.size) {
      const n = within(size2, 1, leafLevel.count);
      const m = within(size1, 1, n);
      const path: Uint8Array[] = [];
      let [start, end] = [0, n];
      while (end !== m) {
        const middle = start + largestPowerBelow(end - start);
        if (m <= middle) {
          path.unshift(rangeHash(middle, end));
          end = middle;
        } else {
          path.unshift(rangeHash(start, middle));
          start = middle;
        }
      }
      // A subtree that begins the log is the old root itself, which the verifier has.
      if (start > 0) path.unshift(rangeHash(start, end));
      return path;
    },
  };
  for (const hash of leaves) tree.append(hash);
  return tree;
}

/** The largest power of two smaller than `n`, for n > 1; 1 otherwise (k of section 2.1.1). No shifts: they wrap at 2^31. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** h where n = 2^h, undefined for every other n. */
function heightOf(n: number): number | undefined {
  let height = 0;
  let power = 1;
  while (power < n) {
    power *= 2;
    height++;
  }
  return power === n ? height : undefined;
}

/** `n` as a number from `least` to `most`; a tree in memory is far smaller than 2^53, hostile arguments are not. */
function within(n: bigint, least: number, most: number): number {
  if (n < BigInt(least) || n > BigInt(most))
    throw new TtpError('ETR_BAD_POSITION', `${n} is not from ${least} to ${most}`);
  return Number(n);
}
