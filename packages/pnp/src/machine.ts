import { type ErrorCode, type Machine, machine, type Step } from '@ttp/core';
import type { PnpErrorCode } from './errors.js';
import { MAX_ROUNDS, ROUND_TIMEOUT_MS, SESSION_TIMEOUT_MS } from './limits.js';

/** A state in which something is still to happen. Times are monotonic, ms. */
interface Live<At extends string> {
  readonly at: At;
  /** From 1. */
  readonly round: number;
  /** When the round ends by itself; never after `ends`. */
  readonly deadline: number;
  /** When the session ends by itself. */
  readonly ends: number;
}

/** Where a side of a negotiation stands: the nine states of the documents (ttp-protocol.txt L2308-2326, decision D21). */
export type NegotiationState =
  | { readonly at: 'IDLE'; readonly deadline?: never }
  | Live<'OFFERING'>
  | Live<'CONSIDERING'>
  | Live<'COUNTERING'>
  | Live<'ACCEPTING'>
  | Live<'FINALIZING'>
  | { readonly at: 'AGREED'; readonly deadline?: never }
  | { readonly at: 'REJECTED'; readonly deadline?: never }
  | { readonly at: 'ABORTED'; readonly code: ErrorCode; readonly deadline?: never };

/** The name of a state. */
export type NegotiationStateName = NegotiationState['at'];

/** What can happen, by the names of the documents; `receiveReject` is the rejection of the peer. `now` is monotonic, ms. */
export type NegotiationEvent =
  | { readonly type: 'startNegotiation'; readonly now: number }
  | {
      /** An offer, a counter or an acceptance: each of them carries the policy of the peer. */
      readonly type: 'receiveOffer';
      readonly now: number;
      /** Of the message; the current one unless given. */
      readonly round?: number;
      /** With the first offer: when the session ends by the deadline in it. */
      readonly ends?: number;
    }
  | {
      readonly type:
        | 'counter'
        | 'accept'
        | 'reject'
        | 'receiveReject'
        | 'finalize'
        | 'acknowledge'
        | 'timeout';
      readonly now: number;
    }
  | { readonly type: 'error'; readonly now: number; readonly code: ErrorCode };

/** An end, to be written into the log. */
export interface NegotiationEnd {
  readonly from: NegotiationStateName;
  readonly to: 'AGREED' | 'REJECTED' | 'ABORTED';
  readonly event: NegotiationEvent['type'];
  /** Why it was aborted. */
  readonly code?: ErrorCode;
}

type Moved = Step<NegotiationState, NegotiationEnd>;
type LiveState = Extract<NegotiationState, { readonly round: number }>;

const abort = (from: NegotiationState, event: NegotiationEvent['type'], code: ErrorCode): Moved => ({
  state: { at: 'ABORTED', code },
  out: [{ from: from.at, to: 'ABORTED', event, code }],
});

const refuse = (from: NegotiationState, event: NegotiationEvent['type'], code: PnpErrorCode): Moved =>
  abort(from, event, code);

/** What no arrow leads on from ends the negotiation, and says so (flaw.N3). */
const outOfTurn = (state: NegotiationState, { type }: NegotiationEvent): Moved =>
  refuse(state, type, 'PNP_OUT_OF_TURN');

const timeout = (state: NegotiationState): Moved => refuse(state, 'timeout', 'PNP_EXPIRED');

const error = (state: NegotiationState, event: NegotiationEvent & { readonly type: 'error' }): Moved =>
  abort(state, 'error', event.code);

const end = (from: NegotiationState, to: 'AGREED' | 'REJECTED', event: NegotiationEvent['type']): Moved => ({
  state: { at: to },
  out: [{ from: from.at, to, event }],
});

const go = (state: LiveState, at: LiveState['at']): Moved => ({ state: { ...state, at }, out: [] });

/** Opens a round: it has 30 s, and no more than what is left of the session. */
function openRound(at: LiveState['at'], round: number, now: number, ends: number): Moved {
  return { state: { at, round, deadline: Math.min(ends, now + ROUND_TIMEOUT_MS), ends }, out: [] };
}

const start = (_: NegotiationState, { now }: NegotiationEvent): Moved =>
  openRound('OFFERING', 1, now, now + SESSION_TIMEOUT_MS);

