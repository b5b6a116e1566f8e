import { assert, integer, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeThrownBy, seededRandom, vectors } from '../../src/index.js';

interface RandomCase {
  readonly seed: number | string;
  readonly take: { readonly bytes?: number; readonly ints?: readonly number[]; readonly chance?: number };
  readonly expect?: { readonly bytes?: string; readonly ints?: readonly number[] };
  readonly code?: string;
}

function run({ seed, take }: RandomCase): NonNullable<RandomCase['expect']> {
  const random = seededRandom(seed);
  if (take.chance !== undefined) random.chance(take.chance);
  if (take.ints !== undefined) return { ints: take.ints.map((below) => random.int(below)) };
  return {
    bytes: Array.from(random.bytes(take.bytes ?? 0), (b) => b.toString(16).padStart(2, '0')).join(''),
  };
}

describe('seededRandom', () => {
  it.each(vectors<RandomCase>('testkit'))('$name', (vector) => {
    if (vector.code === undefined) expect(run(vector)).toEqual(vector.expect);
    else expect(codeThrownBy(() => run(vector))).toBe(vector.code);
  });

  it('gives the same stream for the same seed, whatever else was drawn elsewhere', () => {
    assert(
      property(oneof(integer(), string()), (seed) => {
        const [one, two] = [seededRandom(seed), seededRandom(seed)];
        seededRandom('another').bytes(10);
        expect(one.bytes(32)).toEqual(two.bytes(32));
        expect(one.int(1000)).toBe(two.int(1000));
        expect(one.seed).toBe(seed);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('draws integers below the bound, each about equally often', () => {
    const random = seededRandom('fair');
    const tally = new Map<number, number>();
    for (let i = 0; i < 70_000; i++) {
      const n = random.int(7);
      tally.set(n, (tally.get(n) ?? 0) + 1);
    }
    expect([...tally.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (const count of tally.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('draws every bit of a byte, and of a bound of 2^32, both ways', () => {
    const random = seededRandom('bits');
    const [or, and] = [new Uint32Array(1), new Uint32Array([0xffffffff])];
    for (let i = 0; i < 200; i++) {
      const word = random.int(2 ** 32);
      or[0] = (or[0] ?? 0) | word;
      and[0] = (and[0] ?? 0) & word;
    }
    expect([or[0], and[0]]).toEqual([0xffffffff, 0]);
    expect(new Set(random.bytes(5000)).size).toBe(256);
  });

  it('meets a probability, with 0 never and 1 always', () => {
    const random = seededRandom('chance');
    const rate = (p: number): number =>
      Array.from({ length: 5000 }, () => random.chance(p)).filter(Boolean).length;
    expect([rate(0), rate(1)]).toEqual([0, 5000]);
    expect(Math.abs(rate(0.3) - 1500)).toBeLessThan(150);
  });

  it('picks every member and shuffles into every order, without touching the list', () => {
    const random = seededRandom('lists');
    const list = ['a', 'b', 'c'] as const;
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(list)));
    const orders = new Set(Array.from({ length: 300 }, () => random.shuffle(list).join('')));
    expect(picked.size).toBe(3);
    expect(orders).toEqual(new Set(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']));
    expect(list).toEqual(['a', 'b', 'c']);
    expect(random.pick([undefined])).toBeUndefined();
    expect(codeThrownBy(() => random.pick([]))).toBe('TESTKIT_BAD_ARGUMENT');
  });
});
