import { hex } from '@ttp/crypto';
import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { formatDid, parseDid } from '../src/index.js';

interface ParseCase {
  readonly did: string;
  readonly expect?: unknown;
  readonly code?: string;
}

describe('vectors of identifiers', () => {
  it.each(vectors<ParseCase>('did/parse'))('$name', ({ did, expect: expected, code }) => {
    proves('flaw.D6');
    if (code !== undefined) {
      expect(codeThrownBy(() => parseDid(did))).toBe(code);
      return;
    }
    const parts = parseDid(did);
    const shown = parts.method === 'key' ? { ...parts, publicKey: hex(parts.publicKey) } : parts;
    expect(shown).toEqual(expected);
    expect(formatDid(parts)).toBe(did);
  });
});
