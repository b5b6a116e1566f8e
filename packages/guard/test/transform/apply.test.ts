import type { Json, JsonObject } from '@ttp/core';
import { codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { applyTransform } from '../../src/index.js';
import { VALUE_MAX_DEPTH, VALUE_MAX_UNITS } from '../../src/limits.js';

interface TransformCase {
  readonly value: Json;
  readonly params: JsonObject;
  readonly expect?: Json;
  readonly code?: string;
}

describe('applyTransform', () => {
  it.each(vectors<TransformCase>('transform'))('$name', ({ value, params, expect: expected, code }) => {
    proves(
      'guard.transform.output',
      'spl.output.redact',
      'spl.output.mask',
      'spl.output.truncate',
      'spl.output.footer',
    );
    const before = JSON.stringify(value);
    if (code !== undefined) expect(codeThrownBy(() => applyTransform(value, params))).toBe(code);
    else expect(applyTransform(value, params)).toEqual(expected);
    expect(JSON.stringify(value)).toBe(before);
  });

  it('says in the watermark who got it', () => {
    expect(applyTransform('text', { watermark: true, addFooter: 'C' }, 'for a')).toBe('text\n\nfor a\n\nC');
  });

  it('redacts nothing of what is inherited, and keeps a key __proto__ data', () => {
    const value: Json = Object.fromEntries([['__proto__', { cvv: 1, a: 2 }]]);
    expect(JSON.stringify(applyTransform(value, { redact: ['cvv'] }))).toBe('{"__proto__":{"a":2}}');
    expect(applyTransform({}, { redact: ['constructor.name'] })).toEqual({});
  });

  it('withholds what is too large or too deep', () => {
    let deep: Json = 1;
    for (let i = 0; i <= VALUE_MAX_DEPTH; i++) deep = [deep];
    expect(codeThrownBy(() => applyTransform(deep, {}))).toBe('GUARD_VALUE_TOO_LARGE');
    expect(codeThrownBy(() => applyTransform('x'.repeat(VALUE_MAX_UNITS), {}))).toBe('GUARD_VALUE_TOO_LARGE');
  });

  it('leaves no member of a redacted name anywhere, and no other member is lost', async () => {
    await withSeed('redact', 300, (random) => {
      function value(depth: number): Json {
        if (depth === 0) return random.pick<Json>([1, 'text', null, true, '{"secret":1,"a":2}']);
        if (random.chance(0.3)) return Array.from({ length: random.int(4) }, () => value(depth - 1));
        const keys = ['secret', 'a', 'b', 'c'].filter(() => random.chance(0.6));
        return Object.fromEntries(keys.map((key) => [key, value(depth - 1)]));
      }
      const before = { root: value(4) };
      const after = applyTransform(before, { redact: ['secret'] });
      expect(JSON.stringify(after)).not.toContain('secret');
      expect(JSON.stringify(after)).toBe(JSON.stringify(naiveRedact(before)));
    });
  });
});

/** Written from the sentence: no member `secret` at any depth, in lists and in text that holds JSON too. */
function naiveRedact(value: Json): Json {
  const text = JSON.stringify(value, (key, member: unknown) => {
    if (key === 'secret') return undefined;
    return typeof member === 'string' && member.startsWith('{') ? '{"a":2}' : member;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse yields JSON
  return JSON.parse(text) as Json;
}
