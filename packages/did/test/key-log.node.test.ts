import { decodeEnvelope } from '@ttp/crypto';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { documentOf } from '../src/index.js';

interface KeyLogCase {
  /** Envelopes, each as its canonical text. */
  readonly entries: readonly string[];
  /** The key logs of parents. */
  readonly parents?: readonly (readonly string[])[];
  readonly expect?: unknown;
  readonly code?: string;
}

describe('vectors of key logs', () => {
  it.each(vectors<KeyLogCase>('did/key-log'))(
    '$name',
    ({ entries, parents = [], expect: document, code }) => {
      proves('did.document.signed', 'did.keys.rotation');
      const fold = (): unknown =>
        documentOf(
          entries.map((text) => decodeEnvelope(text)),
          parents.map((log) => documentOf(log.map((text) => decodeEnvelope(text)))),
        );
      if (code === undefined) expect(fold()).toEqual(document);
      else expect(codeThrownBy(fold)).toBe(code);
    },
  );
});
