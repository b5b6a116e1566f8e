import type { Json } from '@ttp/core';
import { proves, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { hasHiddenText } from '../../src/mcp/hidden-text.js';

it.each(vectors<{ value: Json; expect: boolean }>('mcp/hidden-text'))('$name', (vector) => {
  proves('flaw.T2');
  expect(hasHiddenText(vector.value)).toBe(vector.expect);
});

it('reads a long text in linear time', () => {
  const long = `${'a'.repeat(1_000_000)}\u{200B}`;
  const begin = performance.now();
  expect(hasHiddenText(long)).toBe(true);
  expect(performance.now() - begin).toBeLessThan(1000);
});
