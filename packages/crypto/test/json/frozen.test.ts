import type { Json } from '@ttp/core';
import { codeThrownBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalize, frozenJson, hashJson, plainCopy } from '../../src/index.js';
import { JSON_FOREIGN_MAX_DEPTH, JSON_MAX_VALUES } from '../../src/limits.js';

describe('frozen JSON', () => {
  it('is a copy that nobody can change, at any depth', () => {
    const given = { list: [{ n: 1 }], text: 'a' };
    const frozen = frozenJson(given);
    given.list.push({ n: 2 });
    expect(canonicalize(frozen)).toBe('{"list":[{"n":1}],"text":"a"}');
    const parts: Json[] = [frozen];
    for (const part of parts) {
      if (typeof part !== 'object' || part === null) continue;
      expect(Object.isFrozen(part)).toBe(true);
      parts.push(...Object.values(part));
    }
    expect(parts).toHaveLength(5);
  });

  it('is taken as it is the second time, as a whole and as a part', () => {
    const part = frozenJson({ a: [1] });
    expect(frozenJson(part)).toBe(part);
    const whole = frozenJson({ b: 2, part });
    expect(whole).toEqual({ b: 2, part });
    expect(Reflect.get(Object(whole), 'part')).toBe(part);
    expect(canonicalize(whole)).toBe('{"b":2,"part":{"a":[1]}}');
  });

  it('has the canonical form, bytes and hash of the same data that is not frozen', () => {
    for (const value of [{}, [], { z: 1, a: 'ü', m: [null, true, 0.5] }, 'text', 7, null, [[{ a: {} }]]]) {
      const frozen = frozenJson(value);
      for (const time of ['first', 'again'])
        expect([time, canonicalize(frozen), canonicalBytes(frozen), hashJson(frozen)]).toEqual([
          time,
          canonicalize(value),
          canonicalBytes(value),
          hashJson(value),
        ]);
    }
  });

  it('counts as a part for all that is in it, whether or not its form is known already', () => {
    const many = frozenJson(Array.from({ length: 1000 }, (_, i) => i));
    const shared = Array.from({ length: JSON_MAX_VALUES / 1000 + 1 }, () => many);
    for (const time of ['first', 'again']) {
      expect([time, codeThrownBy(() => canonicalize(shared))]).toEqual([time, 'CRYPTO_JSON_TOO_LARGE']);
      expect(canonicalize(many)).toHaveLength(3891);
    }
    let deep: Json = 1;
    for (let i = 0; i < 80; i++) {
      deep = frozenJson([deep]);
      const text = i < JSON_FOREIGN_MAX_DEPTH ? canonicalize(deep) : codeThrownBy(() => canonicalize(deep));
      expect(text).toBe(
        i < JSON_FOREIGN_MAX_DEPTH ? `${'['.repeat(i + 1)}1${']'.repeat(i + 1)}` : 'CRYPTO_JSON_DEPTH',
      );
    }
  });

  it('is not what somebody else froze: that is copied, since its parts may change', () => {
    const inner = { n: 1 };
    const shallow = Object.freeze({ inner });
    const frozen = frozenJson(shallow);
    expect(canonicalize(shallow)).toBe('{"inner":{"n":1}}');
    inner.n = 2;
    expect([canonicalize(frozen), canonicalize(shallow)]).toEqual(['{"inner":{"n":1}}', '{"inner":{"n":2}}']);
  });

  it('refuses what is no plain data, and what is nested too deep in parts', () => {
    expect(codeThrownBy(() => frozenJson({ when: new Date(0) }))).toBe('CRYPTO_JSON_NOT_PLAIN');
    const getter = Object.defineProperty({}, 'x', { enumerable: true, get: () => 1 });
    expect(codeThrownBy(() => frozenJson([getter]))).toBe('CRYPTO_JSON_NOT_PLAIN');
    let deep: Json = 1;
    for (let i = 0; i < 80; i++) deep = frozenJson([deep]);
    expect(codeThrownBy(() => canonicalize(deep))).toBe('CRYPTO_JSON_DEPTH');
    expect(codeThrownBy(() => plainCopy(deep))).toBe('CRYPTO_JSON_DEPTH');
  });
});
