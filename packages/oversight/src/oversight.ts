import {
  type Clock,
  codeOf,
  type Decision,
  type Did,
  type Dispose,
  type Envelope,
  type EventType,
  HANDLER_ORDER,
  type Hold,
  type Interaction,
  type JsonObject,
  type Obligation,
  type ObligationHandler,
  type Operators,
  type Random,
  type Recorder,
  type Storage,
  type Timer,
  TtpError,
} from '@ttp/core';
import { createApprovals } from './approvals.js';
import { verifyApproval } from './authority.js';
import { verifyDecision } from './decision.js';
import { REVIEW_POLL_MS } from './limits.js';
import type { Review } from './record.js';
import { actionOf, digestOf, sameness, termsOf } from './request.js';
import { isOpen } from './review-machine.js';
import { createWaiting } from './waiting.js';

/** What {@link createOversight} is given. */
export interface OversightOptions {
  /** Where reviews are kept; every process on it can list and decide them. */
  readonly storage: Storage;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  /** Whose decisions count. */
  readonly operators: Operators;
  /** Where requests, decisions and uses are recorded, before anything depends on them. */
  readonly recorder: Recorder;
  /** The humans who own an agent, and so never approve for it; nobody unless given. */
  readonly owners?: (agent: Did) => readonly string[];
  /** How long a call waits for a decision before it is refused with OVERSIGHT_APPROVAL_PENDING, ms; to the deadline unless given. */
  readonly waitMs?: number;
}

/** The human oversight of one enforcement point. */
export interface Oversight {
  /** Fulfils `approval` obligations: asks, waits, takes a use. */
  handler(): ObligationHandler;
  /**
   * Asks without waiting: the review that answers this call, open, decided or opened now. Nothing is used of it, and
   * whoever asks again is told its state.
   *
   * @param interaction exactly the one that will be approved: see {@link digestOf}
   * @throws OVERSIGHT_BAD_OBLIGATION, OVERSIGHT_TOO_MANY_PENDING, OVERSIGHT_TOO_LARGE, OVERSIGHT_CONTENTION
   */
  request(obligation: Obligation, interaction: Interaction, decision: Decision): Promise<Review>;
  /** Reviews that wait for a human, oldest first. */
  pending(): Promise<readonly Review[]>;
  review(id: string): Promise<Review | undefined>;
  /**
   * Enters an operator's signed decision (`signReview`). The first one that ends a review stands.
   *
   * @throws OVERSIGHT_BAD_DECISION, OVERSIGHT_NO_PRIVILEGE, OVERSIGHT_CONFLICT,
   *   OVERSIGHT_DIGEST_MISMATCH, OVERSIGHT_NOT_SECONDED, OVERSIGHT_ALREADY_DECIDED, OVERSIGHT_UNKNOWN_REVIEW,
   *   OVERSIGHT_CONTENTION, and the codes of `verifyOperatorEnvelope`
   */
  submit(decision: Envelope | string): Promise<Review>;
  /**
   * Withdraws what these agents wait for: nobody has to decide it any more, and a decision that comes is refused.
   * Returns how many there were. Throws OVERSIGHT_CONTENTION.
   */
  withdraw(includes: (agent: Did) => boolean): Promise<number>;
  /** Called, synchronously, with every review that is opened here. What it throws is counted in {@link Oversight.listenerFaults}. */
  onRequest(fn: (review: Review) => void): Dispose;
  /** How often a listener threw since this was opened: perhaps nobody was told. */
  readonly listenerFaults: number;
  /** Ends all waiting with OVERSIGHT_CLOSED. */
  close(): void;
}

