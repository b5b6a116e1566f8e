import { type Json, type JsonObject, type Random, TtpError } from '@ttp/core';
import { base64url, fromBase64url } from '../encoding/base64.js';
import { canonicalBytes } from '../json/canonical.js';
import { parseJson } from '../json/parse.js';
import { SEALED_FIELD_MAX_BYTES } from '../limits.js';
import { type KeyLookup, type NamedKey, requireKey, requireKeyId } from './key-id.js';
import { type Binding, bindTo, openOnce, SEAL_OVERHEAD, sealOnce } from './once.js';

/** Begins every sealed field. */
const PREFIX = 'ttp-field-1';

/** Longest sealed field, characters: prefix, name of the key, base64url, two dots. */
const MAX_CHARS = PREFIX.length + 64 + 2 + Math.ceil(((SEALED_FIELD_MAX_BYTES + SEAL_OVERHEAD) * 4) / 3);

/** What {@link sealField} encrypts. */
export interface SealFieldInput {
  /** JSON data, such as an email address. */
  readonly value: Json;
  readonly key: NamedKey;
  /** Where the field stands, such as `{ table, row, field }`; it opens nowhere else. Not stored. */
  readonly context: JsonObject;
  readonly random: Random;
}

/** How {@link openField} finds the key. */
export interface OpenFieldOptions {
  readonly keyOf: KeyLookup;
  readonly context: JsonObject;
}

/**
 * One field of a record, encrypted by AES-256-GCM and bound to its place, as a text `ttp-field-1.<key id>.<base64url>`.
 * Equal values give different texts, so nobody can search or compare them; their length stays visible.
 *
 * @throws CRYPTO_SEALED_TOO_LARGE, CRYPTO_SEALED_SHAPE for the name of the key, CRYPTO_BAD_LENGTH; for a value that JSON
 *   does not give back the codes of `canonicalize` and `parseJson`
 */
export async function sealField({ value, key, context, random }: SealFieldInput): Promise<string> {
  const plaintext = canonicalBytes(value);
  parseJson(plaintext); // what could not be read again is not written
  if (plaintext.length > SEALED_FIELD_MAX_BYTES)
    throw new TtpError('CRYPTO_SEALED_TOO_LARGE', `${plaintext.length} bytes`, { field: 'value' });
  const keyId = requireKeyId(key.id);
  const sealed = await sealOnce({ key: key.bytes, binding: bind(keyId, context), plaintext, random });
  return `${PREFIX}.${keyId}.${base64url(sealed)}`;
}

/**
 * The value of a sealed field.
 *
 * @param sealed trusted in nothing
 * @throws CRYPTO_SEALED_SHAPE, CRYPTO_SEALED_TOO_LARGE, CRYPTO_SEALED_KEY_UNKNOWN, CRYPTO_AEAD_REFUSED in another place,
 *   under another key, and for whatever was changed
 */
export async function openField(sealed: string, { keyOf, context }: OpenFieldOptions): Promise<Json> {
  if (sealed.length > MAX_CHARS)
    throw new TtpError('CRYPTO_SEALED_TOO_LARGE', 'the field is too long', { field: 'sealed' });
  const [prefix, id, text, ...rest] = sealed.split('.', 4);
  if (prefix !== PREFIX || text === undefined || rest.length > 0) throw malformed();
  const keyId = requireKeyId(id);
  const plaintext = await openOnce(bytesOf(text), {
    key: requireKey(keyOf, keyId),
    binding: bind(keyId, context),
  });
  return parseJson(plaintext);
}

const bind = (keyId: string, context: JsonObject): Binding => bindTo('field', { keyId, of: context });

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

const malformed = (cause?: unknown): TtpError =>
  new TtpError('CRYPTO_SEALED_SHAPE', 'not a sealed field', { field: 'sealed', cause });
