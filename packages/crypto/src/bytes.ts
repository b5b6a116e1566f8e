import { TtpError } from '@ttp/core';

const encoder = /* @__PURE__ */ new TextEncoder();
/** `ignoreBOM` keeps a byte order mark as a character, so that decoding loses nothing. */
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether the text has UTF-8: every surrogate is half of a pair. */
export const isWellFormed = (text: string): boolean => text.isWellFormed();

/**
 * The UTF-8 bytes of a text. A lone surrogate is refused, not replaced: else two texts would share their bytes,
 * and so their hash and signature. Throws CRYPTO_BAD_UTF8.
 */
export function utf8(text: string): Uint8Array {
  if (!isWellFormed(text)) throw new TtpError('CRYPTO_BAD_UTF8', 'the text holds a lone surrogate');
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, a byte order mark included. Throws CRYPTO_BAD_UTF8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new TtpError('CRYPTO_BAD_UTF8', 'the bytes are not UTF-8', { cause });
  }
}

/** The parts, one after the other, in bytes of their own. */
export const concatBytes = (...parts: readonly Uint8Array[]): Uint8Array => joinBytes(parts);

/** The same of a list whose length somebody else chose, such as the chunks of a stream: more than a call takes arguments. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether two byte strings are equal, in a time that depends on their lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Refuses bytes of another length than `length`. Throws CRYPTO_BAD_LENGTH. */
export function requireLength(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length === length) return bytes;
  throw new TtpError('CRYPTO_BAD_LENGTH', `${what}: ${bytes.length} bytes instead of ${length}`, {
    field: what,
  });
}
