import { bytesOfHash, concatBytes, hex, sha256 } from '@ttp/crypto';
import { codeThrownBy, proves, seededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createTree,
  emptyRoot,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.js';
import { hashText } from '../src/proof.js';
import { entriesOf, pathOf, proofOf, rootOf } from './model.js';

const treeOf = (n: number) => createTree(entriesOf(n).map(leafHash));
const hexes = (hashes: readonly Uint8Array[]) => hashes.map(hex).join(' ');

describe('the tree', () => {
  it('puts 0x00 before a leaf and 0x01 before a node', () => {
    proves('etr-merkle.tree.structure');
    const [a, b, c, d] = entriesOf(4).map(leafHash);
    if (!a || !b || !c || !d) throw new Error('four leaves');
    expect(hex(treeOf(4).root())).toBe(hex(nodeHash(nodeHash(a, b), nodeHash(c, d))));
    expect(hex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('has the roots, inclusion paths and consistency paths of RFC 9162 for every index and size up to 64', () => {
    proves(
      'etr-merkle.tree.rfc9162',
      'etr-merkle.proofs.inclusion',
      'etr-merkle.proofs.consistency',
      'law.E-1',
    );
    const entries = entriesOf(64);
    const tree = treeOf(64);
    const wrong: string[] = [];
    for (let n = 1; n <= 64; n++) {
      const of = entries.slice(0, n);
      const [size, root] = [BigInt(n), rootOf(of)];
      if (hex(tree.root(size)) !== hex(root)) wrong.push(`root of ${n}`);
      for (let i = 0; i < n; i++) {
        const [index, proof] = [BigInt(i), tree.inclusionProof(BigInt(i), size)];
        if (hexes(proof) !== hexes(pathOf(i, of))) wrong.push(`path of ${i} in ${n}`);
        const claim = { leafHash: tree.leaf(index), index, size, proof, root };
        if (!verifyInclusion(claim)) wrong.push(`verification of ${i} in ${n}`);
      }
      for (let m = 1; m <= n; m++) {
        const [size1, proof] = [BigInt(m), tree.consistencyProof(BigInt(m), size)];
        if (hexes(proof) !== hexes(proofOf(m, of))) wrong.push(`path from ${m} to ${n}`);
        const claim = { size1, size2: size, root1: tree.root(size1), root2: root, proof };
        if (!verifyConsistency(claim)) wrong.push(`verification from ${m} to ${n}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('agrees with the model at random sizes up to 600', () => {
    const random = seededRandom('tree');
    const entries = entriesOf(600);
    const tree = treeOf(600);
    for (let run = 0; run < 40; run++) {
      const n = 1 + random.int(600);
      const [i, m] = [random.int(n), 1 + random.int(n)];
      const of = entries.slice(0, n);
      expect(hex(tree.root(BigInt(n)))).toBe(hex(rootOf(of)));
      expect(hexes(tree.inclusionProof(BigInt(i), BigInt(n)))).toBe(hexes(pathOf(i, of)));
      expect(hexes(tree.consistencyProof(BigInt(m), BigInt(n)))).toBe(hexes(proofOf(m, of)));
    }
  });

  it('needs 7 hashes for leaf 42 of 100', () => {
    proves('etr-merkle.proofs.inclusion', 'flaw.E1');
    expect(treeOf(100).inclusionProof(42n)).toHaveLength(7);
  });

  it('has one root whether it grew or was made at once', () => {
    const grown = createTree();
    for (const [i, entry] of entriesOf(100).entries()) expect(grown.append(leafHash(entry))).toBe(BigInt(i));
    expect(grown.size).toBe(100n);
    expect(hex(grown.root())).toBe(hex(treeOf(100).root()));
    expect(hex(createTree().root())).toBe(hex(emptyRoot()));
  });

  it('keeps copies: what is done to a hash outside changes no root', () => {
    const hash = leafHash(Uint8Array.of(1));
    const tree = createTree([hash, hash]);
    const before = hex(tree.root());
    hash.fill(0);
    tree.leaf(0n).fill(0);
    tree.root().fill(0);
    tree.inclusionProof(0n)[0]?.fill(0);
    expect(hex(tree.root())).toBe(before);
  });

  it('answers the same whatever was asked before, and between which entries', async () => {
    proves('law.E-1');
    await withSeed('questions between entries', 20, (random) => {
      const entries = entriesOf(80);
      const tree = createTree();
      for (const [i, entry] of entries.entries()) {
        tree.append(leafHash(entry));
        for (let n = random.int(4); n > 0; n--) {
          const size = 1 + random.int(i + 1);
          const [index, old] = [random.int(size), 1 + random.int(size)];
          const of = entries.slice(0, size);
          const at = BigInt(random.chance(0.5) ? size : i + 1);
          const ofAt = entries.slice(0, Number(at));
          const root = tree.root(BigInt(size));
          expect(hex(root)).toBe(hex(rootOf(of)));
          root.fill(0);
          const path = tree.inclusionProof(BigInt(index), at);
          expect(hexes(path)).toBe(hexes(pathOf(index, ofAt)));
          for (const hash of path) hash.fill(0);
          expect(hexes(tree.consistencyProof(BigInt(old), at))).toBe(hexes(proofOf(old, ofAt)));
        }
      }
    });
  });

  it('hashes entries of every length behind their prefix', () => {
    proves('etr-merkle.tree.structure');
    for (const length of [0, 1, 2, 64, 4094, 4095, 4096, 4097, 70_000]) {
      const entry = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 0xff);
      const copy = Uint8Array.from(entry);
      expect(hex(leafHash(entry))).toBe(hex(sha256(concatBytes(Uint8Array.of(0), entry))));
      expect(entry).toEqual(copy);
    }
  });

  it('refuses positions outside the tree, and what is no hash', () => {
    const tree = treeOf(5);
    const outside = [
      () => tree.root(6n),
      () => tree.root(-1n),
      () => tree.leaf(5n),
      () => tree.inclusionProof(5n),
      () => tree.inclusionProof(0n, 0n),
      () => tree.inclusionProof(0n, 6n),
      () => tree.inclusionProof(3n, 3n),
      () => tree.inclusionProof(2n ** 64n),
      () => tree.consistencyProof(0n),
      () => tree.consistencyProof(4n, 3n),
      () => tree.consistencyProof(1n, 6n),
      () => createTree().consistencyProof(0n),
    ];
    for (const use of outside) expect(codeThrownBy(use)).toBe('ETR_BAD_POSITION');
    expect(codeThrownBy(() => tree.append(new Uint8Array(31)))).toBe('ETR_BAD_HASH');
    expect(codeThrownBy(() => nodeHash(new Uint8Array(32), new Uint8Array(33)))).toBe('ETR_BAD_HASH');
    expect(codeThrownBy(() => hashText(new Uint8Array(20)))).toBe('ETR_BAD_HASH');
    expect(tree.size).toBe(5n);
  });

  it('writes hashes as sha256: and hexadecimal digits', () => {
    const hash = leafHash(Uint8Array.of(1));
    expect(hex(bytesOfHash(hashText(hash)))).toBe(hex(hash));
  });
});
