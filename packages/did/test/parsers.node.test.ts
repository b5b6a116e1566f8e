// Needs Node: 100 000 inputs are many for a browser.
import { isTtpError } from '@ttp/core';
import { proves, type SeededRandom, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { READERS } from './readers.js';

// Most of the time would go into the stacks of refusals.
Error.stackTraceLimit = 0;

const TIMES = Number(process.env['TTP_SOAK'] ?? '1');
const PIECES = [
  '',
  '0',
  '-1',
  '"',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '/',
  '#',
  '.',
  '%3A',
  'null',
  '\u0000',
  '\ud800',
  'é',
];

function altered(random: SeededRandom, text: string): string {
  let changed = text;
  for (let i = random.int(3); i >= 0; i--) {
    const at = random.int(changed.length + 1);
    changed = changed.slice(0, at) + random.pick(PIECES) + changed.slice(at + random.int(4));
  }
  return changed;
}

it('100 000 altered inputs are read or refused with a code by every parser, and crash none', () => {
  proves('law.C-3');
  const random = seededRandom('hostile parsers of identities');
  const each = Math.ceil((100_000 * TIMES) / READERS.length);
  let good = 0;
  for (const { name, seeds, read } of READERS)
    for (let i = 0; i < each; i++) {
      const text = altered(random, random.pick(seeds));
      try {
        read(text);
        good++;
      } catch (error) {
        if (!isTtpError(error)) throw new Error(`${name}: ${JSON.stringify(text)}`, { cause: error });
      }
    }
  // Some are still good, most are not.
  expect(good).toBeGreaterThan(1000);
  expect(good).toBeLessThan((each * READERS.length) / 2);
}, 3_600_000);
