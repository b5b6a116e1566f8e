import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { parseJson } from '../json/parse.js';
import { FOREIGN_MAX_BYTES } from '../limits.js';

/** What is not in the form of its standard, with the path of what is missing or malformed. */
export const malformed = (field: string, cause?: unknown): TtpError =>
  new TtpError('CRYPTO_FOREIGN_SHAPE', `missing or malformed: ${field || 'the whole'}`, { field, cause });

/** What bears a signature that its key did not make. */
export const badSignature = (field: string): TtpError =>
  new TtpError('CRYPTO_FOREIGN_BAD_SIGNATURE', 'the signature does not verify', { field });

/** What was signed with a key that the reader does not know. */
export const keyUnknown = (field: string): TtpError =>
  new TtpError('CRYPTO_FOREIGN_KEY_UNKNOWN', 'signed by no key that the reader knows', { field });

/** The JSON object in a text of another system. Throws CRYPTO_FOREIGN_SHAPE and the CRYPTO_JSON_* codes. */
export function objectOf(text: Uint8Array | string): JsonObject {
  return objectAt(parseJson(text, { profile: 'foreign', maxBytes: FOREIGN_MAX_BYTES }), '');
}

/** The value, which must be an object. Throws CRYPTO_FOREIGN_SHAPE. */
export function objectAt(value: Json | undefined, field: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw malformed(field);
}

/** The value, which must be a text. Throws CRYPTO_FOREIGN_SHAPE. */
export function textAt(value: Json | undefined, field: string): string {
  if (typeof value === 'string') return value;
  throw malformed(field);
}

/** The value, which must be a list of one to `most` members. Throws CRYPTO_FOREIGN_SHAPE. */
export function listAt(value: Json | undefined, most: number, field: string): readonly Json[] {
  if (isList(value) && value.length > 0 && value.length <= most) return value;
  throw malformed(field);
}

/** `Array.isArray` does not narrow read-only arrays. */
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
