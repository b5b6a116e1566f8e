import { Point } from '@noble/ed25519';
import { seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { multiply, multiplyByTable, tableOf } from '../../src/portable/multiples.js';
import { L, numberOf, TORSION } from '../forge.js';

/** By doubling and adding, with nothing clever. */
function plainly(point: Point, scalar: bigint): Point {
  let sum = Point.ZERO;
  for (const bit of scalar.toString(2)) {
    sum = sum.double();
    if (bit === '1') sum = sum.add(point);
  }
  return sum;
}

it('multiplies points of every order as doubling and adding does, with a table and without', () => {
  const random = seededRandom('multiples');
  const edges = [0n, 1n, 2n, 7n, 8n, 9n, 15n, 16n, 17n, 31n, 2n ** 252n - 1n, 2n ** 252n, L - 1n, L - 2n];
  const nibbles = [0x8n, 0x9n, 0xfn].map((digit) => (digit * ((16n ** 63n - 1n) / 15n)) % L);
  const wrong: string[] = [];
  for (const [order, torsion] of TORSION.entries()) {
    const point = Point.BASE.multiply(1n + (numberOf(random.bytes(32)) % (L - 1n))).add(torsion);
    const table = tableOf(point);
    for (const scalar of [...edges, ...nibbles, numberOf(random.bytes(32)) % L]) {
      const expected = plainly(point, scalar);
      if (!multiply(point, scalar).equals(expected)) wrong.push(`${scalar} times ${order}`);
      if (!multiplyByTable(table, scalar).equals(expected)) wrong.push(`${scalar} times ${order} by table`);
    }
  }
  expect(wrong).toEqual([]);
});
