import type { Did, Envelope, Hash, JsonObject, Signer } from '@ttp/core';
import { issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import { hashIn, refuseOthers, refuseWith, wordIn } from './fields.js';
import { requireRecord, type StatementKeys } from './statement.js';

/** Why an issuer takes an attestation back: a word, never a text. */
export const RETRACTION_REASONS = ['mistaken', 'wrong-session', 'disputed', 'withdrawn'] as const;
export type RetractionReason = (typeof RETRACTION_REASONS)[number];

/** That an issuer takes an attestation back. */
export interface Retraction {
  readonly kind: 'retraction';
  /** Id of the envelope. */
  readonly id: Hash;
  readonly issuer: Did;
  /** Id of the envelope of the attestation. */
  readonly attestation: Hash;
  readonly reason: RetractionReason;
  /** Wall clock, ms. */
  readonly at: number;
}

const refuse = refuseWith('SCORE_BAD_RETRACTION');

/**
 * Takes an attestation back, `ttp/attestation-retraction@1`. What it leaves is a tombstone: nobody gains by it, and the
 * session is not rated a second time (see `attestationBook`).
 *
 * @param input.attestation id of its envelope
 * @param input.signer of the issuer; anybody else's retraction counts for nothing
 * @param input.now wall clock, ms
 * @throws SCORE_BAD_RETRACTION with the field, and what the signer throws
 */
export async function signRetraction(input: {
  readonly attestation: Hash;
  readonly reason: RetractionReason;
  readonly signer: Signer;
  readonly now: number;
}): Promise<Envelope<'ttp/attestation-retraction@1'>> {
  const { attestation, reason, signer, now } = input;
  const body = { version: '1.0', attestation, reason };
  parseRetraction(body);
  const head = { iss: issuerOf(signer), iat: now };
  return signEnvelope({ type: 'ttp/attestation-retraction@1', head, body, signers: [signer] });
}

/**
 * The retraction in an envelope, signed by its issuer. Whether that is who issued the attestation, the book says, which
 * knows it.
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws SCORE_BAD_RETRACTION with the field, and the codes of `verifyEnvelope`
 */
export function openRetraction(input: Envelope | string, { keyOf }: StatementKeys): Retraction {
  const { envelope, head } = requireRecord(input, refuse);
  const { id, body } = verifyEnvelope(envelope, {
    type: 'ttp/attestation-retraction@1',
    parse: parseRetraction,
    keyOf,
    now: head.iat,
  });
  return { kind: 'retraction', id, issuer: head.iss, ...body, at: head.iat };
}

function parseRetraction({
  version,
  attestation,
  reason,
  ...rest
}: JsonObject): Pick<Retraction, 'attestation' | 'reason'> {
  refuseOthers(rest, 'body', refuse);
  if (version !== '1.0') throw refuse('body.version');
  return {
    attestation: hashIn(attestation, 'body.attestation', refuse),
    reason: wordIn(reason, RETRACTION_REASONS, 'body.reason', refuse),
  };
}
