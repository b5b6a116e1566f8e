import { type Json, TtpError } from '@ttp/core';
import jcs from 'canonicalize';
import { utf8 } from '../bytes.js';
import { keepForm, knownForm } from './frozen.js';
import { plainCopy } from './plain.js';

/**
 * The canonical form of JSON data (RFC 8785, JCS): the only bytes of it that are hashed or signed.
 *
 * @param value plain data; what is not, is refused (flaw.J1)
 * @throws CRYPTO_JSON_NOT_PLAIN and the other codes of {@link plainCopy}
 */
export function canonicalize(value: Json): string {
  const known = knownForm(value);
  if (known !== undefined) return known;
  const copy = plainCopy(value);
  // Somebody's `Object.prototype.toJSON` would be asked for every object and array that has a prototype.
  if ('toJSON' in Object.prototype || 'toJSON' in Array.prototype)
    throw new TtpError('CRYPTO_JSON_NOT_PLAIN', 'a built-in prototype has been given a toJSON');
  const text = jcs(copy);
  if (text === undefined) throw new TtpError('CRYPTO_JSON_NOT_PLAIN', 'the value has no canonical form');
  keepForm(value, text);
  return text;
}

/** The UTF-8 bytes of {@link canonicalize}; throws the same. */
export const canonicalBytes = (value: Json): Uint8Array => utf8(canonicalize(value));
