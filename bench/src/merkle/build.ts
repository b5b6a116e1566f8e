import { SimpleMerkleTree } from '@openzeppelin/merkle-tree';
import { createTree, leafHash } from '@ttp/etr-merkle';
import { MerkleTree } from 'merkletreejs';
import type { Bar } from '../bar.ts';
import { type Contestant, type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { entries, ownNodeHash, rawLeafHash, rawNodeHash } from './hashing.ts';

/** merkletreejs as an RFC 9162 tree: the native hash with the prefix of a node, leaves hashed before. */
export const rivalTree = (leaves: readonly Uint8Array[]): MerkleTree =>
  new MerkleTree(
    leaves.map((leaf) => Buffer.from(leaf)),
    (pair: Buffer) => ownNodeHash(pair.subarray(0, 32), pair.subarray(32)),
  );

/** Only for powers of two: its array of nodes is mirrored, so the sides are swapped for an equal root. */
const openzeppelin = (leaves: readonly Uint8Array[]): SimpleMerkleTree =>
  SimpleMerkleTree.of(
    leaves.map((leaf) => Uint8Array.from(leaf)),
    { sortLeaves: false, nodeHash: (a, b) => `0x${ownNodeHash(bytes(b), bytes(a)).toString('hex')}` },
  );

const bytes = (text: string | Uint8Array | ArrayLike<number>): Uint8Array =>
  typeof text === 'string' ? Buffer.from(text.replace(/^0x/, ''), 'hex') : Uint8Array.from(text);

const hex = (root: Uint8Array): string => Buffer.from(root).toString('hex');

/** As many raw hashes as a tree over `all` needs at least: a leaf and a node an entry. */
function raw(all: readonly Uint8Array[]): Buffer {
  let node = rawLeafHash(all[0] ?? new Uint8Array(32));
  for (const entry of all) {
    rawLeafHash(entry);
    node = rawNodeHash(entry, entry);
  }
  return node;
}

const OURS = 'ttp createTree';

export function building(count: number, effort: Effort): Promise<RaceResult> {
  const all = entries(count);
  const large = count > 10_000;
  const hashed = (): Uint8Array[] => all.map((entry) => leafHash(entry));
  const contestants: Contestant[] = [
    {
      name: OURS,
      ours: true,
      does: 'leafHash of each entry, append; every complete subtree is kept',
      run: () => createTree(hashed()).root(),
      answer: () => hex(createTree(hashed()).root()),
    },
    {
      name: 'raw hashes',
      does: 'two crypto.hash a leaf into flat bytes, no tree: the limit',
      run: () => raw(all),
    },
    {
      name: 'merkletreejs',
      does: 'the same leaf hashes, node hash of RFC 9162 by crypto.hash',
      run: () => rivalTree(hashed()).getRoot(),
      answer: () => hex(rivalTree(hashed()).getRoot()),
      ...(large ? { rounds: 3 } : {}),
    },
  ];
  if (!large)
    contestants.push({
      name: '@openzeppelin/merkle-tree',
      does: 'SimpleMerkleTree over the same leaf hashes, unsorted, node hash of RFC 9162 by crypto.hash',
      run: () => openzeppelin(hashed()).root,
      answer: () => hex(bytes(openzeppelin(hashed()).root)),
      rounds: 5,
    });
  return race(
    {
      title: `Building a tree of ${count} entries`,
      work: `Entries of 32 B, from nothing to the root; microseconds a tree. Checked before: the roots are equal.${large ? ' @openzeppelin/merkle-tree takes minutes here and is left to the small tree.' : ''}`,
      contestants,
      bars: large ? [LIMIT, ...AHEAD.slice(0, 1)] : AHEAD,
      rounds: large ? 7 : 21,
      turnMs: 20,
    },
    effort,
  );
}

const LIMIT: Bar = {
  bar: 'Merkle append, Node: at most 1.3x two raw crypto.hash calls',
  value: (m) => m.ratio(OURS, 'raw hashes'),
  atMost: 1.3,
  unit: 'x',
  why: 'Each leaf hash is a Uint8Array of its own, and every complete subtree is kept; the limit keeps nothing.',
};

const AHEAD: readonly Bar[] = [
  {
    bar: 'Merkle build: at least 4x as fast as merkletreejs',
    value: (m) => m.ratio('merkletreejs', OURS),
    atLeast: 4,
    unit: 'x',
    why: 'Both spend most of the time in the same native hash, which is given to the other here.',
  },
  {
    bar: 'Merkle build: at least 50x as fast as @openzeppelin/merkle-tree',
    value: (m) => m.ratio('@openzeppelin/merkle-tree', OURS),
    atLeast: 50,
    unit: 'x',
    why: 'It is given the same native hash as we use, which its own default is not.',
  },
];

export function appending(count: number, effort: Effort): Promise<RaceResult> {
  const leaves = entries(count);
  const tree = createTree(leaves);
  const rival = rivalTree(leaves);
  const [next = new Uint8Array(32)] = entries(1);
  return race(
    {
      title: `Append and root, at ${count} entries`,
      work: 'One entry more and the new root, as for a checkpoint after each entry. Checked before: the first new roots are equal.',
      contestants: [
        {
          name: 'ttp append + root',
          ours: true,
          does: 'O(log n)',
          run: () => {
            tree.append(next);
            return tree.root();
          },
          answer: () => {
            tree.append(next);
            return hex(tree.root());
          },
        },
        {
          name: 'merkletreejs addLeaf + getRoot',
          does: 'builds all levels anew',
          run: () => {
            rival.addLeaf(Buffer.from(next));
            return rival.getRoot();
          },
          answer: () => {
            rival.addLeaf(Buffer.from(next));
            return hex(rival.getRoot());
          },
          most: 1,
          rounds: 2,
        },
      ],
    },
    effort,
  );
}
