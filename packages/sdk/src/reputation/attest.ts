import type { Did, Envelope, Hash, Signer } from '@ttp/core';
import { envelopeId } from '@ttp/crypto';
import { type AttestationBody, type Rating, signAttestation } from '@ttp/score';
import type { Ttp } from '../instance.js';

/**
 * Rates a session that is over, and puts on the record that it did: the log holds the hash of the attestation, its
 * subject and its session, and never the rating.
 *
 * @param ttp who rates
 * @param rating.signer of the identity that `ttp` acts for
 * @param rating.session the name of the session, or the id of the trace that holds it
 * @param rating.receipt id of the receipt that both sides signed: `signReceipt` of @ttp/score, `cosignEnvelope` of @ttp/crypto
 * @param rating.now wall clock, ms
 * @throws what `signAttestation` and `ttp.note` throw
 */
export async function attest(
  ttp: Pick<Ttp, 'note'>,
  rating: {
    readonly subject: Did;
    readonly session: string;
    readonly receipt: Hash;
    readonly rating: Rating;
    readonly signer: Signer;
    readonly now: number;
    readonly expiresAt?: number;
  },
): Promise<Envelope<'ttp/attestation@1', AttestationBody>> {
  const signed = await signAttestation(rating);
  const { subject, session, receipt } = signed.body;
  await ttp.note('attestation-issued', subject, { attestation: envelopeId(signed), session, receipt });
  return signed;
}
