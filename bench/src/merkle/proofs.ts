import { createTree, type MerkleTree, verifyConsistency, verifyInclusion } from '@ttp/etr-merkle';
import type { MerkleTree as RivalTree } from 'merkletreejs';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { rivalTree } from './build.ts';
import { entries, rawNodeHash } from './hashing.ts';

/** A large step that meets all residues, so that positions come from everywhere. */
const STRIDE = 7_919_993;

interface Positions {
  readonly tree: MerkleTree;
  readonly size: number;
}

const inclusionAt = ({ tree, size }: Positions, i: number): Uint8Array[] =>
  tree.inclusionProof(BigInt((i * STRIDE) % size));

const consistencyAt = ({ tree, size }: Positions, i: number): Uint8Array[] =>
  tree.consistencyProof(BigInt(1 + ((i * STRIDE) % (size - 1))));

export async function proving(size: number, rivalSize: number, effort: Effort): Promise<RaceResult[]> {
  const leaves = entries(size);
  const at: Positions = { tree: createTree(leaves), size };
  const small = leaves.slice(0, rivalSize);
  const rival = rivalTree(small);
  return [await making(at, rival, small, effort), await verifying(at, rival, small, effort)];
}

function making(
  at: Positions,
  rival: RivalTree,
  small: readonly Uint8Array[],
  effort: Effort,
): Promise<RaceResult> {
  const leaf = small.map((bytes) => Buffer.from(bytes));
  return race(
    {
      title: `Proofs at ${at.size} entries`,
      work: `Positions all over the tree. Checked before: every proof verifies. merkletreejs has ${small.length} entries, since larger trees take it too long to build, and no consistency proofs; @openzeppelin/merkle-tree likewise.`,
      contestants: [
        {
          name: 'ttp inclusion proof',
          ours: true,
          does: 'path of RFC 9162 2.1.3.1, each hash in bytes of its own',
          run: (i) => inclusionAt(at, i),
          answer: () => [0, 1, 2, 3].every((i) => checkInclusion(at, i)),
        },
        {
          name: 'ttp consistency proof',
          ours: true,
          does: 'path of RFC 9162 2.1.4.1',
          run: (i) => consistencyAt(at, i),
          answer: () => [0, 1, 2, 3].every((i) => checkConsistency(at, i)),
        },
        {
          name: `merkletreejs getProof`,
          does: 'by index, siblings with their side',
          run: (i) =>
            rival.getProof(leaf[(i * STRIDE) % leaf.length] ?? Buffer.alloc(32), (i * STRIDE) % leaf.length),
          answer: () => checkRival(rival, leaf[5] ?? Buffer.alloc(32), 5),
        },
      ],
      bars: [
        {
          bar: 'inclusion proof at 10^6: at most 15 us',
          value: (m) => m.median('ttp inclusion proof'),
          atMost: 15,
          unit: ' us',
          why: 'Every hash of a path is copied, since a proof belongs to whoever asked for it.',
        },
        {
          bar: 'consistency proof at 10^6: at most 15 us',
          value: (m) => m.median('ttp consistency proof'),
          atMost: 15,
          unit: ' us',
          why: 'Every hash of a path is copied, since a proof belongs to whoever asked for it.',
        },
      ],
    },
    effort,
  );
}

const checkRival = (rival: RivalTree, leaf: Buffer, index: number): boolean =>
  rival.verify(rival.getProof(leaf, index), leaf, rival.getRoot());

function inclusionClaim({ tree, size }: Positions, i: number): Parameters<typeof verifyInclusion>[0] {
  const index = BigInt((i * STRIDE) % size);
  const claim = { leafHash: tree.leaf(index), index, size: BigInt(size), root: tree.root() };
  return { ...claim, proof: tree.inclusionProof(index) };
}

function consistencyClaim({ tree, size }: Positions, i: number): Parameters<typeof verifyConsistency>[0] {
  const size1 = BigInt(1 + ((i * STRIDE) % (size - 1)));
  const roots = { root1: tree.root(size1), root2: tree.root() };
  return { size1, size2: BigInt(size), ...roots, proof: tree.consistencyProof(size1) };
}

const checkInclusion = (at: Positions, i: number): boolean => verifyInclusion(inclusionClaim(at, i));
const checkConsistency = (at: Positions, i: number): boolean => verifyConsistency(consistencyClaim(at, i));

function verifying(
  at: Positions,
  rival: RivalTree,
  small: readonly Uint8Array[],
  effort: Effort,
): Promise<RaceResult> {
  const claims = Array.from({ length: 64 }, (_, i) => inclusionClaim(at, i));
  const later = Array.from({ length: 64 }, (_, i) => consistencyClaim(at, i));
  const [first] = claims;
  const [last] = later;
  if (first === undefined || last === undefined) throw new Error('no claims');
  const root = rival.getRoot();
  const theirs = Array.from({ length: 64 }, (_, i) => {
    const leaf = Buffer.from(small[i] ?? new Uint8Array(32));
    return { leaf, proof: rival.getProof(leaf, i) };
  });
  return race(
    {
      title: `Verifying proofs of a tree of ${at.size} entries`,
      work: '64 proofs in turn. Checked before: every proof verifies, and none with the root of another tree.',
      contestants: [
        {
          name: 'ttp verifyInclusion',
          ours: true,
          does: 'exact length of the proof, index and size up to 2^64-1',
          run: (i) => verifyInclusion(claims[i % 64] ?? first),
          answer: () => [claims.every(verifyInclusion), verifyInclusion({ ...first, root: first.leafHash })],
        },
        {
          name: 'raw hashes, inclusion',
          does: 'as many node hashes as the paths are long, nothing else: the limit',
          run: (i) => fold(claims[i % 64]?.proof ?? first.proof),
        },
        {
          name: 'ttp verifyConsistency',
          ours: true,
          does: 'both roots are computed from the proof',
          run: (i) => verifyConsistency(later[i % 64] ?? last),
          answer: () => [later.every(verifyConsistency), verifyConsistency({ ...last, root2: last.root1 })],
        },
        {
          name: 'merkletreejs verify',
          does: `by the proof and the leaf, from a tree of ${small.length}`,
          run: (i) => rival.verify(theirs[i % 64]?.proof ?? [], theirs[i % 64]?.leaf ?? root, root),
          answer: () => [
            theirs.every(({ proof, leaf }) => rival.verify(proof, leaf, root)),
            rival.verify(theirs[0]?.proof ?? [], theirs[0]?.leaf ?? root, Buffer.alloc(32)),
          ],
        },
      ],
      bars: [
        {
          bar: 'verify inclusion at 10^6: at most 1.2x the node hashes of the path',
          value: (m) => m.ratio('ttp verifyInclusion', 'raw hashes, inclusion'),
          atMost: 1.2,
          unit: 'x',
          why: 'Lengths and types of a claim are checked, since all of it may come from an attacker, and positions are BigInt, since it may say 2^64-1.',
        },
      ],
    },
    effort,
  );
}

function fold(path: readonly Uint8Array[]): Uint8Array {
  let [node = new Uint8Array(32)] = path;
  for (const sibling of path) node = rawNodeHash(sibling, node);
  return node;
}
