import { type Clock, type Hash, NONCE_BYTES, type Random, type Store, TtpError } from '@ttp/core';
import { base64url, bytesOfHash, fromUtf8, hex, utf8 } from '@ttp/crypto';
import { applyDecision } from './authority.js';
import { requireConditions } from './conditions.js';
import type { VerifiedDecision } from './decision.js';
import { PENDING_MAX_PER_AGENT, REVIEW_WRITE_ATTEMPTS } from './limits.js';
import { createQueue } from './queue.js';
import { type Review, reviewStore } from './record.js';
import { type Action, type ReviewTerms, requestOf, sameness } from './request.js';
import { isOpen, type ReviewState, reviewMachine } from './review-machine.js';

/** The review that answers a call, and whether this call opened it. */
interface Opened {
  readonly review: Review;
  readonly isNew: boolean;
}

/** The reviews and what may be done with them. Every change is one compare-and-set on one record. */
export interface Approvals {
  /**
   * The review that answers this call: the one that is open or in force, or a new one.
   * Throws OVERSIGHT_TOO_MANY_PENDING, OVERSIGHT_TOO_LARGE, OVERSIGHT_CONTENTION.
   */
  open(action: Action, terms: ReviewTerms): Promise<Opened>;
  /** The review as it is now: the deadline is looked at. */
  look(id: string): Promise<Review>;
  /** Enters a verified decision. Throws what `applyDecision` throws, and OVERSIGHT_ALREADY_DECIDED. */
  decide(decision: VerifiedDecision, owners: readonly string[]): Promise<Review>;
  /**
   * Takes one use, before the effect: a crash in between loses the use and never doubles it (flaw.O1).
   *
   * @param call {@link sameness} of what is about to happen
   * @throws OVERSIGHT_APPROVAL_DENIED, _PENDING, _EXHAUSTED, _EXPIRED, OVERSIGHT_TIMEOUT, OVERSIGHT_CONDITION_UNMET,
   *   OVERSIGHT_DIGEST_MISMATCH
   */
  use(id: string, call: Hash): Promise<Review>;
  /** Gives one use back: the effect did not happen. Whether it may still be used, {@link Approvals.use} says. */
  giveBack(id: string): Promise<void>;
  /** Ends a review that nobody has decided: it expires now. */
  withdraw(id: string): Promise<Review>;
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
  const queue = createQueue(store, async (id) => (await readOpen(id)) !== undefined);
  const opening = new Map<Hash, Promise<Opened>>();

  /** Time is an event of the machine, so that no decision beats the deadline. */
  function looked(review: Review): Review {
    const { state } = reviewMachine.step(review.state, { type: 'look', now: clock.now() });
    return state === review.state ? review : { ...review, state };
  }
  const look = (id: string): Promise<Review> => reviews.update(id, looked);

  async function readOpen(id: string): Promise<Review | undefined> {
    const review = await reviews.read(id);
    return review !== undefined && isOpen(looked(review).state) ? review : undefined;
  }

  /** Whether the review still answers for its call: open, or decided and not past its end. */
  const isCurrent = ({ state, request }: Review): boolean =>
    state.at !== 'expired' && (isOpen(state) || clock.now() < request.notAfter);

  /** A new review in a free place of the queue. The record comes first: a place without one counts as free. */
  async function create(action: Action, terms: ReviewTerms): Promise<Review> {
    const id = hex(random.bytes(16));
    let review: Review | undefined;
    for await (const place of queue.free(action.agent)) {
      if (review === undefined) {
        review = newReview(id, action, terms);
        if (!(await reviews.create(review))) throw contention(`there is a review ${id} already`);
      }
      if (await place.take(id)) return review;
    }
    if (review !== undefined) await reviews.remove(id);
    throw new TtpError(
      'OVERSIGHT_TOO_MANY_PENDING',
      `the agent has ${PENDING_MAX_PER_AGENT} reviews pending`,
    );
  }

