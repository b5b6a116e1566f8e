import { type Did, type Hash, type JsonObject, TtpError } from '@ttp/core';
import type { AttestationBook } from './book.js';

/** What makes a credential of its members beside those that the standard defines. */
const VOCABULARY = 'urn:ttp:terms:';

/**
 * An attestation as a W3C Verifiable Credential 2.0 without proof, for `issueCredential` of @ttp/crypto/interop and the
 * issuer's assertion key: what the subject shares with everybody, and nobody took back.
 *
 * @param subject whose rating it is
 * @param attestation id of its envelope
 * @throws SCORE_NOT_SHARED unless the subject shares its reputation with the public, SCORE_ATTESTATION_UNKNOWN,
 *   SCORE_ATTESTATION_RETRACTED
 */
export function attestationCredential(
  book: Pick<AttestationBook, 'sharedWith'>,
  subject: Did,
  attestation: Hash,
): JsonObject {
  const slot = book.sharedWith(subject, 'public').find((one) => one.attestation.id === attestation);
  if (slot === undefined) throw refused('SCORE_ATTESTATION_UNKNOWN', `no ${attestation} about ${subject}`);
  if (slot.retraction !== undefined)
    throw refused('SCORE_ATTESTATION_RETRACTED', `${attestation} was retracted`);
  const { issuer, issuedAt, expiresAt, session, receipt, rating, attestation: name } = slot.attestation;
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2', { '@vocab': VOCABULARY }],
    type: ['VerifiableCredential', 'TtpAttestation'],
    issuer,
    validFrom: dateTime(issuedAt),
    validUntil: dateTime(expiresAt),
    credentialSubject: { id: subject, attestation: name, session, receipt, rating },
    evidence: [{ type: 'TtpEnvelope', envelope: attestation }],
  };
}

/** An XML dateTimeStamp in UTC. */
const dateTime = (ms: number): string => new Date(ms).toISOString();

const refused = (code: 'SCORE_ATTESTATION_UNKNOWN' | 'SCORE_ATTESTATION_RETRACTED', why: string): TtpError =>
  new TtpError(code, why, { field: 'attestation' });