function receiveOffer(state: LiveState, event: NegotiationEvent & { readonly type: 'receiveOffer' }): Moved {
  const { now, round = state.round, ends } = event;
  // The first offer begins the time of the side that waited for it.
  if (ends !== undefined)
    return openRound('CONSIDERING', round, now, Math.min(ends, now + SESSION_TIMEOUT_MS));
  if (round === state.round) return go(state, 'CONSIDERING');
  if (round !== state.round + 1) return refuse(state, 'receiveOffer', 'PNP_ROUND');
  if (round > MAX_ROUNDS) return refuse(state, 'receiveOffer', 'PNP_ROUNDS_EXCEEDED');
  return openRound('CONSIDERING', round, now, state.ends);
}

function counter(state: LiveState, { now }: NegotiationEvent): Moved {
  if (state.round >= MAX_ROUNDS) return refuse(state, 'counter', 'PNP_ROUNDS_EXCEEDED');
  return openRound('COUNTERING', state.round + 1, now, state.ends);
}

const receiveReject = (state: LiveState): Moved => end(state, 'REJECTED', 'receiveReject');

/** The row of a state in which nothing is expected, to be overwritten. */
const NOTHING = {
  startNegotiation: outOfTurn,
  receiveOffer: outOfTurn,
  counter: outOfTurn,
  accept: outOfTurn,
  reject: outOfTurn,
  receiveReject: outOfTurn,
  finalize: outOfTurn,
  acknowledge: outOfTurn,
  timeout,
  error,
} satisfies Readonly<Record<NegotiationEvent['type'], unknown>>;

/**
 * The transition table of a side, total: every pair of state and event that the diagram has no arrow for ends in
 * ABORTED and is logged, the three final states absorb, and a deadline is looked at before anything that arrives at it
 * or later (flaws N3, N6; decision D21). It knows rounds and times; messages, policies and signatures are what
 * `stepNegotiation` adds.
 */
export const negotiationMachine: Machine<NegotiationState, NegotiationEvent, NegotiationEnd> = machine<
  NegotiationState,
  NegotiationEvent,
  NegotiationEnd,
  'AGREED' | 'REJECTED' | 'ABORTED'
>({
  name: 'negotiation',
  events: [
    'startNegotiation',
    'receiveOffer',
    'counter',
    'accept',
    'reject',
    'receiveReject',
    'finalize',
    'acknowledge',
    'timeout',
    'error',
  ],
  final: ['AGREED', 'REJECTED', 'ABORTED'],
  table: {
    IDLE: { ...NOTHING, startNegotiation: start },
    OFFERING: { ...NOTHING, receiveOffer, receiveReject },
    CONSIDERING: {
      ...NOTHING,
      counter,
      accept: (state) => go(state, 'ACCEPTING'),
      reject: (state) => end(state, 'REJECTED', 'reject'),
    },
    COUNTERING: { ...NOTHING, receiveOffer, receiveReject },
    ACCEPTING: { ...NOTHING, finalize: (state) => go(state, 'FINALIZING'), receiveReject },
    FINALIZING: { ...NOTHING, acknowledge: (state) => end(state, 'AGREED', 'acknowledge') },
  },
  expire: timeout,
});

/** The published table, from the machine itself: for each state and event the state that follows. */
export function transitionTable(): Readonly<Record<string, Readonly<Record<string, NegotiationStateName>>>> {
  const { states, events } = negotiationMachine;
  const rows = states.map((at) => {
    const cells = events.map((type) => {
      const event = type === 'error' ? { type, now: 0, code: 'PNP_FAULT' as const } : { type, now: 0 };
      return [type, negotiationMachine.step(stateNamed(at), event).state.at] as const;
    });
    return [at, Object.fromEntries(cells)] as const;
  });
  return Object.fromEntries(rows);
}

/** A side that just came into a state, in its first round and with all of its time. */
export function stateNamed(at: NegotiationStateName): NegotiationState {
  if (at === 'IDLE' || at === 'AGREED' || at === 'REJECTED') return { at };
  if (at === 'ABORTED') return { at, code: 'PNP_FAULT' };
  return { at, round: 1, deadline: ROUND_TIMEOUT_MS, ends: SESSION_TIMEOUT_MS };
}
