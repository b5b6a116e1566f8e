// Needs Node: V8's inspector counts the work.
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { steps } from '../../crypto/test/steps.js';
import { READERS } from './readers.js';

/** Characters of the smaller input; four times as many are within the caps of JSON. */
const BEGIN = 4000;

const survives = (read: () => unknown): boolean => codeThrownBy(read) === undefined;

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
});
