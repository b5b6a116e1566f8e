import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { verifyConsistency, verifyInclusion } from '../src/index.js';
import { isSame, rootOfPath, rootsOfPath } from './rfc-verify.js';

// Nobody builds trees of these sizes; but a path of any hashes has a root, which is all a verifier looks at.

/** A size up to 2^64-1: of any number of bits, often near a power of two. */
function anySize(random: SeededRandom): bigint {
  const bits = BigInt(1 + random.int(64));
  const low = (BigInt(random.int(2 ** 32)) << 32n) | BigInt(random.int(2 ** 32));
  const size = random.chance(0.3) ? (1n << bits) + BigInt(random.int(5)) - 2n : low & ((1n << bits) - 1n);
  return size < 2n ? 2n : size > 2n ** 64n - 1n ? 2n ** 64n - 1n : size;
}

const below = (random: SeededRandom, size: bigint): bigint =>
  random.chance(0.2) ? size - 1n : ((anySize(random) << 64n) | anySize(random)) % size;

const hashes = (random: SeededRandom, count: number): Uint8Array[] =>
  Array.from({ length: count }, () => random.bytes(32));

/** The only length of path that comes to a root. */
function fitting<R>(random: SeededRandom, rootOf: (path: Uint8Array[]) => R | undefined) {
  const all = hashes(random, 65);
  const fits: { path: Uint8Array[]; root: R }[] = [];
  for (let length = 0; length <= 65; length++) {
    const path = all.slice(0, length);
    const root = rootOf(path);
    if (root !== undefined) fits.push({ path, root });
  }
  expect(fits).toHaveLength(1);
  const [only] = fits;
  if (only === undefined) throw new Error('no length fits');
  return only;
}

/** The position moved by one bit, low or high. */
const flipped = (random: SeededRandom, n: bigint): bigint => n ^ (1n << BigInt(random.int(64)));

describe('in trees up to 2^64-1', () => {
  it('verifyInclusion answers as the steps of RFC 9162 do', async () => {
    proves('etr-merkle.proofs.verify-strict', 'etr-merkle.proofs.inclusion');
    await withSeed('inclusion in large trees', 60, (random) => {
      const size = anySize(random);
      const [index, leafHash] = [below(random, size), random.bytes(32)];
      const { path: proof, root } = fitting(random, (path) => rootOfPath(leafHash, index, size, path));
      const claim = { leafHash, index, size, proof, root };
      expect(verifyInclusion(claim)).toBe(true);
      for (let n = 0; n < 20; n++) {
        const other = random.chance(0.5)
          ? { ...claim, index: flipped(random, index) }
          : { ...claim, size: flipped(random, size) };
        const expected = isSame(rootOfPath(leafHash, other.index, other.size, proof), root);
        expect(verifyInclusion(other)).toBe(expected);
      }
    });
  });

  it('verifyConsistency answers as the steps of RFC 9162 do', async () => {
    proves('etr-merkle.proofs.verify-strict', 'etr-merkle.proofs.consistency');
    await withSeed('consistency of large trees', 60, (random) => {
      const size2 = anySize(random);
      const size1 = 1n + below(random, size2 - 1n);
      const given = random.bytes(32);
      const { path: proof, root: roots } = fitting(random, (path) => rootsOfPath(size1, size2, given, path));
      const [root1, root2] = roots;
      const claim = { size1, size2, root1, root2, proof };
      expect(verifyConsistency(claim)).toBe(true);
      for (let n = 0; n < 20; n++) {
        const other = random.chance(0.5)
          ? { ...claim, size1: flipped(random, size1) }
          : { ...claim, size2: flipped(random, size2) };
        if (other.size1 === 0n || other.size1 >= other.size2) continue;
        const found = rootsOfPath(other.size1, other.size2, root1, proof);
        const expected = found !== undefined && isSame(found[0], root1) && isSame(found[1], root2);
        expect(verifyConsistency(other)).toBe(expected);
      }
    });
  });
});
