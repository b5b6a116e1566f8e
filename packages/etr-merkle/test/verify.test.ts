import { concatBytes, sha256 } from '@ttp/crypto';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type ConsistencyClaim,
  createTree,
  emptyRoot,
  type InclusionClaim,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.js';
import { entriesOf } from './model.js';

/** `npm run soak` multiplies the runs; a browser, whose hashes take longer, makes a twentieth. */
const TIMES =
  typeof globalThis.process === 'undefined' ? 0.05 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');
/** Runs of 1000 altered claims for either kind of proof: 100 000 together. */
const RUNS = Math.ceil(50 * TIMES);
/** How long that may take, ms. */
const PATIENCE = 30_000 * Math.max(TIMES, 1);

const tree = createTree(entriesOf(300).map(leafHash));

function inclusion(index: bigint, size: bigint): InclusionClaim {
  const proof = tree.inclusionProof(index, size);
  return { leafHash: tree.leaf(index), index, size, proof, root: tree.root(size) };
}

function consistency(size1: bigint, size2: bigint): ConsistencyClaim {
  const proof = tree.consistencyProof(size1, size2);
  return { size1, size2, root1: tree.root(size1), root2: tree.root(size2), proof };
}

/** One bit of the bytes flipped. */
function flipped(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random.int(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
  return copy;
}

/** Another proof than `proof`, as far as its hashes differ: these are random, so no two of them are equal. */
function mutatedProof(proof: readonly Uint8Array[], random: SeededRandom): Uint8Array[] {
  const at = random.int(Math.max(proof.length, 1));
  const insert = random.chance(0.5)
    ? random.bytes(32)
    : (proof[random.int(proof.length || 1)] ?? emptyRoot());
  const [a, b] = [proof[at], proof[(at + 1) % Math.max(proof.length, 1)]];
  switch (proof.length < 2 ? 0 : random.int(5)) {
    case 1:
      return proof.toSpliced(at, 1);
    case 2:
      return a === undefined ? [] : proof.with(at, flipped(a, random));
    case 3:
      return a === undefined || b === undefined ? [] : proof.with(at, b).with((at + 1) % proof.length, a);
    case 4:
      return a === undefined ? [] : proof.with(at, a.slice(0, random.int(32)));
    default:
      return proof.toSpliced(at, 0, insert);
  }
}

/** The index or size moved a little, to another power of two, or far away. */
function moved(n: bigint, random: SeededRandom): bigint {
  const by = random.pick([1n, -1n, 2n, -2n, n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 64n]);
  return random.chance(0.2) ? n ^ (1n << BigInt(random.int(64))) : n + (by === 0n ? 1n : by);
}

describe('verifyInclusion', () => {
  it(
    'accepts none of 50 000 altered claims',
    async () => {
      proves('etr-merkle.proofs.verify-strict', 'flaw.E1', 'law.E-2');
      let refused = 0;
      await withSeed('altered inclusion claims', RUNS, (random) => {
        for (let n = 0; n < 1000; n++) {
          const size = BigInt(1 + random.int(300));
          const claim = inclusion(BigInt(random.int(Number(size))), size);
          const altered = [
            () => ({ ...claim, proof: mutatedProof(claim.proof, random) }),
            () => ({ ...claim, index: moved(claim.index, random) }),
            () => ({ ...claim, size: size === claim.index + 1n ? size + 2n ** 32n : claim.index }),
            () => ({ ...claim, leafHash: flipped(claim.leafHash, random) }),
            () => ({ ...claim, root: flipped(claim.root, random) }),
          ];
          if (!verifyInclusion(random.pick(altered)())) refused++;
        }
      });
      expect(refused).toBe(RUNS * 1000);
    },
    PATIENCE,
  );

  it('refuses an inner node passed off as a leaf', () => {
    proves('flaw.E1');
    // The pair's hash in a tree of four stands where a tree of two would have a leaf.
    const inner = nodeHash(tree.leaf(0n), tree.leaf(1n));
    const right = nodeHash(tree.leaf(2n), tree.leaf(3n));
    const root = tree.root(4n);
    expect(verifyInclusion({ leafHash: inner, index: 0n, size: 2n, proof: [right], root })).toBe(true);
    // Such a claim holds for hashes only: no entry has this leaf hash, since leaves begin with another byte.
    const content = concatBytes(tree.leaf(0n), tree.leaf(1n));
    expect(verifyInclusion({ leafHash: leafHash(content), index: 0n, size: 2n, proof: [right], root })).toBe(
      false,
    );
    expect(leafHash(content)).not.toEqual(sha256(content));
  });

  it('gives a tree of three and one whose last entry is doubled different roots', () => {
    proves('flaw.E1');
    const [a, b, c] = [tree.leaf(0n), tree.leaf(1n), tree.leaf(2n)];
    expect(createTree([a, b, c]).root()).not.toEqual(createTree([a, b, c, c]).root());
    const proof = [c, nodeHash(a, b)];
    expect(verifyInclusion({ leafHash: c, index: 3n, size: 4n, proof, root: tree.root(3n) })).toBe(false);
  });

  it('verifies a path through a tree of 2^64-1 entries, where 32-bit and 53-bit arithmetic would wrap', () => {
    proves('etr-merkle.proofs.verify-strict');
    const size = 2n ** 64n - 1n;
    const leaf = leafHash(Uint8Array.of(1));
    const siblings = Array.from({ length: 64 }, (_, n) => leafHash(Uint8Array.of(2, n)));
    // The leftmost entry has a sibling at every level, the 64 of a full tree.
    let root = leaf;
    for (const sibling of siblings) root = nodeHash(root, sibling);
    const claim = { leafHash: leaf, index: 0n, size, proof: siblings, root };
    expect(verifyInclusion(claim)).toBe(true);
    expect(verifyInclusion({ ...claim, index: 1n })).toBe(false);
    expect(verifyInclusion({ ...claim, index: 2n ** 63n })).toBe(false);
    expect(verifyInclusion({ ...claim, size: size + 1n })).toBe(false);
    expect(verifyInclusion({ ...claim, size: 2n ** 63n })).toBe(false);
    expect(verifyInclusion({ ...claim, proof: [...siblings, leaf] })).toBe(false);
  });

  it('answers false to whatever has the wrong type', () => {
    const claim = inclusion(3n, 8n);
    const hostile: unknown[] = [
      { ...claim, index: 3 },
      { ...claim, index: -1n },
      { ...claim, size: '8' },
      { ...claim, size: 0n, index: 0n },
      { ...claim, proof: undefined },
      { ...claim, proof: claim.proof.map(String) },
      { ...claim, proof: Array.from({ length: 1_000_000 }, () => claim.root) },
      { ...claim, leafHash: new Uint8Array(0) },
      { ...claim, root: [...claim.root] },
    ];
    for (const wrong of hostile) expect(Reflect.apply(verifyInclusion, undefined, [wrong])).toBe(false);
    expect(verifyInclusion(claim)).toBe(true);
  });
});

describe('verifyConsistency', () => {
  it(
    'accepts none of 50 000 altered claims',
    async () => {
      proves('etr-merkle.proofs.verify-strict', 'etr-merkle.proofs.consistency', 'law.E-2');
      let refused = 0;
      await withSeed('altered consistency claims', RUNS, (random) => {
        for (let n = 0; n < 1000; n++) {
          const size2 = BigInt(2 + random.int(299));
          const claim = consistency(BigInt(1 + random.int(Number(size2) - 1)), size2);
          const altered = [
            () => ({ ...claim, proof: mutatedProof(claim.proof, random) }),
            () => ({ ...claim, size1: moved(claim.size1, random) }),
            () => ({ ...claim, root1: flipped(claim.root1, random) }),
            () => ({ ...claim, root2: flipped(claim.root2, random) }),
            () => ({ ...claim, root1: claim.root2, root2: claim.root1 }),
            () => ({ ...claim, root1: claim.root2 }),
          ];
          if (!verifyConsistency(random.pick(altered)())) refused++;
        }
      });
      expect(refused).toBe(RUNS * 1000);
    },
    PATIENCE,
  );

  it('recomputes both roots: a proof of the new one alone does not do', () => {
    proves('etr-merkle.proofs.consistency');
    const claim = consistency(6n, 8n);
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, root1: tree.root(5n) })).toBe(false);
    expect(verifyConsistency({ ...claim, root2: tree.root(9n) })).toBe(false);
  });

  it('takes equal sizes with equal roots and nothing else', () => {
    const claim = consistency(5n, 5n);
    expect(claim.proof).toEqual([]);
    expect(verifyConsistency(claim)).toBe(true);
    expect(verifyConsistency({ ...claim, root2: tree.root(6n) })).toBe(false);
    expect(verifyConsistency({ ...claim, proof: [tree.root(5n)] })).toBe(false);
    const empty = { size1: 0n, size2: 0n, root1: emptyRoot(), root2: emptyRoot(), proof: [] };
    expect(verifyConsistency(empty)).toBe(true);
    expect(verifyConsistency({ ...empty, root1: tree.root(1n), root2: tree.root(1n) })).toBe(false);
  });

  it('answers false to whatever has the wrong type, and to what begins with the empty tree', () => {
    const claim = consistency(3n, 8n);
    const hostile: unknown[] = [
      { ...claim, size1: 0n, proof: [] },
      { ...claim, size1: 9n },
      { ...claim, size1: 3 },
      { ...claim, size2: 2n ** 64n },
      { ...claim, proof: null },
      { ...claim, proof: [] },
      { ...claim, proof: Array.from({ length: 66 }, () => claim.root1) },
      { ...claim, root1: 'root' },
    ];
    for (const wrong of hostile) expect(Reflect.apply(verifyConsistency, undefined, [wrong])).toBe(false);
  });
});
