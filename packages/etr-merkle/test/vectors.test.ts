import { readdirSync } from 'node:fs';
import { asHash, TtpError } from '@ttp/core';
import { bytesOfHash, fromBase64, fromHex, hex, utf8 } from '@ttp/crypto';
import { codeThrownBy, proves, THIRD_PARTY_ABSENT, thirdParty, thirdPartyDir, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  createTree,
  leafHash,
  parseCheckpoint,
  parseNoteKey,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
} from '../src/index.js';
import { hashText } from '../src/proof.js';
import { commitment, parseLeaf, verifyTrace } from '../src/trace/index.js';

const bytes = (hash: string) => bytesOfHash(asHash(hash));

describe('the vectors of this project', () => {
  it('roots', () => {
    for (const { name, entries, expect: root } of vectors<{ entries: string[]; expect: string }>(
      'merkle/root',
    ))
      expect([name, hashText(createTree(entries.map((entry) => leafHash(fromHex(entry)))).root())]).toEqual([
        name,
        root,
      ]);
  });

  it('inclusion', () => {
    proves('etr-merkle.proofs.inclusion', 'etr-merkle.proofs.verify-strict');
    type Case = {
      leafHash: string;
      index: string;
      size: string;
      hashes: string[];
      root: string;
      expect: boolean;
    };
    for (const { name, ...c } of vectors<Case>('merkle/inclusion')) {
      const claim = {
        index: BigInt(c.index),
        size: BigInt(c.size),
        leafHash: bytes(c.leafHash),
        root: bytes(c.root),
      };
      expect([name, verifyInclusion({ ...claim, proof: c.hashes.map(bytes) })]).toEqual([name, c.expect]);
    }
  });

  it('consistency', () => {
    proves('etr-merkle.proofs.consistency', 'etr-merkle.proofs.verify-strict');
    type Case = {
      size1: string;
      size2: string;
      root1: string;
      root2: string;
      hashes: string[];
      expect: boolean;
    };
    for (const { name, ...c } of vectors<Case>('merkle/consistency')) {
      const sizes = { size1: BigInt(c.size1), size2: BigInt(c.size2) };
      const claim = { ...sizes, root1: bytes(c.root1), root2: bytes(c.root2), proof: c.hashes.map(bytes) };
      expect([name, verifyConsistency(claim)]).toEqual([name, c.expect]);
    }
  });

  it('leaves', () => {
    type Case = {
      leaf: string;
      expect?: { leafHash: string; agentSeq: number; traceSeq: number };
      code?: string;
    };
    for (const { name, leaf, expect: out, code } of vectors<Case>('merkle/leaf')) {
      if (out === undefined) {
        expect([name, codeThrownBy(() => parseLeaf(utf8(leaf)))]).toEqual([name, code]);
        continue;
      }
      const { agentSeq, traceSeq } = parseLeaf(utf8(leaf));
      expect([name, { leafHash: hashText(leafHash(utf8(leaf))), agentSeq, traceSeq }]).toEqual([name, out]);
    }
  });

  it('checkpoints', () => {
    proves('etr-merkle.sth.signed');
    type Case = { text: string; expect?: { origin: string; size: string; root: string }; code?: string };
    for (const { name, text, expect: out, code } of vectors<Case>('merkle/checkpoint')) {
      if (out === undefined) {
        expect([name, codeThrownBy(() => parseCheckpoint(text))]).toEqual([name, code]);
        continue;
      }
      const { origin, size, root, extensions } = parseCheckpoint(text);
      expect([name, { origin, size: String(size), root: hashText(root), extensions }]).toEqual([name, out]);
    }
  });

  it('commitments', () => {
    for (const { name, salt, json, expect: hash } of vectors<{ salt: string; json: string; expect: string }>(
      'merkle/commitment',
    ))
      expect([name, commitment(fromHex(salt), utf8(json))]).toEqual([name, hash]);
  });

  it('bundles', () => {
    proves('law.E-6', 'etr-merkle.proofs.independent');
    type Case = {
      trust: { origin: string; kid: string; publicKey: string };
      bundle: string;
      expect?: { entries: number; treeSize: number };
      code?: string;
      line?: number;
    };
    for (const { name, trust, bundle, expect: out, code, line } of vectors<Case>('merkle/bundle')) {
      const { entries, head, findings } = verifyTrace(bundle, {
        logKeys: [{ ...trust, publicKey: fromHex(trust.publicKey) }],
      });
      const [first] = findings;
      if (out !== undefined)
        expect([name, { entries, treeSize: Number(head?.size) }, first]).toEqual([name, out, undefined]);
      else expect([name, first?.code, first?.line]).toEqual([name, code, line]);
    }
  });
});

