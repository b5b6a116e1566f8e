import {
  asHash,
  type Envelope,
  type Hash,
  type JsonObject,
  type Operator,
  type Operators,
  type Signer,
  TtpError,
} from '@ttp/core';
import { encodeEnvelope, issuerOf, plainCopy, signEnvelope, verifyOperatorEnvelope } from '@ttp/crypto';
import { type Conditions, parseConditions } from './conditions.js';
import { DECISION_MAX_BYTES, REASON_MAX_CHARACTERS } from './limits.js';
import type { Review } from './record.js';
import { digestOf } from './request.js';

/** What an operator decides (ttp-protocol.txt L676-684). `modify` approves under conditions. */
export type ReviewVerdict = 'approve' | 'modify' | 'deny';

/** The body of a `ttp/review@1` envelope. */
export interface ReviewDecision {
  readonly review: string;
  /** Of the request: what exactly was decided on. */
  readonly digest: Hash;
  readonly verdict: ReviewVerdict;
  readonly reason: string;
  readonly conditions: Conditions;
  /** Id of the decision that this one confirms, in dual control. */
  readonly seconds?: Hash;
}

/** A decision that verified, and whose it is. */
export interface VerifiedDecision extends ReviewDecision {
  readonly id: Hash;
  /** Canonical. */
  readonly envelope: string;
  readonly operator: Operator;
}

const TYPE = 'ttp/review@1';

/**
 * Signs a decision on a review, with the operator's key, over the digest of what is under review.
 *
 * @param input `now`: wall clock, ms; `seconds`: in dual control, the id of the first decision
 * @throws OVERSIGHT_BAD_DECISION, and what the signer throws
 */
export async function signReview(input: {
  readonly review: Pick<Review, 'id' | 'request'>;
  readonly verdict: ReviewVerdict;
  readonly reason: string;
  readonly conditions?: Conditions;
  readonly seconds?: Hash;
  readonly signer: Signer;
  readonly now: number;
}): Promise<Envelope<typeof TYPE>> {
  const { review, verdict, reason, conditions, seconds, signer, now } = input;
  const body = {
    review: review.id,
    digest: digestOf(review.request),
    verdict,
    reason,
    ...(conditions === undefined ? {} : { conditions: plainCopy(conditions) }),
    ...(seconds === undefined ? {} : { seconds }),
  };
  parseDecision(body);
  return signEnvelope({ type: TYPE, head: { iss: issuerOf(signer), iat: now }, body, signers: [signer] });
}

/**
 * A decision from outside: one signature, by a key of the roster. The name of an operator is no authority.
 *
 * @param now wall clock, ms
 * @throws OVERSIGHT_BAD_DECISION, and the codes of `verifyOperatorEnvelope`
 */
export async function verifyDecision(
  input: Envelope | string,
  operators: Operators,
  now: number,
): Promise<VerifiedDecision> {
  // The text that is verified is the text that is kept.
  const envelope = typeof input === 'string' ? input : encodeEnvelope(input);
  const { id, body, operator } = await verifyOperatorEnvelope(envelope, {
    type: TYPE,
    parse: parseDecision,
    operators,
    now,
    privileges: ['review:basic', 'review:senior', 'review:final'],
    maxBytes: DECISION_MAX_BYTES,
  });
  return { ...body, id, envelope, operator };
}

const MEMBERS = ['review', 'digest', 'verdict', 'reason', 'conditions', 'seconds'];

function parseDecision(body: JsonObject): ReviewDecision {
  const unknown = Object.keys(body).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) throw bad(unknown);
  const { review, digest, verdict, reason, conditions, seconds } = body;
  if (typeof review !== 'string') throw bad('review');
  if (typeof digest !== 'string') throw bad('digest');
  if (verdict !== 'approve' && verdict !== 'modify' && verdict !== 'deny') throw bad('verdict');
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > REASON_MAX_CHARACTERS)
    throw bad('reason');
  if (seconds !== undefined && typeof seconds !== 'string') throw bad('seconds');
  // Modifications belong to MODIFY alone: an APPROVE that carries some is somebody's misunderstanding.
  if ((verdict === 'modify') !== (conditions !== undefined)) throw bad('conditions');
  const narrowed = conditions === undefined ? {} : parseConditions(conditions);
  if (verdict === 'modify' && Object.keys(narrowed).length === 0) throw bad('conditions');
  return {
    review,
    digest: asHash(digest),
    verdict,
    reason,
    conditions: narrowed,
    ...(seconds === undefined ? {} : { seconds: asHash(seconds) }),
  };
}

const bad = (field: string): TtpError =>
  new TtpError('OVERSIGHT_BAD_DECISION', `malformed ${field}`, { field: `body.${field}` });