  function newReview(id: string, action: Action, terms: ReviewTerms): Review {
    const now = clock.now();
    const request = requestOf(action, terms, { now, nonce: base64url(random.bytes(NONCE_BYTES)) });
    const state: ReviewState = { at: 'pending', deadline: now + terms.timeoutMs };
    return { id, request, terms, openedAt: now, state, usesLeft: 0 };
  }

  async function findOrCreate(call: Hash, action: Action, terms: ReviewTerms): Promise<Opened> {
    const key = CALLS + hex(bytesOfHash(call));
    for (let attempt = 0; attempt < REVIEW_WRITE_ATTEMPTS; attempt++) {
      const found = await store.get(key);
      const review = found === undefined ? undefined : await look(fromUtf8(found.value));
      if (review !== undefined && isCurrent(review)) return { review, isNew: false };
      const created = await create(action, terms);
      if (await store.put(key, utf8(created.id), found?.version ?? 0))
        return { review: created, isNew: true };
      // Another process opened one for the same call: this call attaches to that.
      await reviews.remove(created.id);
    }
    throw contention('other calls kept opening reviews of the same kind');
  }

  return {
    look,
    read: (id) => reviews.read(id),
    withdraw: (id) =>
      reviews.update(id, (review) => {
        const { state } = reviewMachine.step(review.state, { type: 'withdraw', now: clock.now() });
        return state === review.state ? review : { ...review, state };
      }),
    async pending() {
      const open: Review[] = [];
      for await (const id of queue.all()) {
        const review = await readOpen(id);
        if (review !== undefined) open.push(review);
      }
      return open.sort((a, b) => a.openedAt - b.openedAt);
    },
    async open(action, terms) {
      const call = sameness(action, terms);
      // The same call many times at once takes one place of the queue, not all of them.
      const other = opening.get(call);
      if (other !== undefined) return { review: (await other).review, isNew: false };
      const opened = findOrCreate(call, action, terms);
      opening.set(call, opened);
      try {
        return await opened;
      } finally {
        opening.delete(call);
      }
    },
    decide: (decision, owners) =>
      reviews.update(decision.review, (stored) => {
        const review = looked(stored);
        if (!isOpen(review.state))
          throw new TtpError('OVERSIGHT_ALREADY_DECIDED', `the review is ${review.state.at}`, {
            field: 'review',
          });
        const state = applyDecision(review, decision, owners, clock.now());
        return { ...review, state, usesLeft: grantedBy(state, review.request.maxUses) };
      }),
    use: (id, call) =>
      reviews.update(id, (stored) => {
        const review = looked(stored);
        const { state, usesLeft, request, terms } = review;
        if (sameness(request, terms) !== call)
          throw new TtpError('OVERSIGHT_DIGEST_MISMATCH', 'the review is of another call');
        if (state.at === 'denied') throw new TtpError('OVERSIGHT_APPROVAL_DENIED', state.vote.reason);
        if (state.at === 'expired') throw new TtpError('OVERSIGHT_TIMEOUT', 'nobody decided in time');
        if (state.at !== 'approved')
          throw new TtpError('OVERSIGHT_APPROVAL_PENDING', 'nobody has decided yet');
        const now = clock.now();
        if (!(now < request.notAfter))
          throw new TtpError('OVERSIGHT_APPROVAL_EXPIRED', `approved until ${request.notAfter}`);
        for (const { conditions } of state.votes) requireConditions(conditions, request, now);
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

const contention = (message: string): TtpError => new TtpError('OVERSIGHT_CONTENTION', message);

/** The uses that an approval grants: the fewest that any of its votes allows, one where a vote says nothing. */
const grantedBy = (state: ReviewState, maxUses: number): number =>
  state.at === 'approved'
    ? Math.min(maxUses, ...state.votes.map(({ conditions }) => conditions.maxUses ?? 1))
    : 0;
