import { type Operators, type Privilege, TtpError } from '@ttp/core';
import { canonicalize, multikey, plainCopy } from '@ttp/crypto';
import { type VerifiedDecision, verifyDecision } from './decision.js';
import type { Review } from './record.js';
import { digestOf } from './request.js';
import { type ReviewState, reviewMachine, type Vote } from './review-machine.js';

/** The privileges that reach each level; the higher ones reach the lower levels too. */
const REACHES: { readonly [Level in 1 | 2 | 3]: readonly Privilege[] } = {
  1: ['review:basic', 'review:senior', 'review:final'],
  2: ['review:senior', 'review:final'],
  3: ['review:final'],
};

/**
 * Whether this operator may decide on this review (flaws O2, O3): the privilege and level it needs. To approve he is
 * besides not the owner of the agent, and in dual control another human with another key than the first, who names
 * the first decision. A denial needs none of that: stopping is cheap (decision D33).
 *
 * @throws OVERSIGHT_NO_PRIVILEGE, OVERSIGHT_CONFLICT, OVERSIGHT_DIGEST_MISMATCH, OVERSIGHT_NOT_SECONDED
 */
function requireAuthority(decision: VerifiedDecision, review: Review, owners: readonly string[]): void {
  const { operator, digest, verdict, seconds } = decision;
  const { level } = review.terms;
  if (digest !== digestOf(review.request))
    throw new TtpError('OVERSIGHT_DIGEST_MISMATCH', 'signed over something else', { field: 'body.digest' });
  if (operator.level < level || !REACHES[level].some((privilege) => operator.privileges.includes(privilege)))
    throw new TtpError('OVERSIGHT_NO_PRIVILEGE', `${operator.id} may not decide on level ${level}`);
  if (verdict === 'deny') return;
  if (owners.includes(operator.human))
    throw new TtpError('OVERSIGHT_CONFLICT', `${operator.id} is the owner of the agent`);
  const first = review.state.at === 'seconding' ? review.state.first : undefined;
  if (first !== undefined && isSame(first, decision))
    throw new TtpError('OVERSIGHT_CONFLICT', `${operator.human} has decided already`);
  // Both have to have seen the same thing, the first one's conditions included.
  if (seconds !== first?.id)
    throw new TtpError('OVERSIGHT_NOT_SECONDED', 'the decision does not name the one before it', {
      field: 'body.seconds',
    });
}

/** Two accounts or two keys do not make two people, and neither does one key with two names (flaw.O3). */
const isSame = (first: Vote, { operator }: VerifiedDecision): boolean =>
  first.human === operator.human ||
  first.operator === operator.id ||
  first.key === multikey(operator.publicKey);

/**
 * What the review comes to by this decision, at `now` (wall clock, ms).
 *
 * @throws OVERSIGHT_NO_PRIVILEGE, OVERSIGHT_CONFLICT, OVERSIGHT_DIGEST_MISMATCH, OVERSIGHT_NOT_SECONDED
 */
export function applyDecision(
  review: Review,
  decision: VerifiedDecision,
  owners: readonly string[],
  now: number,
): ReviewState {
  requireAuthority(decision, review, owners);
  const { id, envelope, operator, reason, conditions, verdict } = decision;
  const { human } = operator;
  const key = multikey(operator.publicKey);
  const vote: Vote = { id, envelope, operator: operator.id, human, key, reason, conditions };
  const type = verdict === 'deny' ? 'deny' : 'approve';
  return reviewMachine.step(review.state, { type, vote, now }).state;
}

/**
 * Verifies a stored approval again, from the envelopes: the record says how often it was used, and never by itself
 * that somebody approved. An operator who has left the roster since approves nothing any more.
 *
 * @throws OVERSIGHT_DIGEST_MISMATCH where the record says more than was signed, and what `verifyDecision` and
 *   `applyDecision` throw
 */
export async function verifyApproval(
  review: Review,
  operators: Operators,
  owners: readonly string[],
  now: number,
): Promise<void> {
  if (review.state.at !== 'approved') return;
  let state: ReviewState = { at: 'pending', deadline: Infinity };
  for (const { envelope } of review.state.votes) {
    const decision = await verifyDecision(envelope, operators, now);
    state = applyDecision({ ...review, state }, decision, owners, now);
  }
  if (state.at !== 'approved' || canonicalize(plainCopy(state)) !== canonicalize(plainCopy(review.state)))
    throw new TtpError('OVERSIGHT_DIGEST_MISMATCH', 'the stored approval is not what its operators signed');
}
