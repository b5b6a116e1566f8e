import { type Hash, type Machine, machine, type Step } from '@ttp/core';
import type { Conditions } from './conditions.js';

/** Who decided what, by the verified envelope. */
export interface Vote {
  /** Id of the envelope. */
  readonly id: Hash;
  /** The envelope, canonical: whoever relies on the vote can verify it again. */
  readonly envelope: string;
  readonly operator: string;
  readonly human: string;
  /** The operator's public key, multikey. */
  readonly key: string;
  readonly reason: string;
  readonly conditions: Conditions;
}

/** The life of a review. A decision after its end changes nothing (decision D35). */
export type ReviewState =
  | { readonly at: 'pending'; readonly deadline: number }
  /** One human approved; another one has to. */
  | { readonly at: 'seconding'; readonly deadline: number; readonly first: Vote }
  | { readonly at: 'approved'; readonly votes: readonly Vote[] }
  | { readonly at: 'denied'; readonly vote: Vote }
  | { readonly at: 'expired' };

export type ReviewEvent =
  | { readonly type: 'approve'; readonly now: number; readonly vote: Vote }
  | { readonly type: 'deny'; readonly now: number; readonly vote: Vote }
  /** Who asked was stopped: nobody has to decide any more. */
  | { readonly type: 'withdraw'; readonly now: number }
  | { readonly type: 'look'; readonly now: number };

type Next = Step<ReviewState, never>;
const to = (state: ReviewState): Next => ({ state, out: [] });

/** The review as a total table. The deadline is absolute: nothing restarts it, and it wins against a late decision. */
export const reviewMachine: Machine<ReviewState, ReviewEvent, never> = /* @__PURE__ */ machine<
  ReviewState,
  ReviewEvent,
  never,
  'approved' | 'denied' | 'expired'
>({
  name: 'review',
  events: ['approve', 'deny', 'withdraw', 'look'],
  final: ['approved', 'denied', 'expired'],
  table: {
    pending: {
      approve: ({ deadline }, { vote }) =>
        to(
          vote.conditions.requiresSecondApproval === true
            ? { at: 'seconding', deadline, first: vote }
            : { at: 'approved', votes: [vote] },
        ),
      deny: (_, { vote }) => to({ at: 'denied', vote }),
      withdraw: () => to({ at: 'expired' }),
      look: 'stay',
    },
    seconding: {
      approve: ({ first }, { vote }) => to({ at: 'approved', votes: [first, vote] }),
      deny: (_, { vote }) => to({ at: 'denied', vote }),
      withdraw: () => to({ at: 'expired' }),
      look: 'stay',
    },
  },
  expire: () => to({ at: 'expired' }),
});

/** Whether the review still waits for somebody. */
export const isOpen = ({ at }: ReviewState): boolean => at === 'pending' || at === 'seconding';
