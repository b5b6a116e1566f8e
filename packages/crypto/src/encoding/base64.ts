import { TtpError } from '@ttp/core';
import type { CryptoErrorCode } from '../errors.js';

/** Sixty-four digits of RFC 4648, and how to read them back. */
interface Alphabet {
  readonly digits: string;
  /** Value of each digit, by its code; {@link NO_DIGIT} for every other code of ASCII. */
  readonly values: Uint8Array;
}

const NO_DIGIT = 64;

const alphabet = (lastTwo: string): Alphabet => {
  const digits = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${lastTwo}`;
  const values = new Uint8Array(128).fill(NO_DIGIT);
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value;
  return { digits, values };
};
const STANDARD: Alphabet = /* @__PURE__ */ alphabet('+/');
const URL_SAFE: Alphabet = /* @__PURE__ */ alphabet('-_');

/** Base64url without padding (RFC 4648 section 5): every binary value of ours (decision D46). */
export const base64url = (bytes: Uint8Array): string => encode(bytes, URL_SAFE);

/**
 * The bytes of unpadded base64url. Padding, white space, the other alphabet and bits beyond the last byte are
 * refused: a value has one spelling. Throws CRYPTO_BAD_BASE64URL.
 */
export const fromBase64url = (text: string): Uint8Array => decode(text, URL_SAFE, 'CRYPTO_BAD_BASE64URL');

/** Base64 with padding (RFC 4648 section 4), where a standard demands it, such as signed notes. */
export function base64(bytes: Uint8Array): string {
  const text = encode(bytes, STANDARD);
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** The bytes of padded base64, of which only the canonical spelling is read. Throws CRYPTO_BAD_BASE64. */
export function fromBase64(text: string): Uint8Array {
  const digits = text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text;
  if (text.length % 4 !== 0) throw new TtpError('CRYPTO_BAD_BASE64', 'the padding is missing or wrong');
  // `xxx==` has the length of a whole group, but holds no bytes for it: the unpadded length tells.
  if (Math.ceil(digits.length / 4) * 4 !== text.length)
    throw new TtpError('CRYPTO_BAD_BASE64', 'the padding is missing or wrong');
  return decode(digits, STANDARD, 'CRYPTO_BAD_BASE64');
}

function encode(bytes: Uint8Array, { digits }: Alphabet): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const length = Math.min(3, bytes.length - i) + 1;
    for (let j = 0; j < length; j++) text += digits.charAt((group >> (18 - 6 * j)) & 63);
  }
  return text;
}

function decode(text: string, { values }: Alphabet, code: CryptoErrorCode): Uint8Array {
  const rest = text.length % 4;
  if (rest === 1) throw new TtpError(code, 'no byte string has this length in base64');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let group = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const value = values[text.charCodeAt(i)] ?? NO_DIGIT;
    if (value === NO_DIGIT) throw new TtpError(code, `not a digit of the alphabet at position ${i}`);
    group = ((group << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (group >> bits) & 0xff;
    }
  }
  if ((group & ((1 << bits) - 1)) !== 0) throw new TtpError(code, 'bits beyond the last byte are set');
  return bytes;
}
