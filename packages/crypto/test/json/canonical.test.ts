import { isTtpError, type Json, type TtpError } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalize, hashJson, utf8 } from '../../src/index.js';

/** What a caller without types could hand over. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the point of these tests is what types forbid
const smuggled = (value: unknown): Json => value as Json;

/** The error that `fn` throws. */
function errorOf(fn: () => unknown): TtpError | undefined {
  try {
    fn();
  } catch (error) {
    if (isTtpError(error)) return error;
    throw error;
  }
  return undefined;
}

describe('canonicalize', () => {
  it('sorts keys by UTF-16 code unit, and writes numbers as RFC 8785 does', () => {
    proves('crypto.jcs');
    expect(canonicalize({ b: 1, a: [1e21, 1e-7, -0, 0.1, 333333333.3333333], '10': null, '9': true })).toBe(
      '{"10":null,"9":true,"a":[1e+21,1e-7,0,0.1,333333333.3333333],"b":1}',
    );
    expect(canonicalize({ '\u{10000}': 1, '\uFB33': 2 })).toBe('{"\u{10000}":1,"\uFB33":2}');
    expect(canonicalize('\u0000\u001f"\\/\u007f')).toBe('"\\u0000\\u001f\\"\\\\/\u007f"');
    expect(canonicalBytes(['é'])).toEqual(utf8('["é"]'));
  });

  it('takes a key for what it is, even where it could mean something to somebody', () => {
    expect(canonicalize({ toJSON: 1, constructor: 2, valueOf: 'x' })).toBe(
      '{"constructor":2,"toJSON":1,"valueOf":"x"}',
    );
  });

  it.each([
    ['undefined', { a: undefined }],
    ['undefined in an array', [undefined]],
    ['a function', { a: () => 1 }],
    ['a symbol', Symbol('x')],
    ['a bigint', 1n],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['bytes', Uint8Array.of(1)],
    ['a Date', new Date(0)],
    ['a boxed string', Object('x')],
    ['a sparse array', Object.assign([], { 1: 1 })],
    ['an array with a name', Object.assign([1], { effect: 'deny' })],
    ['an array of another class', new (class extends Array {})()],
    [
      'an instance of a class',
      new (class {
        a = 1;
      })(),
    ],
    ['a toJSON', { effect: 'deny', toJSON: () => ({ effect: 'allow' }) }],
    ['an inherited toJSON', Object.create({ toJSON: () => 1 })],
    ['a getter', Object.defineProperty({}, 'a', { get: () => 1, enumerable: true })],
    ['a hidden member', Object.defineProperty({}, 'a', { value: 1 })],
    ['a symbol as key', { [Symbol('x')]: 1 }],
  ])('refuses %s', (_, value) => {
    proves('flaw.J1');
    expect(codeThrownBy(() => canonicalize(smuggled(value)))).toBe('CRYPTO_JSON_NOT_PLAIN');
    expect(codeThrownBy(() => hashJson(smuggled({ nested: [value] })))).toBe('CRYPTO_JSON_NOT_PLAIN');
  });

  it.each([
    ['NaN', Number.NaN, 'CRYPTO_JSON_NUMBER_RANGE'],
    ['Infinity', -Infinity, 'CRYPTO_JSON_NUMBER_RANGE'],
    ['a lone surrogate', '\ud800', 'CRYPTO_JSON_LONE_SURROGATE'],
    ['a lone surrogate as key', { '\udc00': 1 }, 'CRYPTO_JSON_LONE_SURROGATE'],
    ['the key __proto__', JSON.parse('{"__proto__":{"admin":true}}'), 'CRYPTO_JSON_FORBIDDEN_KEY'],
  ])('refuses %s', (_, value, code) => {
    proves('flaw.J1');
    expect(codeThrownBy(() => canonicalize(smuggled(value)))).toBe(code);
  });

  it('refuses a cycle, and what is nested 1e5 deep, without running out of stack', () => {
    proves('flaw.J1');
    const cycle: unknown[] = [];
    cycle.push(cycle);
    let deep: unknown = 0;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    for (const value of [cycle, deep])
      expect(codeThrownBy(() => canonicalize(smuggled(value)))).toBe('CRYPTO_JSON_DEPTH');
  });

  it('refuses a small value that would be endless when written out', () => {
    let shared: Json = 'x';
    for (let i = 0; i < 40; i++) shared = [shared, shared];
    expect(codeThrownBy(() => canonicalize(shared))).toBe('CRYPTO_JSON_TOO_LARGE');
  });

  it('reads each member once, so that a proxy shows the same to the check and to the hash', () => {
    proves('flaw.J1');
    let looks = 0;
    const twoFaced = new Proxy(
      { effect: 'deny' },
      {
        get: () => 'allow',
        getOwnPropertyDescriptor: () => {
          looks++;
          return {
            value: looks === 1 ? 'deny' : 'allow',
            enumerable: true,
            configurable: true,
            writable: true,
          };
        },
      },
    );
    expect(canonicalize(twoFaced)).toBe('{"effect":"deny"}');
    expect(looks).toBe(1);
  });

  it('refuses what throws when it is read, with a code and the place', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const trapped = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new RangeError('no keys');
        },
      },
    );
    for (const hostile of [proxy, trapped]) {
      const error = errorOf(() => canonicalize({ a: [hostile] }));
      expect([error?.code, error?.field]).toEqual(['CRYPTO_JSON_NOT_PLAIN', 'a[0]']);
      expect(error?.cause).toBeInstanceOf(Error);
    }
  });

  it('does not let a polluted prototype speak for a value', () => {
    proves('flaw.J1');
    const everything: object = Object.prototype;
    Object.defineProperty(everything, 'toJSON', { value: () => 'forged', configurable: true });
    let code: string | undefined;
    try {
      code = codeThrownBy(() => canonicalize([{ effect: 'deny' }]));
    } finally {
      Reflect.deleteProperty(everything, 'toJSON');
    }
    expect(code).toBe('CRYPTO_JSON_NOT_PLAIN');
    expect(canonicalize([{ effect: 'deny' }])).toBe('[{"effect":"deny"}]');
  });

  it('names the place of what it refuses', () => {
    expect(errorOf(() => canonicalize(smuggled({ a: [{ b: undefined }] })))?.field).toBe('a[0].b');
  });
});
