import {
  type Did,
  type Envelope,
  type EnvelopeHead,
  type Hash,
  type JsonObject,
  MESSAGE_MAX_AHEAD_MS,
  type Signer,
  STAGES,
  type Stage,
  TtpError,
} from '@ttp/core';
import { equalBytes, hashJson, issuerOf, signEnvelope, verifyEnvelope } from '@ttp/crypto';
import type { ScoreErrorCode } from '../errors.js';
import { ATTESTATION_LIFE_MS, ATTESTATION_MAX_LIFE_MS } from '../limits.js';
import {
  hashIn,
  identityIn,
  isSame,
  objectIn,
  refuseOthers,
  refuseWith,
  sessionIn,
  timeIn,
  wordIn,
} from './fields.js';
import { type Rating, ratingIn } from './rating.js';
import type { InteractionReceipt } from './receipt.js';
import { requireRecord, type StatementKeys } from './statement.js';

/** How an issuer calls a subject's reputation. */
export const REPUTATION_LEVELS = ['none', 'low', 'medium', 'high'] as const;
export type ReputationLevel = (typeof REPUTATION_LEVELS)[number];

/** What an issuer believes of the subject's standing. It is carried because the documents' object has it, and read by nobody. */
export type StandingClaim = {
  readonly stage: Stage;
  readonly identityVerified: boolean;
  readonly reputationLevel: ReputationLevel;
};

/** The documents' attestation object (ttp-protocol.txt L1723-1752) as the body of an envelope, whose signature is its signature. */
export type AttestationBody = {
  readonly version: '1.0';
  /** `att_` and the hash of issuer, subject and session: one session has one. */
  readonly id: string;
  readonly type: 'rating';
  readonly subject: Did;
  readonly issuer: Did;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly session: string;
  /** Id of the receipt that both sides signed. */
  readonly receipt: Hash;
  readonly trust: StandingClaim;
  readonly rating: Rating;
};

/** An attestation that verified, without what its issuer claims of the subject's standing (decision D25). */
export interface Attestation {
  readonly kind: 'attestation';
  /** Id of the envelope. */
  readonly id: Hash;
  readonly attestation: string;
  readonly subject: Did;
  readonly issuer: Did;
  readonly issuedAt: number;
  /** Not counted any more from then on, ms. */
  readonly expiresAt: number;
  readonly session: string;
  readonly receipt: Hash;
  readonly rating: Rating;
}

/** What an attestation is verified with. */
export interface AttestationContext extends StatementKeys {
  /** The receipt with this id, from `openReceipt`; undefined where nobody knows one. */
  readonly receiptOf: (id: Hash) => InteractionReceipt | undefined;
  /** Wall clock, ms. */
  readonly now: number;
}

const refuse = refuseWith('SCORE_BAD_ATTESTATION');

/**
 * Signs a rating of one session as `ttp/attestation@1` (decision D25). A session that failed may be rated like any other.
 *
 * @param input.receipt id of the receipt that both sides signed
 * @param input.expiresAt ms; ATTESTATION_LIFE_MS from now when left out, at most ATTESTATION_MAX_LIFE_MS
 * @param input.trust what the issuer believes of the subject; the least when left out, since nobody reads it
 * @throws SCORE_BAD_ATTESTATION with the field, SCORE_ATTESTATION_SELF, and what the signer throws
 */
export async function signAttestation(input: {
  readonly subject: Did;
  readonly session: string;
  readonly receipt: Hash;
  readonly rating: Rating;
  readonly signer: Signer;
  readonly now: number;
  readonly expiresAt?: number;
  readonly trust?: StandingClaim;
}): Promise<Envelope<'ttp/attestation@1', AttestationBody>> {
  const { subject, session, receipt, rating, signer, now, expiresAt = now + ATTESTATION_LIFE_MS } = input;
  const { trust = { stage: 'unverified', identityVerified: false, reputationLevel: 'none' } } = input;
  const issuer = issuerOf(signer);
  const head = { iss: issuer, iat: now, exp: expiresAt };
  const id = attestationId({ issuer, subject, session });
  const body = parseAttestation(
    {
      version: '1.0',
      id,
      type: 'rating',
      subject,
      issuer,
      issuedAt: now,
      expiresAt,
      session,
      receipt,
      trust,
      rating,
    },
    head,
  );
  return signEnvelope({ type: 'ttp/attestation@1', head, body, signers: [signer] });
}

/**
 * The one id that the attestation of a session has: who rates whom, for what. All 32 bytes of the hash, since a prefix
 * could be met by another (flaw.E6).
 *
 * @returns `att_` and 64 hexadecimal digits
 */
export const attestationId = (slot: {
  readonly issuer: Did;
  readonly subject: Did;
  readonly session: string;
}): string => {
  const { issuer, subject, session } = slot;
  return `att_${hashJson([issuer, subject, session]).slice('sha256:'.length)}`;
};

/**
 * The attestation in an envelope: verified, about a session whose receipt both sides signed, and not expired.
 *
 * @param input the envelope or its canonical text, as hostile as anything from outside
 * @throws SCORE_ATTESTATION_EXPIRED and what {@link readAttestation} throws
 */
