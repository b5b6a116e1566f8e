import * as all from '@ttp/etr-merkle';
import * as verifier from '@ttp/etr-merkle/verify';
import { codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { logKey, POINT } from './fixture.js';

const name = `${POINT}/log/0`;
const signer = logKey();
const key = { name, publicKey: signer.publicKey };
const tree = all.createTree([1, 2, 3].map((n) => all.leafHash(Uint8Array.of(n))));
const checkpoint = await all.signCheckpoint({ origin: name, size: tree.size, root: tree.root() }, signer);
const json = all.inclusionProofOf(1n, tree.size, tree.inclusionProof(1n, tree.size));

/** Whether the entry is the second one of the log that signed the checkpoint. */
function isSecond(entry: Uint8Array, signed: string, proof: unknown): boolean {
  const { size, root } = verifier.openCheckpoint(signed, key);
  const claim = verifier.parseInclusionProof(proof);
  return (
    claim.size === size && verifier.verifyInclusion({ ...claim, root, leafHash: verifier.leafHash(entry) })
  );
}

describe('the entry of those who verify only', () => {
  it('is enough for an entry, its proof and the checkpoint', () => {
    expect(isSecond(Uint8Array.of(2), checkpoint, json)).toBe(true);
    expect(isSecond(Uint8Array.of(3), checkpoint, json)).toBe(false);
    expect(codeThrownBy(() => isSecond(Uint8Array.of(2), checkpoint.replace('\n3\n', '\n4\n'), json))).toBe(
      'ETR_NOTE_SIGNATURE',
    );
  });

  it('is a part of the whole, function by function, without what signs, builds or records', () => {
    expect(all).toMatchObject({ ...verifier });
    expect(Object.keys(verifier).filter((fn) => /sign|create|proofOf|format/i.test(fn))).toEqual([]);
  });
});