/** Opens the oversight over the reviews of a storage (decision D35). */
export function createOversight(options: OversightOptions): Oversight {
  const {
    storage,
    clock,
    timer,
    random,
    operators,
    recorder,
    owners = () => [],
    waitMs = Infinity,
  } = options;
  const approvals = createApprovals(storage.store, { clock, random });
  const waiting = createWaiting(timer);
  const listeners = new Set<(review: Review) => void>();
  let listenerFaults = 0;

  async function record(
    type: EventType,
    { agent, trace }: Interaction,
    review: Review,
    data: JsonObject = {},
  ): Promise<void> {
    const digest = digestOf(review.request);
    const event = { type, component: 'oversight', at: clock.now(), trace, agent, subject: review.id };
    await recorder.record([{ ...event, data: { digest, ...data } }]);
  }

  /** Waits until the review has ended, this call's patience has, or the call itself. */
  async function ended(id: string, signal: AbortSignal): Promise<Review> {
    const patience = clock.monotonic() + waitMs;
    for (;;) {
      const review = await approvals.look(id);
      if (!isOpen(review.state)) return review;
      const left = patience - clock.monotonic();
      if (!(left > 0)) throw new TtpError('OVERSIGHT_APPROVAL_PENDING', `review ${id} waits for a human`);
      await waiting.next(Math.min(left, REVIEW_POLL_MS), signal);
    }
  }

  /** The review of a call; whoever opened it recorded it, and people were told. */
  async function request(obligation: Obligation, i: Interaction, decision: Decision): Promise<Review> {
    const terms = termsOf(obligation);
    const { review, isNew } = await approvals.open(actionOf(i, decision), terms);
    if (isNew) {
      await record('approval-requested', i, review, { level: terms.level });
      tell(review);
    }
    return review;
  }

  async function hold(
    obligation: Obligation,
    i: Interaction,
    decision: Decision,
    signal: AbortSignal,
  ): Promise<Hold> {
    const review = await request(obligation, i, decision);
    const decided = await ended(review.id, signal);
    if (decided.state.at === 'expired') await record('approval-expired', i, decided);
    if (decided.state.at === 'denied') await record('approval-decided', i, decided, votesOf(decided));
    // Another process may have entered the decision: the signatures count, not the store.
    await verifyApproval(decided, operators, owners(i.agent), clock.now());
    const used = await approvals.use(review.id, sameness(actionOf(i, decision), termsOf(obligation)));
    // A fault from here on loses the use that was taken: that is the safe side (flaw.O1).
    await record('approval-used', i, used, { ...votesOf(used), usesLeft: used.usesLeft });
    let isOver = false;
    return {
      async settle() {
        isOver = true;
      },
      async release() {
        if (isOver) return; // a second release would give back a use that was never taken
        isOver = true;
        await approvals.giveBack(review.id);
      },
    };
  }

  function tell(review: Review): void {
    for (const listener of listeners)
      try {
        listener(review);
      } catch {
        listenerFaults++; // the review is in the store: a listener never decides whether a human may see it
      }
  }

  return {
    handler: () => ({
      kind: 'approval',
      order: HANDLER_ORDER.approval,
      check(obligation) {
        try {
          termsOf(obligation);
          return undefined;
        } catch (error) {
          return codeOf(error, 'OVERSIGHT_BAD_OBLIGATION');
        }
      },
      hold,
    }),
    request,
    pending: () => approvals.pending(),
    review: (id) => approvals.read(id),
    async submit(input) {
      const decision = await verifyDecision(input, operators, clock.now());
      const review = await approvals.read(decision.review);
      if (review === undefined)
        throw new TtpError('OVERSIGHT_UNKNOWN_REVIEW', `no review ${decision.review}`, {
          field: 'body.review',
        });
      const decided = await approvals.decide(decision, owners(review.request.agent));
      waiting.wake();
      return decided;
    },
    async withdraw(includes) {
      const theirs = (await approvals.pending()).filter(({ request: { agent } }) => includes(agent));
      const withdrawn = await Promise.all(theirs.map(({ id }) => approvals.withdraw(id)));
      waiting.wake();
      return withdrawn.filter(({ state }) => state.at === 'expired').length;
    },
    onRequest(fn) {
      const listener = (review: Review): void => fn(review); // one registration each, even of the same function
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get listenerFaults() {
      return listenerFaults;
    },
    close: () => waiting.close(),
  };
}

/** Who decided, as ids: the envelopes hold the rest. */
function votesOf({ state }: Review): JsonObject {
  const votes = state.at === 'approved' ? state.votes : state.at === 'denied' ? [state.vote] : [];
  return {
    verdict: state.at,
    decisions: votes.map(({ id }) => id),
    operators: votes.map(({ operator }) => operator),
  };
}
