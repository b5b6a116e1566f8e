import { type Did, type Envelope, isJsonObject, type Json, TtpError } from '@ttp/core';
import { canonicalBytes, decodeEnvelope, encodeEnvelope, parseJson } from '@ttp/crypto';

/** What a resolver keeps of an identity: the log it knows, and the one that departs from it, if there is one. */
export interface StoredLog {
  readonly entries: readonly Envelope[];
  readonly fork?: readonly Envelope[];
}

/** The bytes of a stored log: `{ v: 1, entries: [text], fork?: [text] }`, each text an envelope as it is signed. */
export function encodeStoredLog({ entries, fork }: StoredLog): Uint8Array {
  const texts = entries.map((entry) => encodeEnvelope(entry));
  return canonicalBytes(
    fork === undefined
      ? { v: 1, entries: texts }
      : { v: 1, entries: texts, fork: fork.map((entry) => encodeEnvelope(entry)) },
  );
}

/**
 * Reads a stored log. Its entries are decoded, not verified: a store is not believed.
 *
 * @throws DID_BAD_LOG, and the codes of `parseJson` and `decodeEnvelope`
 */
export function decodeStoredLog(did: Did, bytes: Uint8Array): StoredLog {
  const value = parseJson(bytes);
  if (!isJsonObject(value) || value['v'] !== 1)
    throw new TtpError('DID_BAD_LOG', `not a stored key log of ${did}`, { field: 'v' });
  const entries = decodeAll(value['entries'], 'entries');
  return value['fork'] === undefined ? { entries } : { entries, fork: decodeAll(value['fork'], 'fork') };
}

function decodeAll(texts: Json | undefined, field: string): readonly Envelope[] {
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string'))
    throw new TtpError('DID_BAD_LOG', `${field}: not a list of envelopes`, { field });
  return texts.map((text) => decodeEnvelope(text));
}
