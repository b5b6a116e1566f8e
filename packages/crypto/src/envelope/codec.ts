import type { Envelope, Hash } from '@ttp/core';
import { hashBytes } from '../hash.js';
import { canonicalBytes, canonicalText } from '../json/canonical.js';
import { parseJson } from '../json/parse.js';
import { frame } from '../purposes.js';
import { envelopeOf, type UnverifiedEnvelope } from './shape.js';

/** Options of {@link decodeEnvelope}. */
export interface DecodeEnvelopeOptions {
  /** Longest envelope, bytes; `JSON_MAX_BYTES` unless given. */
  readonly maxBytes?: number;
}

/**
 * Reads an envelope from the wire and checks its shape, not its signatures: what it says is an attacker's words until
 * `verifyEnvelope`. The bytes have to be the canonical form of their value (decision D7).
 *
 * @param input UTF-8 bytes, or their text
 * @throws the CRYPTO_JSON_* codes, CRYPTO_ENVELOPE_SHAPE, CRYPTO_PURPOSE_UNKNOWN,
 *   CRYPTO_ENVELOPE_SIGNATURES_UNSORTED, CRYPTO_ENVELOPE_DUPLICATE_KEY_ID
 */
export function decodeEnvelope(
  input: Uint8Array | string,
  options: DecodeEnvelopeOptions = {},
): UnverifiedEnvelope {
  return envelopeOf(parseJson(input, { ...options, profile: 'envelope' }));
}

/** The one text of an envelope: its canonical form. Throws what {@link decodeEnvelope} throws: nothing is sent that nobody would read. */
export function encodeEnvelope(envelope: Envelope, options: DecodeEnvelopeOptions = {}): string {
  const text = canonicalText(envelope);
  decodeEnvelope(text, options);
  return text;
}

/** The id of an envelope: the hash of what its signers sign. Signatures are not part of it: one more makes no other envelope. */
export const envelopeId = (envelope: Envelope): Hash => hashBytes(frame(envelope.type, payloadOf(envelope)));

/** What a signature of an envelope covers, besides its type: the canonical form of head and body. */
export const payloadOf = ({ head, body }: Pick<Envelope, 'head' | 'body'>): Uint8Array =>
  canonicalBytes({ head: { ...head }, body });
