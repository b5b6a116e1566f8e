import { isTtpError } from '@ttp/core';
import { proves, type SeededRandom, seededRandom, withSeed } from '@ttp/testkit';
import jcs from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, parseJson, plainCopy, utf8 } from '../../src/index.js';
import { canonicalText } from '../../src/json/canonical.js';
import { keyOrder } from '../../src/json/key-order.js';

/** What comes of it: the text, or the code and the place of the refusal. */
function outcome(write: (value: unknown) => string | undefined, value: unknown): string | undefined {
  try {
    return write(value);
  } catch (error) {
    if (!isTtpError(error)) throw error;
    return `${error.code} at ${error.field}`;
  }
}

/** The reference: a copy that was checked, written by the library. */
const reference = (value: unknown): string | undefined => jcs(plainCopy(value));

const TEXTS = ['', 'a', 'allow', '"', '\\', '\n', '\u0000', '\u001f', ' ', '~', '\u007f', '\u0080', 'é', 'ß'];
const RARE = ['\u2028', '\ufeff', '\ufffd', '\ufb33', '\u{10000}', '\u{1f600}', '\ud7ff', '\ue000'];
const KEYS = [
  'a',
  'b',
  'B',
  'aa',
  '',
  '10',
  '9',
  '01',
  'toJSON',
  'constructor',
  'valueOf',
  'length',
  ...RARE,
];

function randomText(random: SeededRandom): string {
  const parts = Array.from({ length: random.int(5) }, () => random.pick([...TEXTS, ...RARE]));
  return random.chance(0.3) ? 'x'.repeat(random.int(70)) : parts.join('');
}

/** A number of any bits. */
function randomNumber(random: SeededRandom): number {
  const number = new DataView(random.bytes(8).buffer).getFloat64(0);
  if (random.chance(0.5)) return random.int(2 ** 31) * random.pick([1, -1, 2 ** 22, -(2 ** 22), 2 ** 23]);
  return Number.isFinite(number) ? number : 0;
}

function randomValue(random: SeededRandom, depth = 0): unknown {
  switch (random.int(depth > 3 ? 4 : 7)) {
    case 0:
      return randomText(random);
    case 1:
      return randomNumber(random);
    case 2:
      return random.pick([true, false, null, 0, -0, 1, 2 ** 53 - 1, -(2 ** 53), 0.1, 1e21, 1e-7, 5e-324]);
    case 3:
      return random.pick(['allow', 'deny', 'sha256:0', 'reports/may.txt']);
    case 4:
      return Array.from({ length: random.int(5) }, () => randomValue(random, depth + 1));
    default: {
      const object: Record<string, unknown> = random.chance(0.2) ? Object.create(null) : {};
      for (let i = random.int(6); i > 0; i--)
        object[random.chance(0.8) ? random.pick(KEYS) : randomText(random)] = randomValue(random, depth + 1);
      return object;
    }
  }
}

/** What no JSON data may be or have. */
const HOSTILE: readonly ((random: SeededRandom) => unknown)[] = [
  () => undefined,
  () => Number.NaN,
  () => Infinity,
  () => 1n,
  () => Symbol('x'),
  () => () => 1,
  () => '\ud800',
  () => 'x\udc00y',
  () => new Date(0),
  () => new Map(),
  () => Object('boxed'),
  () => new (class extends Array {})(),
  () => Object.assign([], { 1: 1 }),
  () => Object.assign([1], { effect: 'deny' }),
  () => Object.assign([], { length: 1, x: 1 }),
  () => Object.defineProperty([1], 'hidden', { value: 1 }),
  () => Object.defineProperty([1, 2], '1', { get: () => 1, enumerable: true }),
  () => Object.defineProperty([1, 2], '0', { value: 1, enumerable: false }),
  () => Object.assign([1], { [Symbol('x')]: 1 }),
  () => Object.defineProperty({ b: 1 }, 'a', { get: () => 1, enumerable: true }),
  () => Object.defineProperty({ b: 1 }, 'a', { set: () => {}, enumerable: true }),
  () => Object.defineProperty({ b: 1 }, 'a', { value: 1, enumerable: false }),
  () => ({ [Symbol('x')]: 1 }),
  () => ({ '\ud800': 1 }),
  () => JSON.parse('{"a":1,"__proto__":{"admin":true}}'),
  () => ({ toJSON: () => 1 }),
  () => Object.create({ inherited: 1 }),
  () => new Proxy([1, 2], { has: () => false }),
  () => new Proxy({ b: 1, a: [{}] }, {}),
  () => new Proxy({}, { ownKeys: () => ['a', 'a'] }),
  () => new Proxy({ a: 1 }, { getOwnPropertyDescriptor: () => undefined }),
  (random) => nested(60 + random.int(8)),
  () => {
    const cycle: Record<string, unknown> = {};
    cycle['again'] = [cycle];
    return cycle;
  },
];

