// Needs Node: V8's inspector counts the work.
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { BASE58_MAX_BYTES, fromBase58btc, fromMultibase } from '../src/index.js';
import { READERS } from './readers.js';
import { steps } from './steps.js';

/** Characters of the smaller input; four times as many are within every cap. */
const BEGIN = 4000;

/** Whatever is thrown but a coded error is a crash. */
function survives(read: () => unknown): boolean {
  return codeThrownBy(read) === undefined;
}

const loop = (n: number): number => steps(() => Array.from({ length: n }, (_, i) => i * 2).length);

describe('the work of a parser', () => {
  it.each(READERS)('grows no faster than its input: $name', ({ read, worst }) => {
    proves('law.C-3');
    for (const family of worst) {
      const [one, two] = [family(BEGIN), family(4 * BEGIN)];
      for (const text of [two, one]) survives(() => read(text)); // what is made once is made now
      const [less, more] = [steps(() => survives(() => read(one))), steps(() => survives(() => read(two)))];
      expect(less).toBeGreaterThan(0);
      // Twice doubled: at most 2.5 times for each.
      expect(more / less, family(40)).toBeLessThanOrEqual(2.5 ** 2);
    }
  });

  it('where it grows faster has a bound: base58 takes 350 digits, and 10^6 steps for them', () => {
    for (const read of [fromBase58btc, (text: string) => fromMultibase(`z${text}`)]) {
      const longest = 'z'.repeat(Math.ceil(BASE58_MAX_BYTES * 1.3658));
      expect(steps(() => read(longest))).toBeLessThan(1_000_000);
      const long = 'z'.repeat(1_000_000);
      expect(steps(() => survives(() => read(long)))).toBeLessThan(1000);
    }
  });

  it('is counted: twice the loop is twice the steps', () => {
    expect(loop(20_000) / loop(10_000)).toBeGreaterThan(1.9);
  });
});
