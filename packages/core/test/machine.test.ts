import { type MachineSpec, machine } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';

type State =
  | { readonly at: 'idle' }
  | { readonly at: 'waiting'; readonly deadline: number; readonly nonce: string }
  | { readonly at: 'done'; readonly nonce: string }
  | { readonly at: 'failed'; readonly why: string };
type Event =
  | { readonly type: 'ask'; readonly now: number; readonly nonce: string }
  | { readonly type: 'answer'; readonly now: number; readonly nonce: string }
  | { readonly type: 'tick'; readonly now: number };
type Out = { readonly send: string } | { readonly alert: string };

const spec: MachineSpec<State, Event, Out, 'done' | 'failed'> = {
  name: 'question',
  events: ['ask', 'answer', 'tick'],
  final: ['done', 'failed'],
  table: {
    idle: {
      ask: (_, e) => ({
        state: { at: 'waiting', deadline: e.now + 30, nonce: e.nonce },
        out: [{ send: e.nonce }],
      }),
      answer: { refuse: 'TEST_UNASKED' },
      tick: 'stay',
    },
    waiting: {
      ask: { refuse: 'TEST_BUSY' },
      answer: (s, e) =>
        s.nonce === e.nonce
          ? { state: { at: 'done', nonce: s.nonce }, out: [] }
          : { state: { at: 'failed', why: 'nonce' }, out: [{ alert: 'nonce' }] },
      tick: 'stay',
    },
  },
  expire: () => ({ state: { at: 'failed', why: 'late' }, out: [{ alert: 'late' }] }),
};
const question = machine(spec);
const waiting: State = { at: 'waiting', deadline: 130, nonce: 'n' };

describe('machine', () => {
  it('steps through its table', () => {
    const asked = question.step({ at: 'idle' }, { type: 'ask', now: 100, nonce: 'n' });
    expect(asked).toEqual({ state: waiting, out: [{ send: 'n' }] });
    expect(question.step(asked.state, { type: 'answer', now: 101, nonce: 'n' }).state).toEqual({
      at: 'done',
      nonce: 'n',
    });
  });

  it('has a defined answer for every state and event', () => {
    proves('core.machines.total');
    const states: Record<string, State> = {
      idle: { at: 'idle' },
      waiting,
      done: { at: 'done', nonce: 'n' },
      failed: { at: 'failed', why: 'x' },
    };
    const cells = question.states.flatMap((at) =>
      question.events.map((type) => {
        const step = () => question.step(states[at] as State, { type, now: 1, nonce: 'n' });
        const refused = codeThrownBy(step);
        return `${at}/${type}: ${refused ?? step().state.at}`;
      }),
    );
    expect(cells).toEqual([
      'idle/ask: waiting',
      'idle/answer: TEST_UNASKED',
      'idle/tick: idle',
      'waiting/ask: TEST_BUSY',
      'waiting/answer: done',
      'waiting/tick: waiting',
      'done/ask: done',
      'done/answer: done',
      'done/tick: done',
      'failed/ask: failed',
      'failed/answer: failed',
      'failed/tick: failed',
    ]);
    const holed = { ...spec, table: { ...spec.table, idle: { ask: 'stay', tick: 'stay' } } };
    expect(codeThrownBy(() => machine(holed as unknown as typeof spec))).toBe('CORE_MACHINE_INCOMPLETE');
    const unknown = { type: 'reset', now: 1 } as unknown as Event;
    expect(codeThrownBy(() => question.step({ at: 'idle' }, unknown))).toBe('CORE_MACHINE_UNKNOWN_EVENT');
  });

  it('refuses a table with a cell for an event or a row for a state that is not one', () => {
    const extra = { ...spec.table, idle: { ...spec.table.idle, reset: 'stay' as const } };
    expect(codeThrownBy(() => machine<State, Event, Out, 'done' | 'failed'>({ ...spec, table: extra }))).toBe(
      'CORE_MACHINE_INCOMPLETE',
    );
    const final = { ...spec.table, done: spec.table.idle };
    expect(codeThrownBy(() => machine<State, Event, Out, 'done' | 'failed'>({ ...spec, table: final }))).toBe(
      'CORE_MACHINE_INCOMPLETE',
    );
  });

  it('refuses a state that is not one', () => {
    for (const at of ['gone', 'constructor', '__proto__'])
      expect(codeThrownBy(() => question.step({ at } as unknown as State, { type: 'tick', now: 1 }))).toBe(
        'CORE_MACHINE_UNKNOWN_STATE',
      );
  });

  it('lets the deadline win against an event of the same instant, and of any later one', () => {
    for (const now of [130, 131, 1e15]) {
      const late = question.step(waiting, { type: 'answer', now, nonce: 'n' });
      expect(late).toEqual({ state: { at: 'failed', why: 'late' }, out: [{ alert: 'late' }] });
    }
    expect(question.step(waiting, { type: 'answer', now: 129, nonce: 'n' }).state.at).toBe('done');
  });

  it('ignores events before the deadline without losing the state', () => {
    expect(question.step(waiting, { type: 'tick', now: 129 })).toEqual({ state: waiting, out: [] });
  });
});
