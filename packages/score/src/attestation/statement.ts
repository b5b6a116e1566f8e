import type { Envelope, EnvelopeHead, Hash } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, type UnverifiedEnvelope } from '@ttp/crypto';
import type { Refuse } from './fields.js';

/** Whose signature is whose. */
export interface StatementKeys {
  /** The public key of a key id, where it was valid for the envelope with this id; see `datedKeyLookup` of @ttp/did. */
  readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
}

/**
 * One reading of the input, which has to be for everybody: one that only some may read, or whose copy was meant for one
 * occasion, would be in force for one node and not for another.
 *
 * @throws what `decodeEnvelope` throws, and what `refuse` makes
 */
export function requireRecord(
  input: Envelope | string,
  refuse: Refuse,
  options: { readonly ends?: true } = {},
): { readonly envelope: UnverifiedEnvelope; readonly head: EnvelopeHead } {
  const envelope = decodeEnvelope(typeof input === 'string' ? input : encodeEnvelope(input));
  const { head } = envelope;
  for (const member of ['aud', 'nonce', 'prev'] as const)
    if (head[member] !== undefined) throw refuse(`head.${member}`, 'has no place in a statement');
  if ((head.exp !== undefined) !== (options.ends === true)) throw refuse('head.exp');
  return { envelope, head };
}
