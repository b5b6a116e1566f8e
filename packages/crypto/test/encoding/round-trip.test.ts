import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import {
  BASE58_MAX_BYTES,
  base58btc,
  base64,
  base64url,
  fromBase58btc,
  fromBase64,
  fromBase64url,
  fromHex,
  hex,
  multikey,
} from '../../src/index.js';

it('gives back what was encoded, for every length', async () => {
  await withSeed('encodings round trip', 100, (random, run) => {
    const bytes = random.bytes(run);
    expect(fromHex(hex(bytes))).toEqual(bytes);
    expect(fromBase64(base64(bytes))).toEqual(bytes);
    expect(fromBase64url(base64url(bytes))).toEqual(bytes);
    expect(fromBase58btc(base58btc(bytes))).toEqual(bytes);
  });
});

it('encodes as the platform does', async () => {
  await withSeed('base64 like the platform', 50, (random) => {
    const bytes = random.bytes(random.int(64));
    const platform = btoa(String.fromCharCode(...bytes));
    expect(base64(bytes)).toBe(platform);
    expect(base64url(bytes)).toBe(platform.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''));
  });
});

it('has one spelling for each value: whatever decodes, encodes to itself', async () => {
  proves('crypto.base64url');
  await withSeed('one spelling', 3000, (random) => {
    const text = Array.from({ length: random.int(6) }, () => random.pick(Array.from('AQgwZz09-_/+='))).join(
      '',
    );
    for (const [encode, decode] of [
      [base64url, fromBase64url],
      [base64, fromBase64],
    ] as const) {
      let bytes: Uint8Array | undefined;
      const code = codeThrownBy(() => {
        bytes = decode(text);
      });
      expect(code === undefined ? bytes && encode(bytes) : text).toBe(text);
    }
  });
});

it('refuses base58 so long that its quadratic time would be felt', () => {
  expect(fromBase58btc(base58btc(new Uint8Array(BASE58_MAX_BYTES).fill(255)))).toHaveLength(BASE58_MAX_BYTES);
  expect(codeThrownBy(() => base58btc(new Uint8Array(BASE58_MAX_BYTES + 1)))).toBe('CRYPTO_BAD_BASE58');
  expect(codeThrownBy(() => fromBase58btc('z'.repeat(100_000)))).toBe('CRYPTO_BAD_BASE58');
});

it('makes no Multikey of what has not the length of a key', () => {
  expect(codeThrownBy(() => multikey(new Uint8Array(31)))).toBe('CRYPTO_BAD_LENGTH');
});
