import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type NegotiationEvent,
  type NegotiationState,
  type NegotiationStateName,
  negotiationMachine,
  stateNamed,
  transitionTable,
} from '../src/index.js';

const STATES: readonly NegotiationStateName[] = [
  'IDLE',
  'OFFERING',
  'CONSIDERING',
  'COUNTERING',
  'ACCEPTING',
  'FINALIZING',
  'AGREED',
  'REJECTED',
  'ABORTED',
];
const EVENTS: readonly NegotiationEvent['type'][] = [
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
];
const FINAL: readonly NegotiationStateName[] = ['AGREED', 'REJECTED', 'ABORTED'];

/** The arrows of the diagram, and the two by which a rejection of the peer arrives; everything else aborts. */
const ARROWS: Readonly<Record<string, NegotiationStateName>> = {
  'IDLE startNegotiation': 'OFFERING',
  'OFFERING receiveOffer': 'CONSIDERING',
  'OFFERING receiveReject': 'REJECTED',
  'CONSIDERING counter': 'COUNTERING',
  'CONSIDERING accept': 'ACCEPTING',
  'CONSIDERING reject': 'REJECTED',
  'COUNTERING receiveOffer': 'CONSIDERING',
  'COUNTERING receiveReject': 'REJECTED',
  'ACCEPTING finalize': 'FINALIZING',
  'ACCEPTING receiveReject': 'REJECTED',
  'FINALIZING acknowledge': 'AGREED',
};

const eventNamed = (type: NegotiationEvent['type'], now = 0): NegotiationEvent =>
  type === 'error' ? { type, now, code: 'STORE_POISONED' } : { type, now };

describe('the transition table', () => {
  it('has nine states and ten events', () => {
    proves('pnp.states', 'flaw.N3');
    expect(negotiationMachine.states).toEqual(STATES);
    expect(negotiationMachine.events).toEqual(EVENTS);
    expect(negotiationMachine.final).toEqual(FINAL);
  });

  it.each(STATES.flatMap((at) => EVENTS.map((type) => ({ at, type }))))('$at × $type', ({ at, type }) => {
    proves('law.N-1', 'flaw.N3', 'pnp.transition.total', 'decision.D21');
    const before = stateNamed(at);
    const { state, out } = negotiationMachine.step(before, eventNamed(type));
    if (FINAL.includes(at)) {
      expect({ state, out }).toEqual({ state: before, out: [] });
      return;
    }
    const to = ARROWS[`${at} ${type}`] ?? 'ABORTED';
    expect(state.at).toBe(to);
    if (to !== 'ABORTED') {
      expect(out).toEqual(FINAL.includes(to) ? [{ from: at, to, event: type }] : []);
      return;
    }
    const code = type === 'timeout' ? 'PNP_EXPIRED' : type === 'error' ? 'STORE_POISONED' : 'PNP_OUT_OF_TURN';
    // Every end is logged with its reason.
    expect({ state, out }).toEqual({ state: { at: to, code }, out: [{ from: at, to, event: type, code }] });
  });

  it('is published as it is', () => {
    const table = transitionTable();
    expect(Object.keys(table)).toEqual(STATES);
    for (const at of STATES)
      for (const type of EVENTS)
        expect(table[at]?.[type]).toBe(FINAL.includes(at) ? at : (ARROWS[`${at} ${type}`] ?? 'ABORTED'));
  });

  it.each([
    ['pnp.transition.start', 'IDLE', 'startNegotiation', 'OFFERING'],
    ['pnp.transition.receive', 'OFFERING', 'receiveOffer', 'CONSIDERING'],
    ['pnp.transition.reject', 'CONSIDERING', 'reject', 'REJECTED'],
    ['pnp.transition.accept', 'CONSIDERING', 'accept', 'ACCEPTING'],
    ['pnp.transition.finalize', 'ACCEPTING', 'finalize', 'FINALIZING'],
    ['pnp.transition.acknowledge', 'FINALIZING', 'acknowledge', 'AGREED'],
    ['pnp.transition.counter', 'CONSIDERING', 'counter', 'COUNTERING'],
    ['pnp.transition.counter', 'COUNTERING', 'receiveOffer', 'CONSIDERING'],
  ] as const)('%s: %s × %s', (_, at, type, to) => {
    proves(
      'pnp.transition.start',
      'pnp.transition.receive',
      'pnp.transition.reject',
      'pnp.transition.accept',
      'pnp.transition.finalize',
      'pnp.transition.acknowledge',
      'pnp.transition.counter',
    );
    expect(negotiationMachine.step(stateNamed(at), eventNamed(type)).state.at).toBe(to);
  });

  it('aborts from every state that is not final, on timeout and on error', () => {
    proves('pnp.transition.abort');
    for (const at of STATES.filter((name) => !FINAL.includes(name)))
      for (const type of ['timeout', 'error'] as const)
        expect(negotiationMachine.step(stateNamed(at), eventNamed(type)).state.at).toBe('ABORTED');
  });
});

