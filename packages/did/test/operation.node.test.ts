import type { JsonObject } from '@ttp/core';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { didOf } from '../src/index.js';

interface InceptionCase {
  readonly body: JsonObject;
  readonly expect?: string;
  readonly code?: string;
}

describe('vectors of inception bodies', () => {
  // The expected identifiers were computed by another program, from the text of decision D1 alone.
  it.each(vectors<InceptionCase>('did/inception'))('$name', ({ body, expect: expected, code }) => {
    proves('did.format.root', 'did.registration.key-check');
    if (code === undefined) expect(didOf(body)).toBe(expected);
    else expect(codeThrownBy(() => didOf(body))).toBe(code);
  });
});