export function openAttestation(input: Envelope | string, context: AttestationContext): Attestation {
  const read = readAttestation(input, context);
  if (!(context.now < read.expiresAt))
    throw refused('SCORE_ATTESTATION_EXPIRED', 'head.exp', `expired at ${read.expiresAt}`);
  return read;
}

/**
 * The same, also where it has expired: what was rated once shows patterns, and keeps its place.
 *
 * @throws SCORE_BAD_ATTESTATION with the field, SCORE_ATTESTATION_SELF, SCORE_ATTESTATION_RECEIPT,
 *   SCORE_ATTESTATION_EARLY, and the codes of `verifyEnvelope`
 */
export function readAttestation(
  input: Envelope | string,
  { keyOf, receiptOf, now }: AttestationContext,
): Attestation {
  const { envelope, head } = requireRecord(input, refuse, { ends: true });
  let key: Uint8Array | undefined;
  const { id, body } = verifyEnvelope(envelope, {
    type: 'ttp/attestation@1',
    parse: (unread) => parseAttestation(unread, head),
    keyOf: (kid, of) => (key = keyOf(kid, of)),
    now: head.iat,
  });
  if (head.iat > now + MESSAGE_MAX_AHEAD_MS)
    throw refused('SCORE_ATTESTATION_EARLY', 'head.iat', `it is ${now}`);
  requireInteraction(body, receiptOf(body.receipt), key);
  const { id: attestation, subject, issuer, issuedAt, expiresAt, session, receipt, rating } = body;
  return {
    kind: 'attestation',
    id,
    attestation,
    subject,
    issuer,
    issuedAt,
    expiresAt,
    session,
    receipt,
    rating,
  };
}

/** No rating without a session that both signed: of these two, of this session, before it was rated (flaw.S6). */
function requireInteraction(
  { issuer, subject, session, issuedAt }: AttestationBody,
  receipt: InteractionReceipt | undefined,
  key: Uint8Array | undefined,
): void {
  const wrong = (why: string): TtpError => refused('SCORE_ATTESTATION_RECEIPT', 'body.receipt', why);
  if (receipt === undefined) throw wrong('nobody knows a receipt that both signed');
  const { parties, keys, at } = receipt;
  if (!parties.includes(issuer) || !parties.includes(subject)) throw wrong('of others');
  if (receipt.session !== session) throw wrong('of another session');
  for (const [kid, other] of keys)
    if (kid.startsWith(`${subject}#`) && key !== undefined && equalBytes(other, key))
      throw refused('SCORE_ATTESTATION_SELF', 'sigs[0]', 'issuer and subject sign with one key');
  if (issuedAt < at)
    throw refused('SCORE_ATTESTATION_EARLY', 'body.issuedAt', `the receipt was made at ${at}`);
}

function parseAttestation(
  {
    version,
    id,
    type,
    subject: rated,
    issuer: rater,
    issuedAt,
    expiresAt,
    session: name,
    receipt,
    trust,
    rating,
    ...rest
  }: JsonObject,
  head: EnvelopeHead,
): AttestationBody {
  refuseOthers(rest, 'body', refuse);
  if (version !== '1.0') throw refuse('body.version');
  if (type !== 'rating') throw refuse('body.type');
  const subject = identityIn(rated, 'body.subject', refuse);
  const issuer = identityIn(rater, 'body.issuer', refuse);
  if (issuer !== head.iss) throw refuse('body.issuer', 'not who issued the envelope');
  if (isSame(issuer, subject)) throw refused('SCORE_ATTESTATION_SELF', 'body.subject', 'the issuer itself');
  const session = sessionIn(name, 'body.session', refuse);
  if (typeof id !== 'string' || id !== attestationId({ issuer, subject, session })) throw refuse('body.id');
  if (timeIn(issuedAt, 'body.issuedAt', refuse) !== head.iat) throw refuse('body.issuedAt');
  const end = timeIn(expiresAt, 'body.expiresAt', refuse);
  if (end !== head.exp || end <= head.iat || end - head.iat > ATTESTATION_MAX_LIFE_MS)
    throw refuse('body.expiresAt');
  return {
    version,
    id,
    type,
    subject,
    issuer,
    issuedAt: head.iat,
    expiresAt: end,
    session,
    receipt: hashIn(receipt, 'body.receipt', refuse),
    trust: claimIn(trust),
    rating: ratingIn(rating, refuse),
  };
}

/** Its shape is held to, because members that nobody checks are room for what does not belong here. */
function claimIn(value: JsonObject[string] | undefined): StandingClaim {
  const at = 'body.trust';
  const { stage, identityVerified, reputationLevel, ...rest } = objectIn(value, at, refuse);
  refuseOthers(rest, at, refuse);
  if (typeof identityVerified !== 'boolean') throw refuse(`${at}.identityVerified`);
  return {
    stage: wordIn(stage, STAGES, `${at}.stage`, refuse),
    identityVerified,
    reputationLevel: wordIn(reputationLevel, REPUTATION_LEVELS, `${at}.reputationLevel`, refuse),
  };
}

const refused = (code: ScoreErrorCode, field: string, why: string): TtpError =>
  new TtpError(code, `${field}: ${why}`, { field });
