import { equalBytes } from '@ttp/crypto';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { createTree, leafHash, verifyConsistency, verifyInclusion } from '../src/index.js';
import { entriesOf, pathOf, proofOf, rootOf } from './model.js';

/** The largest tree of which every proof is made. */
const MOST = 256;
const ENTRIES = entriesOf(MOST);
const tree = createTree(ENTRIES.map(leafHash));

const areEqual = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((hash, n) => equalBytes(hash, b[n] ?? new Uint8Array(0)));

it('makes every inclusion proof (i, n) up to 256 as the text of the RFC does, and takes it for no other entry', () => {
  proves('etr-merkle.proofs.inclusion', 'etr-merkle.proofs.verify-strict', 'law.E-2');
  const wrong: string[] = [];
  let proofs = 0;
  for (let n = 1; n <= MOST; n++) {
    const of = ENTRIES.slice(0, n);
    const [size, root] = [BigInt(n), rootOf(of)];
    if (!equalBytes(tree.root(size), root)) wrong.push(`root ${n}`);
    for (let i = 0; i < n; i++) {
      const index = BigInt(i);
      const proof = tree.inclusionProof(index, size);
      const claim = { leafHash: tree.leaf(index), index, size, proof, root };
      if (!areEqual(proof, pathOf(i, of)) || !verifyInclusion(claim)) wrong.push(`${i} of ${n}`);
      if (verifyInclusion({ ...claim, index: BigInt((i + 1) % n) }) && n > 1) wrong.push(`${i + 1} of ${n}`);
      proofs++;
    }
  }
  expect(wrong).toEqual([]);
  expect(proofs).toBe((MOST * (MOST + 1)) / 2);
});

it('makes every consistency proof (m, n) up to 256 as the text of the RFC does, and takes it for no other size', () => {
  proves('etr-merkle.proofs.consistency', 'law.E-1', 'law.E-2');
  const wrong: string[] = [];
  let proofs = 0;
  for (let n = 1; n <= MOST; n++) {
    const of = ENTRIES.slice(0, n);
    const [size2, root2] = [BigInt(n), tree.root(BigInt(n))];
    for (let m = 1; m <= n; m++) {
      const size1 = BigInt(m);
      const proof = tree.consistencyProof(size1, size2);
      const claim = { size1, size2, root1: tree.root(size1), root2, proof };
      if (!areEqual(proof, proofOf(m, of)) || !verifyConsistency(claim)) wrong.push(`${m} to ${n}`);
      if (m < n && verifyConsistency({ ...claim, root1: tree.root(size1 + 1n) }))
        wrong.push(`${m + 1} to ${n}`);
      proofs++;
    }
  }
  expect(wrong).toEqual([]);
  expect(proofs).toBe((MOST * (MOST + 1)) / 2);
});
