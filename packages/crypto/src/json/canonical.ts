import { type Json, TtpError } from '@ttp/core';
import { formOf } from './frozen.js';
import { plainCopy } from './plain.js';
import { writeCanonical } from './write.js';

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * The canonical form of JSON data (RFC 8785, JCS): the only bytes of it that are hashed or signed.
 *
 * @param value plain data; what is not, is refused (flaw.J1)
 * @throws CRYPTO_JSON_NOT_PLAIN and the other codes of {@link plainCopy}, with the path in `field`
 */
export const canonicalize = (value: Json): string => canonicalText(value);

/** The UTF-8 bytes of {@link canonicalize}; throws the same. No string of it holds a lone surrogate, so each has UTF-8. */
export const canonicalBytes = (value: Json): Uint8Array => encoder.encode(canonicalText(value));

/** {@link canonicalize} of what has no type yet. */
export function canonicalText(value: unknown): string {
  const known = typeof value === 'object' && value !== null ? formOf(value)?.text : undefined;
  if (known !== undefined && known !== '') return known;
  // Nothing here asks for it; but who has hold of these prototypes has hold of everybody else who writes JSON.
  if ('toJSON' in Object.prototype || 'toJSON' in Array.prototype)
    throw new TtpError('CRYPTO_JSON_NOT_PLAIN', 'a built-in prototype has been given a toJSON');
  try {
    return writeCanonical(value);
  } catch (cause) {
    plainCopy(value); // says what is wrong with it, and where
    throw new TtpError('CRYPTO_JSON_NOT_PLAIN', 'what looks plain at a second look only', { cause });
  }
}
