import {
  type Clock,
  type Decision,
  type Interaction,
  NONCE_BYTES,
  type Random,
  type Store,
  TtpError,
} from '@ttp/core';
import { base64url, bytesOfHash, fromUtf8, hex, utf8 } from '@ttp/crypto';
import { requireConditions } from './conditions.js';
import { requireAuthority, type VerifiedDecision } from './decision.js';
import { PENDING_MAX_PER_AGENT, REVIEW_WRITE_ATTEMPTS } from './limits.js';
import { type Review, reviewStore } from './record.js';
import { type ReviewTerms, requestOf, sameness } from './request.js';
import { type ReviewState, reviewMachine, type Vote } from './review-machine.js';

/** The reviews and what may be done with them. Every change is one compare-and-set on one record. */
export interface Approvals {
  /** The review that answers this call: the one that is open or in force, or a new one. */
  open(
    interaction: Interaction,
    decision: Decision,
    terms: ReviewTerms,
  ): Promise<{ review: Review; isNew: boolean }>;
  /** The review as it is now: the deadline is looked at. */
  look(id: string): Promise<Review>;
  /** Enters a verified decision. Throws what `requireAuthority` throws, and OVERSIGHT_ALREADY_DECIDED. */
  decide(decision: VerifiedDecision, owners: readonly string[]): Promise<Review>;
  /**
   * Takes one use, before the effect: a crash in between loses the use and never doubles it (flaw.O1).
   * Throws OVERSIGHT_APPROVAL_DENIED, _EXHAUSTED, _EXPIRED, OVERSIGHT_TIMEOUT, OVERSIGHT_CONDITION_UNMET.
   */
  use(id: string, interaction: Interaction): Promise<Review>;
  /** Gives one use back: the effect did not happen. */
  giveBack(id: string): Promise<void>;
  /** Reviews that wait for a human, oldest first. */
  pending(): Promise<readonly Review[]>;
  read(id: string): Promise<Review | undefined>;
}

const CALLS = 'oversight/call/';

export function createApprovals(
  store: Store,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Approvals {
  const reviews = reviewStore(store);

  /** Time is an event of the machine, so that no decision beats the deadline. */
  function looked(review: Review): Review {
    const { state } = reviewMachine.step(review.state, { type: 'look', now: clock.now() });
    return state === review.state ? review : { ...review, state };
  }
  const look = (id: string): Promise<Review> => reviews.update(id, looked);

  async function pending(): Promise<readonly Review[]> {
    const open: Review[] = [];
    for await (const review of reviews.all()) if (isOpen(looked(review).state)) open.push(review);
    return open.sort((a, b) => a.openedAt - b.openedAt);
  }

  /** Whether the review still answers for its call: open, or decided and not past its end. */
  const isCurrent = ({ state, request }: Review): boolean =>
    state.at !== 'expired' && (isOpen(state) || clock.now() < request.notAfter);

  async function create(interaction: Interaction, decision: Decision, terms: ReviewTerms): Promise<Review> {
    const ofAgent = (await pending()).filter(({ request }) => request.agent === interaction.agent);
    if (ofAgent.length >= PENDING_MAX_PER_AGENT)
      throw new TtpError('OVERSIGHT_TOO_MANY_PENDING', `${ofAgent.length} reviews of this agent are pending`);
    const now = clock.now();
    const nonce = base64url(random.bytes(NONCE_BYTES));
    const review: Review = {
      id: hex(random.bytes(16)),
      request: requestOf(interaction, decision, terms, { now, nonce }),
      terms,
      openedAt: now,
      state: { at: 'pending', deadline: now + terms.timeoutMs },
      usesLeft: 0,
    };
    await reviews.create(review);
    return review;
  }

  return {
    look,
    pending,
    read: (id) => reviews.read(id),
    async open(interaction, decision, terms) {
      const key = CALLS + hex(bytesOfHash(sameness(interaction, decision)));
      for (let attempt = 0; attempt < REVIEW_WRITE_ATTEMPTS; attempt++) {
        const found = await store.get(key);
        const review = found === undefined ? undefined : await look(fromUtf8(found.value));
        if (review !== undefined && isCurrent(review)) return { review, isNew: false };
        const created = await create(interaction, decision, terms);
        // Of two calls that come together one wins, and the other attaches to its review.
        if (await store.put(key, utf8(created.id), found?.version ?? 0))
          return { review: created, isNew: true };
        await reviews.update(created.id, (lost) => ({ ...lost, state: { at: 'expired' } }));
      }
      throw new TtpError('OVERSIGHT_CONTENTION', 'other calls kept opening reviews of the same kind');
    },
    decide: (decision, owners) =>
      reviews.update(decision.review, (stored) => {
        const review = looked(stored);
        if (!isOpen(review.state))
          throw new TtpError('OVERSIGHT_ALREADY_DECIDED', `the review is ${review.state.at}`, {
            field: 'review',
          });
        requireAuthority(decision, review, owners);
        const { id, operator, reason, conditions, verdict } = decision;
        const vote: Vote = { id, operator: operator.id, human: operator.human, reason, conditions };
        const type = verdict === 'deny' ? 'deny' : 'approve';
        const { state } = reviewMachine.step(review.state, { type, vote, now: clock.now() });
        return { ...review, state, usesLeft: grantedBy(state, review.request.maxUses) };
      }),
    use: (id, interaction) =>
      reviews.update(id, (stored) => {
        const review = looked(stored);
        const { state, usesLeft, request } = review;
        if (state.at === 'denied') throw new TtpError('OVERSIGHT_APPROVAL_DENIED', state.vote.reason);
        if (state.at === 'expired') throw new TtpError('OVERSIGHT_TIMEOUT', 'nobody decided in time');
        if (state.at !== 'approved')
          throw new TtpError('OVERSIGHT_APPROVAL_PENDING', 'nobody has decided yet');
        const now = clock.now();
        if (!(now < request.notAfter))
          throw new TtpError('OVERSIGHT_APPROVAL_EXPIRED', `approved until ${request.notAfter}`);
        for (const { conditions } of state.votes) requireConditions(conditions, interaction, now);
        if (usesLeft < 1) throw new TtpError('OVERSIGHT_APPROVAL_EXHAUSTED', 'every granted use was taken');
        return { ...review, usesLeft: usesLeft - 1 };
      }),
    async giveBack(id) {
      await reviews.update(id, (review) => {
        const most = grantedBy(review.state, review.request.maxUses);
        return review.usesLeft < most ? { ...review, usesLeft: review.usesLeft + 1 } : review;
      });
    },
  };
}

const isOpen = ({ at }: ReviewState): boolean => at === 'pending' || at === 'seconding';

/** The uses that an approval grants: the fewest that any of its votes allows, one where a vote says nothing. */
const grantedBy = (state: ReviewState, maxUses: number): number =>
  state.at === 'approved'
    ? Math.min(maxUses, ...state.votes.map(({ conditions }) => conditions.maxUses ?? 1))
    : 0;
