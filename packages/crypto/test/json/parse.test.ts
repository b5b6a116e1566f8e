import type { Json } from '@ttp/core';
import { codeThrownBy, proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { canonicalize, JSON_MAX_BYTES, parseJson, utf8 } from '../../src/index.js';

/** Random JSON data, in which every text survives. */
function anyJson(random: SeededRandom, depth = 0): Json {
  const kind = random.int(depth > 3 ? 5 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.int(2 ** 32) - 2 ** 31;
  if (kind === 3)
    return random.pick([1e21, 1e300, -5e-324, (random.int(2 ** 32) - 2 ** 31) * 10 ** (random.int(24) - 20)]);
  if (kind === 4) return anyText(random);
  const members = Array.from({ length: random.int(5) }, () => anyJson(random, depth + 1));
  if (kind === 5) return members;
  return Object.fromEntries(members.map((member) => [anyKey(random), member]));
}

const textOf = (random: SeededRandom, characters: readonly string[]): string =>
  Array.from({ length: random.int(6) }, () => random.pick(characters)).join('');

const anyText = (random: SeededRandom): string =>
  textOf(random, ['a', 'Z', '"', '\\', '\n', '\u0000', 'é', '😀', '\u2028']);

/** Without escapes: the `JSON.parse` of V8, with which these tests compare, misreads keys that have some. */
const anyKey = (random: SeededRandom): string => textOf(random, ['a', 'Z', '0', '_', 'é', '😀', '\u2028']);

it('reads what the platform writes, and as the platform reads it', async () => {
  await withSeed('parse like the platform', 500, (random) => {
    const value = anyJson(random);
    const text = JSON.stringify(value, null, random.int(3));
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(parseJson(utf8(text))).toEqual(JSON.parse(text));
  });
});

it('agrees with the platform on every damaged text, or is stricter', async () => {
  proves('crypto.strict-json');
  let refused = 0;
  await withSeed('parse damaged', 3000, (random) => {
    const text = JSON.stringify(anyJson(random));
    const at = random.int(text.length + 1);
    const damaged =
      text.slice(0, at) + random.pick(Array.from('{}[]",:0-e.\\u tf')) + text.slice(at + random.int(2));
    let value: Json | undefined;
    const code = codeThrownBy(() => {
      value = parseJson(damaged);
    });
    if (code === undefined) expect(value).toEqual(JSON.parse(damaged));
    else refused++;
  });
  expect(refused).toBeGreaterThan(500);
});

it('accepts one encoding of a value in the envelope profile', async () => {
  proves('crypto.strict-json', 'crypto.no-floats');
  await withSeed('one encoding', 1000, (random) => {
    const value = anyJson(random);
    for (const text of [JSON.stringify(value), canonicalize(value)]) {
      let read: Json | undefined;
      const code = codeThrownBy(() => {
        read = parseJson(text, { profile: 'envelope' });
      });
      if (code === undefined) expect(canonicalize(read ?? null)).toBe(text);
      else expect(code).toMatch(/FRACTION|NOT_CANONICAL/);
    }
  });
});

it('reads an escaped key for what it is, after a text that makes V8 misread it', () => {
  // https://github.com/nodejs/node/issues/63785: the second text gives the key `\\` in JSON.parse of Node 24.
  const texts = ['{"h":[],"\\\\":0}', '{"h":1,"\\"":2}', '{"h":1,"\\n":2}'];
  for (const text of texts) JSON.parse(text);
  expect(texts.map((text) => Object.keys(Object(parseJson(text))))).toEqual([
    ['h', '\\'],
    ['h', '"'],
    ['h', '\n'],
  ]);
});

it('gives objects that inherit nothing', () => {
  const value = parseJson('{"a":{"b":[{}]}}');
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect('constructor' in Object(value)).toBe(false);
});

it('refuses a text beyond its limit before it reads it', () => {
  expect(codeThrownBy(() => parseJson(' '.repeat(JSON_MAX_BYTES + 1)))).toBe('CRYPTO_JSON_TOO_LARGE');
  expect(codeThrownBy(() => parseJson('"éé"', { maxBytes: 5 }))).toBe('CRYPTO_JSON_TOO_LARGE');
  expect(codeThrownBy(() => parseJson(utf8('"éé"'), { maxBytes: 5 }))).toBe('CRYPTO_JSON_TOO_LARGE');
  expect(parseJson('"éé"', { maxBytes: 6 })).toBe('éé');
});

it('refuses what is neither text nor bytes, as a caller without types may have it', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid
  const inputs: readonly unknown[] = [undefined, null, 7, {}, ['{}'], new ArrayBuffer(2)];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid
  for (const input of inputs)
    expect(codeThrownBy(() => parseJson(input as string))).toBe('CRYPTO_JSON_SYNTAX');
});

it('refuses a text that is no text: half of a surrogate pair has no bytes', () => {
  expect(codeThrownBy(() => parseJson('"\ud800"'))).toBe('CRYPTO_JSON_LONE_SURROGATE');
});

it('comes back from long texts of every shape', () => {
  const shapes: readonly ((n: number) => string)[] = [
    (n) => `[${'0,'.repeat(n)}0]`,
    (n) => `"${'\\n'.repeat(n)}"`,
    (n) => `"${'\\'.repeat(2 * n)}"`,
    (n) => '9'.repeat(n),
    (n) => `0.${'1'.repeat(n)}e${'1'.repeat(n)}`,
    (n) => `{${Array.from({ length: n / 8 }, (_, i) => `"k${i}":0`).join()}}`,
    (n) => '['.repeat(n),
    (n) => `[${'"\\ud83d\\ude00",'.repeat(n / 8)}`,
  ];
  for (const shape of shapes) {
    // A quadratic reader does not come back from this before the runner gives up on it.
    const code = codeThrownBy(() => parseJson(shape(200_000), { maxBytes: 10_000_000 }));
    expect(code ?? 'CRYPTO_JSON_').toMatch(/^CRYPTO_JSON_/);
  }
});
