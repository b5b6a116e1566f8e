import type { JsonObject } from '@ttp/core';
import { digestOf, type Review, visible } from '@ttp/oversight';
import type { Check, Ttp } from '@ttp/sdk';
import { list, object, optional, record, text, whole, word } from '../shape.js';
import { type ServerTool, tool } from '../tool.js';
import { DECISION, INPUT, REFUSAL, refusedBy, SERVER, saidBy, TOOL } from './decision.js';

const STATES = ['refused', 'not-needed', 'pending', 'approved', 'used', 'denied', 'expired'] as const;

/** `request_approval`: asks operators about one call, bound to its digest (decision D35). It approves nothing. */
export const requestApproval = (ttp: Pick<Ttp, 'requestApproval'>): ServerTool =>
  tool({
    name: 'request_approval',
    title: 'Request an approval',
    description: `Asks human operators to approve one call before it is made, and answers at once. Ask again with the same
call to learn what they decided, then make the call: the approval is for exactly these arguments. Nothing is approved here.`,
    input: object({ tool: TOOL, server: optional(SERVER), input: record(INPUT) }),
    output: object({
      state: word('of the least advanced review', STATES),
      ...REFUSAL,
      ...DECISION,
      reviews: list(
        'what operators are asked',
        object({
          id: text('of the review, for ttp review'),
          state: word('of this review', STATES),
          digest: text('what an operator signs'),
          level: whole('who may decide: 1 operator, 2 senior, 3 security or compliance', 1, 3),
          reason: text('why it is asked, or why it was denied'),
          decideUntil: optional(whole('deadline, ms since 1970; silence is no')),
          useUntil: whole('end of an approval, ms since 1970'),
          usesLeft: whole('how often an approval may still be used'),
        }),
      ),
    }),
    writes: true,
    async answer({ tool: named, server, input }) {
      const call = { tool: named, ...(server === undefined ? {} : { server }), input };
      const { checked, reviews } = await ttp.requestApproval(call);
      const asked = reviews.map((review) => shownReview(review));
      return {
        state: stateOf(
          checked,
          asked.map(({ state }) => state),
        ),
        ...refusedBy(checked),
        ...saidBy(checked.decision),
        reviews: asked,
      };
    },
  });

type State = (typeof STATES)[number];

/** What is the worst of all reviews is the state of the call: each has to be approved. */
const WORST_FIRST: readonly State[] = ['denied', 'expired', 'used', 'pending', 'approved'];

const stateOf = (checked: Check, states: readonly State[]): State =>
  checked.wouldPermit ? (WORST_FIRST.find((state) => states.includes(state)) ?? 'not-needed') : 'refused';

function shownReview(review: Review): JsonObject & { readonly state: State } {
  const { id, request, terms, state, usesLeft } = review;
  const reason = state.at === 'denied' ? state.vote.reason : terms.reason;
  return {
    id,
    state: reviewState(review),
    digest: digestOf(request),
    level: terms.level,
    reason: visible(reason === '' ? terms.from : reason),
    ...(state.at === 'pending' || state.at === 'seconding' ? { decideUntil: state.deadline } : {}),
    useUntil: request.notAfter,
    usesLeft,
  };
}

function reviewState({ state, usesLeft }: Review): State {
  if (state.at === 'approved') return usesLeft > 0 ? 'approved' : 'used';
  return state.at === 'seconding' ? 'pending' : state.at;
}
