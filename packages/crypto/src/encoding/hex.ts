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
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