function nested(levels: number): unknown {
  let value: unknown = 'x';
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { value };
  return value;
}

/** A random value with some hostile things in it, at places that differ. */
function spoilt(random: SeededRandom, depth = 0): unknown {
  if (depth > 3 || random.chance(0.3)) return random.pick(HOSTILE)(random);
  const value = randomValue(random, 3);
  const inner = spoilt(random, depth + 1);
  if (random.chance(0.5)) return random.chance(0.5) ? [value, inner, spoilt(random, 3)] : [inner, value];
  const keys = random.shuffle(['a', 'b', 'é', random.pick(KEYS)]);
  return Object.fromEntries(
    keys.map((key, i) => [key, i === 1 ? inner : i === 2 ? spoilt(random, 3) : value]),
  );
}

describe('the writer of canonical JSON', () => {
  it('writes 100 000 random values as the library does', async () => {
    proves('crypto.jcs');
    await withSeed('canonical text', 500, (random) => {
      const wrong: unknown[] = [];
      for (let i = 0; i < 200; i++) {
        const value = randomValue(random);
        const text = outcome(canonicalText, value);
        if (text !== outcome(reference, value)) wrong.push([value, text]);
      }
      expect(wrong).toEqual([]);
    });
  });

  it('refuses with the code and the place that the copy refuses with', async () => {
    proves('flaw.J1');
    let refusals = 0;
    await withSeed('refusals', 100, (random) => {
      for (let i = 0; i < 100; i++) {
        const value = spoilt(random);
        const expected = outcome(reference, value);
        expect(outcome(canonicalText, value)).toBe(expected);
        if (expected?.startsWith('CRYPTO_') === true) refusals++;
      }
    });
    expect(refusals).toBeGreaterThan(8000);
  });

  it('writes every number as the library does: powers, neighbours, limits, and random bits', () => {
    proves('crypto.jcs');
    const view = new DataView(new ArrayBuffer(8));
    const numbers: number[] = [];
    const around = (number: number) => {
      view.setFloat64(0, number);
      const bits = view.getBigInt64(0);
      for (const step of [-2n, -1n, 0n, 1n, 2n]) {
        view.setBigInt64(0, bits + step);
        numbers.push(view.getFloat64(0), -view.getFloat64(0));
      }
    };
    for (let exponent = -1074; exponent < 1024; exponent++) around(2 ** exponent);
    for (let exponent = -323; exponent < 309; exponent++) around(Number(`1e${exponent}`));
    for (const limit of [0, 2 ** 53 - 1, 2 ** 53, 2 ** 31, 2 ** 32, 1e21, 999999999999999900000, 1e-6, 1e-7])
      around(limit);
    const random = seededRandom('number corpus');
    for (let i = 0; i < 20_000; i++) numbers.push(randomNumber(random));
    const finite = numbers.filter((number) => Number.isFinite(number));
    expect(finite.length).toBeGreaterThan(45_000);
    expect(finite.filter((number) => canonicalText(number) !== jcs(number))).toEqual([]);
  });

  it('gives the bytes of its text, and a text that reads back to the same', async () => {
    proves('crypto.jcs');
    await withSeed('canonical bytes', 500, (random) => {
      const value = plainCopy(randomValue(random));
      const text = canonicalText(value);
      expect(canonicalBytes(value)).toEqual(utf8(text));
      const integersOnly = !/[.eE]|\d{16}/.test(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''));
      if (integersOnly) expect(canonicalText(parseJson(text, { profile: 'foreign' }))).toBe(text);
    });
  });

  it('keeps the order of keys when more orders come than it remembers', () => {
    for (let i = 0; i < 5000; i++) {
      const object = { [`z${i}`]: 1, [`a${i}`]: 2, ['k'.repeat(100 + (i % 3))]: 3 };
      expect(canonicalText(object)).toBe(jcs(object));
    }
    expect(keyOrder(['b', 'a'])).toEqual([
      { key: 'a', text: '{"a":' },
      { key: 'b', text: ',"b":' },
    ]);
  });

  it('refuses what is plain at a second look only', () => {
    proves('flaw.J1');
    let looks = 0;
    const twoFaced = new Proxy(
      { a: 1 },
      {
        getPrototypeOf: () => (++looks === 1 ? Date.prototype : Object.prototype),
      },
    );
    expect(outcome(canonicalText, twoFaced)).toBe('CRYPTO_JSON_NOT_PLAIN at undefined');
    expect(looks).toBeGreaterThan(1);
  });
});
