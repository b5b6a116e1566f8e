import { type Did, type Envelope, isJsonObject, type Json, TtpError } from '@ttp/core';
import { canonicalBytes, decodeEnvelope, encodeEnvelope, parseJson } from '@ttp/crypto';

/** What a resolver keeps of an identity: the log it knows, and the one that departs from it, if there is one. */
export interface StoredLog {
  readonly entries: readonly Envelope[];
  readonly fork?: readonly Envelope[];
  /** When each entry was first seen here, ms by the resolver's clock; absent where it has none. */
  readonly seen?: readonly number[];
}

/**
 * The bytes of a stored log: `{ v: 1, entries: [text], fork?: [text], seen?: [ms] }`, each text an envelope as it is
 * signed.
 */
export function encodeStoredLog({ entries, fork, seen }: StoredLog): Uint8Array {
  return canonicalBytes({
    v: 1,
    entries: entries.map((entry) => encodeEnvelope(entry)),
    ...(fork === undefined ? {} : { fork: fork.map((entry) => encodeEnvelope(entry)) }),
    ...(seen === undefined ? {} : { seen }),
  });
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
  const { fork, seen } = value;
  return {
    entries,
    ...(fork === undefined ? {} : { fork: decodeAll(fork, 'fork') }),
    ...(seen === undefined ? {} : { seen: decodeTimes(seen, entries.length) }),
  };
}

function decodeTimes(times: Json, count: number): readonly number[] {
  if (!Array.isArray(times) || times.length !== count || !times.every((time) => Number.isSafeInteger(time)))
    throw new TtpError('DID_BAD_LOG', 'seen: not a time for each entry', { field: 'seen' });
  return times.map(Number);
}

function decodeAll(texts: Json | undefined, field: string): readonly Envelope[] {
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string'))
    throw new TtpError('DID_BAD_LOG', `${field}: not a list of envelopes`, { field });
  return texts.map((text) => decodeEnvelope(text));
}
