import { codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  base58btc,
  base64,
  base64url,
  fromBase58btc,
  fromBase64,
  fromBase64url,
  fromHex,
  fromMultibase,
  fromMultikey,
  hex,
  multibase,
  multikey,
} from '../../src/index.js';

interface EncodingCase {
  readonly codec: keyof typeof CODECS;
  readonly text: string;
  readonly expect?: string;
  readonly code?: string;
}

const CODECS = {
  hex: [hex, fromHex],
  base64: [base64, fromBase64],
  base64url: [base64url, fromBase64url],
  base58btc: [base58btc, fromBase58btc],
  multibase: [multibase, fromMultibase],
  multikey: [multikey, fromMultikey],
} as const;

describe('the encodings', () => {
  it.each(vectors<EncodingCase>('encoding'))('$name', ({ codec, text, expect: bytes, code }) => {
    proves('crypto.base64url', 'crypto.multibase');
    const [encode, decode] = CODECS[codec];
    expect(codeThrownBy(() => decode(text))).toBe(code);
    if (bytes === undefined) return;
    expect(hex(decode(text))).toBe(bytes);
    expect(encode(decode(text))).toBe(text);
  });
});
