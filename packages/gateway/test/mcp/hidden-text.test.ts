import type { Json } from '@ttp/core';
import { proves, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { hasHiddenText } from '../../src/mcp/hidden-text.js';

it.each(vectors<{ value: Json; expect: boolean }>('mcp/hidden-text'))('$name', (vector) => {
  proves('flaw.T2');
  expect(hasHiddenText(vector.value)).toBe(vector.expect);
});

it('reads a long text to its end', () => {
  expect(hasHiddenText(`${'a'.repeat(1_000_000)}\u{200B}`)).toBe(true);
  expect(hasHiddenText('a'.repeat(1_000_000))).toBe(false);
});
