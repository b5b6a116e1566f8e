import { codeThrownBy } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { concatBytes, equalBytes, fromUtf8, utf8 } from '../src/index.js';

it('turns text into UTF-8 and back, a byte order mark included', () => {
  for (const text of ['', 'é😀', '\uFEFFx', '\0']) expect(fromUtf8(utf8(text))).toBe(text);
});

it('refuses text without UTF-8: replaced by U+FFFD, two texts would have one hash', () => {
  for (const text of ['\ud800', 'a\udc00', '\udc00\ud800'])
    expect(codeThrownBy(() => utf8(text))).toBe('CRYPTO_BAD_UTF8');
});

it('refuses bytes that are not UTF-8', () => {
  for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
    expect(codeThrownBy(() => fromUtf8(Uint8Array.from(bytes)))).toBe('CRYPTO_BAD_UTF8');
});

it('concatenates into bytes of its own', () => {
  const part = Uint8Array.of(1, 2);
  const whole = concatBytes(part, new Uint8Array(0), Uint8Array.of(3));
  part[0] = 9;
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
  expect(concatBytes()).toEqual(new Uint8Array(0));
});

it('compares bytes by length and content', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0))).toBe(false);
  expect(equalBytes(new Uint8Array(0), new Uint8Array(0))).toBe(true);
});
