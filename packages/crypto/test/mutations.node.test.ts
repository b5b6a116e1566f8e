import { isTtpError } from '@ttp/core';
import { proves, type SeededRandom, seededRandom, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { concatBytes, decodeEnvelope, parseJson, utf8 } from '../src/index.js';

// Most of the time would go into the stacks of refusals.
Error.stackTraceLimit = 0;

const COUNT = 100_000;
const TOKENS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u',
  '1e9',
  '-',
  '.',
  '0',
  'null',
  '\u0000',
  '\ufeff',
];

/** A text with a part of it changed, taken out, doubled, or put elsewhere. */
function mutate(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  const at = random.int(bytes.length + 1);
  const end = Math.min(bytes.length, at + random.int(8));
  const insertion = random.pick([
    () => random.bytes(1 + random.int(3)),
    () => utf8(random.pick(TOKENS)),
    () => new Uint8Array(0),
    () => bytes.subarray(random.int(bytes.length), bytes.length).subarray(0, 16),
  ])();
  return concatBytes(bytes.subarray(0, at), insertion, bytes.subarray(end));
}

/** Gives bytes to a reader; whatever is thrown but a coded error is a crash. */
function survives(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (isTtpError(error)) return false;
    throw error;
  }
}

it('refuses or reads 100 000 mutated texts, and never crashes', () => {
  proves('crypto.strict-json', 'law.C-3');
  const random = seededRandom('mutated texts');
  const envelopes = vectors<{ readonly envelope: string }>('envelope').map(({ envelope }) => utf8(envelope));
  const texts = [utf8('{"a":[1,-2.5e3,"\\u00e9\\ud83d\\ude00",{"b":null}],"c":true}'), ...envelopes];
  let [read, refused] = [0, 0];
  for (let n = 0; n < COUNT; n++) {
    const bytes = mutate(random, random.pick(texts));
    const reader = random.pick([
      () => decodeEnvelope(bytes),
      () => parseJson(bytes),
      () => parseJson(bytes, { profile: 'foreign' }),
      () => parseJson(bytes, { profile: 'envelope' }),
    ]);
    if (survives(reader)) read++;
    else refused++;
  }
  expect(read + refused).toBe(COUNT);
  expect(Math.min(read, refused)).toBeGreaterThan(1000);
});
