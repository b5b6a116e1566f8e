import { asHash } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type ReviewEvent, type ReviewState, reviewMachine, type Vote } from '../src/index.js';

const vote = (n: number, conditions: Vote['conditions'] = {}): Vote => ({
  id: asHash(`sha256:${String(n).repeat(64)}`),
  envelope: '{}',
  operator: `operator-${n}`,
  human: `human-${n}`,
  key: `key-${n}`,
  reason: 'seen',
  conditions,
});
const dual = vote(1, { requiresSecondApproval: true });
const plain = vote(2);

const DEADLINE = 1000;
const STATES: { readonly [At in ReviewState['at']]: ReviewState } = {
  pending: { at: 'pending', deadline: DEADLINE },
  seconding: { at: 'seconding', deadline: DEADLINE, first: dual },
  approved: { at: 'approved', votes: [plain] },
  denied: { at: 'denied', vote: plain },
  expired: { at: 'expired' },
};
const EVENTS = {
  approve: (now: number): ReviewEvent => ({ type: 'approve', now, vote: plain }),
  'approve for two': (now: number): ReviewEvent => ({ type: 'approve', now, vote: dual }),
  deny: (now: number): ReviewEvent => ({ type: 'deny', now, vote: plain }),
  withdraw: (now: number): ReviewEvent => ({ type: 'withdraw', now }),
  look: (now: number): ReviewEvent => ({ type: 'look', now }),
};
type Row = { readonly [Event in keyof typeof EVENTS]: ReviewState };

const stay = (state: ReviewState): Row => ({
  approve: state,
  'approve for two': state,
  deny: state,
  withdraw: state,
  look: state,
});

/** Every cell, before the deadline. */
const BEFORE: { readonly [At in ReviewState['at']]: Row } = {
  pending: {
    approve: { at: 'approved', votes: [plain] },
    'approve for two': { at: 'seconding', deadline: DEADLINE, first: dual },
    deny: { at: 'denied', vote: plain },
    withdraw: { at: 'expired' },
    look: STATES.pending,
  },
  seconding: {
    approve: { at: 'approved', votes: [dual, plain] },
    // Two are two: a second approval that asks for a second approval is one.
    'approve for two': { at: 'approved', votes: [dual, dual] },
    deny: { at: 'denied', vote: plain },
    withdraw: { at: 'expired' },
    look: STATES.seconding,
  },
  approved: stay(STATES.approved),
  denied: stay(STATES.denied),
  expired: stay(STATES.expired),
};
const EXPIRED = stay(STATES.expired);
const AFTER: typeof BEFORE = { ...BEFORE, pending: EXPIRED, seconding: EXPIRED };

const cells = (table: typeof BEFORE) =>
  Object.entries(table).flatMap(([at, row]) =>
    Object.entries(row).map(([event, next]) => ({ at, event, next })),
  );

const stepped = (at: string, event: string, now: number): ReviewState => {
  const state = Object.values(STATES).find((s) => s.at === at);
  const make = new Map(Object.entries(EVENTS)).get(event);
  if (state === undefined || make === undefined) throw new Error(`no cell ${at} ${event}`);
  return reviewMachine.step(state, make(now)).state;
};

describe('the machine of a review', () => {
  it('has these states and events', () => {
    expect([...reviewMachine.states].sort()).toEqual(Object.keys(STATES).sort());
    expect([...reviewMachine.final].sort()).toEqual(['approved', 'denied', 'expired']);
    expect(reviewMachine.events).toEqual(['approve', 'deny', 'withdraw', 'look']);
  });

  it.each(cells(BEFORE))('$at, $event, before the deadline', ({ at, event, next }) => {
    proves('law.O-3');
    expect(stepped(at, event, DEADLINE - 1)).toEqual(next);
  });

  it.each(cells(AFTER))('$at, $event, at the deadline', ({ at, event, next }) => {
    proves('flaw.O2', 'law.O-3', 'law.O-4');
    expect(stepped(at, event, DEADLINE)).toEqual(next);
  });

  it('refuses what it does not know', () => {
    const unknown = { type: 'override', now: 0 } as unknown as ReviewEvent;
    expect(codeThrownBy(() => reviewMachine.step(STATES.pending, unknown))).toBe(
      'CORE_MACHINE_UNKNOWN_EVENT',
    );
  });
});