/** A case of transparency-dev/merkle, its integers as bigint: some are 64 bits wide, which `JSON.parse` would round. */
function parseCase(text: string): {
  int: (name: string) => bigint;
  hash: (name: string) => Uint8Array;
  proof: Uint8Array[];
  valid: boolean;
} {
  const json: unknown = JSON.parse(text.replaceAll(/: *(\d+)/g, ': "$1"'));
  if (typeof json !== 'object' || json === null) throw new TtpError('ETR_BAD_PROOF', 'not a case');
  const fields = new Map(Object.entries(json));
  const string = (name: string) => String(fields.get(name));
  const proof: unknown = fields.get('proof') ?? [];
  return {
    int: (name) => BigInt(string(name)),
    hash: (name) => fromBase64(string(name)),
    proof: Array.isArray(proof) ? proof.map((hash) => fromBase64(String(hash))) : [],
    valid: fields.get('wantErr') === false,
  };
}

function files(kind: string, dir: string): string[] {
  const all = readdirSync(`${dir}merkle/${kind}`, { recursive: true, encoding: 'utf8' });
  return all.filter((file) => file.endsWith('.json')).map((file) => `merkle/${kind}/${file}`);
}

describe('the vectors of transparency-dev/merkle', () => {
  it('inclusion', (context) => {
    proves('etr-merkle.proofs.verify-strict');
    const cases = files('inclusion', thirdPartyDir() ?? context.skip(THIRD_PARTY_ABSENT));
    expect(cases.length).toBeGreaterThan(40);
    for (const file of cases) {
      const { int, hash, proof, valid } = parseCase(thirdParty(file) ?? '');
      const position = { index: int('leafIdx'), size: int('treeSize') };
      const claim = { ...position, leafHash: hash('leafHash'), root: hash('root'), proof };
      expect([file, verifyInclusion(claim)]).toEqual([file, valid]);
    }
  });

  it('consistency', (context) => {
    proves('etr-merkle.proofs.verify-strict');
    const cases = files('consistency', thirdPartyDir() ?? context.skip(THIRD_PARTY_ABSENT));
    expect(cases.length).toBeGreaterThan(40);
    for (const file of cases) {
      const { int, hash, proof, valid } = parseCase(thirdParty(file) ?? '');
      const sizes = { size1: int('size1'), size2: int('size2') };
      const claim = { ...sizes, root1: hash('root1'), root2: hash('root2'), proof };
      expect([file, verifyConsistency(claim)]).toEqual([file, valid]);
    }
  });

  it('the reference tree', (context) => {
    proves('etr-merkle.tree.rfc9162');
    const text = thirdParty('merkle/rfc6962-reference-tree.json') ?? context.skip(THIRD_PARTY_ABSENT);
    const { leafInputsHex, rootBySize }: { leafInputsHex: string[]; rootBySize: string[] } = JSON.parse(text);
    const tree = createTree(leafInputsHex.map((input) => leafHash(fromHex(input))));
    expect(rootBySize.map((_, size) => hex(tree.root(BigInt(size))))).toEqual(rootBySize);
  });
});

it('verifies the example of C2SP signed-note', (context) => {
  proves('etr-merkle.sth.signed');
  const text = thirdParty('notes/signed-note.json') ?? context.skip(THIRD_PARTY_ABSENT);
  const cases: { key: string; note: string }[] = JSON.parse(text);
  for (const { key, note } of cases) {
    const { text: said, signers } = verifyNote(note, [parseNoteKey(key)]);
    expect(said).toBe('This is an example message.\n');
    expect(signers).toHaveLength(1);
  }
});
