import { asHash } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  consistencyProofOf,
  createTree,
  entryId,
  inclusionProofOf,
  leafHash,
  parseConsistencyProof,
  parseEntryId,
  parseInclusionProof,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.js';
import { entriesOf } from './model.js';

const tree = createTree(entriesOf(100).map(leafHash));

describe('proofs as JSON', () => {
  it('have the members of the documents, and verify after a trip through text', () => {
    proves('etr-merkle.proofs.inclusion', 'etr-merkle.proofs.independent');
    const proof = inclusionProofOf(42n, 100n, tree.inclusionProof(42n));
    expect(Object.keys(proof)).toEqual(['proofType', 'leafIndex', 'treeSize', 'hashes']);
    expect(proof).toMatchObject({ proofType: 'inclusion', leafIndex: 42, treeSize: 100 });
    expect(proof.hashes).toHaveLength(7);
    const parsed = parseInclusionProof(JSON.parse(JSON.stringify(proof)));
    expect(verifyInclusion({ leafHash: tree.leaf(42n), root: tree.root(), ...parsed })).toBe(true);
  });

  it('exist for consistency too', () => {
    const proof = consistencyProofOf(42n, 100n, tree.consistencyProof(42n));
    const parsed = parseConsistencyProof(JSON.parse(JSON.stringify(proof)));
    expect(verifyConsistency({ root1: tree.root(42n), root2: tree.root(), ...parsed })).toBe(true);
    expect(codeThrownBy(() => parseConsistencyProof({ ...proof, firstSize: -1 }))).toBe('ETR_BAD_PROOF');
    expect(codeThrownBy(() => parseConsistencyProof({ ...proof, proofType: 'inclusion' }))).toBe(
      'ETR_BAD_PROOF',
    );
  });

  it('are refused with a member that is missing, surplus or malformed', () => {
    const proof = { ...inclusionProofOf(42n, 100n, tree.inclusionProof(42n)) };
    const { treeSize: _, ...missing } = proof;
    const malformed: unknown[] = [
      null,
      [],
      'proof',
      missing,
      { ...proof, more: 1 },
      { ...proof, proofType: 'consistency' },
      { ...proof, leafIndex: '42' },
      { ...proof, leafIndex: 42.5 },
      { ...proof, leafIndex: -1 },
      { ...proof, leafIndex: 2 ** 53 },
      { ...proof, hashes: 'sha256' },
      { ...proof, hashes: [1] },
      { ...proof, hashes: proof.hashes.map((hash) => hash.toUpperCase()) },
      { ...proof, hashes: proof.hashes.map((hash) => hash.slice(0, 40)) },
      { ...proof, hashes: Array.from({ length: 66 }, () => proof.hashes[0]) },
    ];
    for (const json of malformed) expect(codeThrownBy(() => parseInclusionProof(json))).toBe('ETR_BAD_PROOF');
    expect(codeThrownBy(() => inclusionProofOf(2n ** 53n, 2n ** 54n, []))).toBe('ETR_BAD_POSITION');
  });
});

describe('the id of an entry', () => {
  const hash = asHash(`sha256:${'ab'.repeat(32)}`);

  it('is etr: and all 32 bytes of the leaf hash', () => {
    proves('flaw.E6', 'etr-merkle.audit-record.entry-id');
    expect(entryId(hash)).toBe(`etr:${'ab'.repeat(32)}`);
    expect(parseEntryId(entryId(hash))).toBe(hash);
  });

  it('is refused when it is shortened, so that no two entries answer to one id', () => {
    proves('flaw.E6', 'etr-merkle.audit-record.entry-id');
    const id = entryId(hash);
    for (const bad of [
      id.slice(0, 20),
      id.slice(0, -1),
      `${id}0`,
      id.toUpperCase(),
      id.slice(4),
      '',
      `sha256:${id}`,
    ])
      expect([bad, codeThrownBy(() => parseEntryId(bad))]).toEqual([bad, 'ETR_BAD_ENTRY_ID']);
  });
});
