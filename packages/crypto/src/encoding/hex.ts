import { TtpError } from '@ttp/core';

const HEX = /^(?:[0-9a-f]{2})*$/;
const DIGITS: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Lowercase hexadecimal digits, two a byte. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** The bytes of lowercase hexadecimal digits; capitals are refused, so that a value has one spelling. Throws CRYPTO_BAD_HEX. */
export function fromHex(text: string): Uint8Array {
  if (!HEX.test(text)) throw new TtpError('CRYPTO_BAD_HEX', 'not lowercase hexadecimal digits');
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = (digit(text.charCodeAt(2 * i)) << 4) | digit(text.charCodeAt(2 * i + 1));
  return bytes;
}

/** The value of a digit, by its character: `0` is 48 and `a` 97. */
const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);