/** The machine after some events, each at its time. */
const after = (...events: readonly NegotiationEvent[]): NegotiationState =>
  events.reduce<NegotiationState>((state, event) => negotiationMachine.step(state, event).state, {
    at: 'IDLE',
  });
const at = (now: number, type: Exclude<NegotiationEvent['type'], 'error'>): NegotiationEvent => ({
  type,
  now,
});
const offer = (now: number, round: number): NegotiationEvent => ({ type: 'receiveOffer', now, round });

describe('rounds and times', () => {
  it('lets three rounds be, and ends with the counter of a fourth', () => {
    proves('pnp.limit.rounds');
    const second = [at(0, 'startNegotiation'), at(1, 'receiveOffer'), at(2, 'counter')] as const;
    const third = [...second, offer(3, 3)] as const;
    expect(after(...third)).toMatchObject({ at: 'CONSIDERING', round: 3 });
    expect(after(...third, at(4, 'accept'))).toMatchObject({ at: 'ACCEPTING', round: 3 });
    expect(after(...third, at(4, 'counter'))).toEqual({ at: 'ABORTED', code: 'PNP_ROUNDS_EXCEEDED' });
    const countered = [at(0, 'startNegotiation'), offer(1, 2), at(2, 'counter')] as const;
    expect(after(...countered)).toMatchObject({ at: 'COUNTERING', round: 3 });
    expect(after(...countered, offer(3, 4))).toEqual({ at: 'ABORTED', code: 'PNP_ROUNDS_EXCEEDED' });
  });

  it.each([0, 1, 4, 5])('refuses round %i where round 2 or 3 is due', (round) => {
    const state = after(at(0, 'startNegotiation'), at(1, 'receiveOffer'), at(2, 'counter'), offer(3, round));
    expect(state).toEqual({ at: 'ABORTED', code: 'PNP_ROUND' });
  });

  it('gives a round 30 s from the message that opens it', () => {
    proves('pnp.limit.round-timeout');
    const start = at(1000, 'startNegotiation');
    expect(after(start, at(30_999, 'receiveOffer'))).toMatchObject({ at: 'CONSIDERING' });
    expect(after(start, at(31_000, 'receiveOffer'))).toEqual({ at: 'ABORTED', code: 'PNP_EXPIRED' });
    const counter = [start, at(20_000, 'receiveOffer'), at(25_000, 'counter')] as const;
    expect(after(...counter, offer(54_999, 3))).toMatchObject({ at: 'CONSIDERING' });
    expect(after(...counter, offer(55_000, 3))).toEqual({ at: 'ABORTED', code: 'PNP_EXPIRED' });
  });

  it('does not give a round more time for an acceptance, or for what follows it', () => {
    const accepting = [at(0, 'startNegotiation'), at(29_000, 'receiveOffer'), at(29_500, 'accept')] as const;
    expect(after(...accepting, at(29_999, 'finalize'))).toMatchObject({ at: 'FINALIZING', deadline: 30_000 });
    expect(after(...accepting, at(30_000, 'finalize'))).toEqual({ at: 'ABORTED', code: 'PNP_EXPIRED' });
    const finalizing = [...accepting, at(29_600, 'finalize')] as const;
    expect(after(...finalizing, at(30_000, 'acknowledge'))).toEqual({ at: 'ABORTED', code: 'PNP_EXPIRED' });
  });

  it('gives a session 90 s, or what the offer leaves of it', () => {
    const start = at(0, 'startNegotiation');
    const late = [start, offer(29_999, 2), at(59_998, 'counter')] as const;
    expect(after(...late)).toMatchObject({ at: 'COUNTERING', round: 3, deadline: 89_998, ends: 90_000 });
    const received = after(start, { type: 'receiveOffer', now: 5000, ends: 17_000 });
    expect(received).toEqual({ at: 'CONSIDERING', round: 1, deadline: 17_000, ends: 17_000 });
    const far = after(start, { type: 'receiveOffer', now: 5000, ends: 500_000 });
    expect(far).toEqual({ at: 'CONSIDERING', round: 1, deadline: 35_000, ends: 95_000 });
  });

  it('never gives a round more than the session has left', () => {
    const state = after(
      at(0, 'startNegotiation'),
      { type: 'receiveOffer', now: 1000, ends: 40_000 },
      at(20_000, 'counter'),
    );
    expect(state).toEqual({ at: 'COUNTERING', round: 2, deadline: 40_000, ends: 40_000 });
  });
});
