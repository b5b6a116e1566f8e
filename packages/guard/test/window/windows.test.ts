import { memory } from '@ttp/adapters/memory';
import {
  type Decision,
  type Hold,
  type Interaction,
  type Json,
  type JsonObject,
  type ObligationHandler,
  type Store,
  TtpError,
} from '@ttp/core';
import { codeRejectedBy, fakeClock, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createWindows, type Windows } from '../../src/index.js';
import { interaction, OTHER } from '../interaction.js';
import { DAY, hold, obligation, payment } from './holding.js';

const DECIDED = {} as Decision;
const AMOUNT = { adds: 'request.amount', windowMs: DAY };
const COUNT = { windowMs: DAY };

function rig(store: Store = memory().store) {
  const clock = fakeClock();
  const windows = createWindows({ store, clock });
  return { store, clock, windows, handler: windows.handler() };
}

const spend = (handler: ObligationHandler, amount: number, atMost: number, id?: string): Promise<Hold> =>
  hold(handler, { ...AMOUNT, atMost }, payment(amount, id));

const spent = (windows: Windows): Promise<number | undefined> =>
  windows.valueWith(payment(0, 'asks'), AMOUNT);

describe('a limit', () => {
  it('lets 50 calls at once come to it exactly, and none beyond it', async () => {
    const { handler, windows } = rig();
    const calls = Array.from({ length: 50 }, (_, i) => spend(handler, 100, 2000, `call-${i}`));
    const ends = await Promise.allSettled(calls);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    for (const end of ends)
      if (end.status === 'rejected') expect(Reflect.get(end.reason, 'code')).toBe('GUARD_WINDOW_EXCEEDED');
    expect(await spent(windows)).toBe(2000);
  });

  it('is not passed by splitting', async () => {
    const { handler, windows } = rig();
    for (let i = 0; i < 50; i++) await spend(handler, 1000, 50_000, `call-${i}`);
    expect(await codeRejectedBy(spend(handler, 1000, 50_000))).toBe('GUARD_WINDOW_EXCEEDED');
    expect(await codeRejectedBy(spend(handler, 0.01, 50_000))).toBe('GUARD_WINDOW_EXCEEDED');
    expect(await spent(windows)).toBe(50_000);
  });

  it('counts cents exactly', async () => {
    const { handler, windows } = rig();
    for (let i = 0; i < 3; i++) await spend(handler, 0.1, 0.3, `call-${i}`); // 0.1 + 0.1 + 0.1 > 0.3 in floating point
    expect(await spent(windows)).toBe(0.3);
    expect(await codeRejectedBy(spend(handler, 0.01, 0.3))).toBe('GUARD_WINDOW_EXCEEDED');
    const random = seededRandom('cents');
    const other = rig();
    let cents = 0;
    for (let i = 0; i < 300; i++) {
      const some = random.int(100_000);
      cents += some;
      await spend(other.handler, some / 100, 1e9, `call-${i}`);
    }
    expect(await spent(other.windows)).toBe(cents / 100);
  });

  it('that lies between two cents allows the lower', async () => {
    const { handler } = rig();
    await spend(handler, 1.11, 1.119);
    expect(await codeRejectedBy(spend(handler, 0.01, 1.119))).toBe('GUARD_WINDOW_EXCEEDED');
  });

  it('of a count counts calls, with or without an amount', async () => {
    const { handler } = rig();
    const call = (id: string): Promise<Hold> =>
      hold(handler, { ...COUNT, atMost: 2 }, interaction({ id, input: null }));
    await call('a');
    await call('b');
    expect(await codeRejectedBy(call('c'))).toBe('GUARD_WINDOW_EXCEEDED');
  });

  it('is the same for one window of 24 h, whatever a policy calls it, and another for each agent, argument and length', async () => {
    const { handler } = rig();
    await spend(handler, 5, 5);
    const others: readonly JsonObject[] = [
      { ...AMOUNT, windowMs: DAY - 1 },
      { adds: 'request.tip', windowMs: DAY },
      COUNT,
    ];
    const input = { amount: 5, tip: 5 };
    for (const params of others) await hold(handler, { ...params, atMost: 5 }, interaction({ input }));
    await hold(handler, { ...AMOUNT, atMost: 5 }, interaction({ agent: OTHER, input }));
    expect(await codeRejectedBy(spend(handler, 1, 5))).toBe('GUARD_WINDOW_EXCEEDED');
  });

  it('holds again once the window has gone by', async () => {
    const { handler, clock } = rig();
    await spend(handler, 5, 5);
    await clock.advance(DAY);
    expect(await codeRejectedBy(spend(handler, 1, 5))).toBe('GUARD_WINDOW_EXCEEDED');
    await clock.advance(DAY / 120);
    await spend(handler, 5, 5);
  });

  it('is no wider for a clock that is set back or forth and back', async () => {
    const { handler, clock, windows } = rig();
    await spend(handler, 5, 5);
    for (const wall of [1_600_000_000_000, 0, 1_700_000_000_000]) {
      clock.setWall(wall);
      expect(await codeRejectedBy(spend(handler, 1, 5)), String(wall)).toBe('GUARD_WINDOW_EXCEEDED');
      expect(await windows.valueWith(payment(1, 'asks'), AMOUNT), String(wall)).toBe(6);
    }
  });
});

describe('what was added', () => {
  it('stays when the call is settled, however it ended', async () => {
    const { handler, windows } = rig();
    const held = await spend(handler, 5, 5);
    await held.settle({ status: 'failed', code: 'SDK_PERFORM_FAILED', decision: DECIDED });
    await held.release(); // a second end has nothing to give back
    expect(await spent(windows)).toBe(5);
  });

  it('is given back when nothing happened, once', async () => {
    const { handler, windows } = rig();
    await spend(handler, 3, 9, 'other');
    const held = await spend(handler, 5, 9);
    expect(await spent(windows)).toBe(8);
    await held.release();
    await held.release();
    expect(await spent(windows)).toBe(3);
  });

  it('stays after a crash between hold and end', async () => {
    const { store, handler } = rig();
    await spend(handler, 5, 5);
    const restarted = rig(store);
    expect(await spent(restarted.windows)).toBe(5);
    expect(await codeRejectedBy(spend(restarted.handler, 1, 5))).toBe('GUARD_WINDOW_EXCEEDED');
  });

  it('is given back to the slice it came from, also when that is gone', async () => {
    const { handler, windows, clock } = rig();
    const early = await spend(handler, 5, 100);
    await clock.advance(DAY / 2);
    await spend(handler, 7, 100, 'late');
    await clock.advance(DAY);
    await early.release();
    expect(await windows.valueWith(payment(0), AMOUNT)).toBe(7);
  });

  it('counts even where nobody knows whether it was written', async () => {
    const { store } = rig();
    const torn: Store = {
      ...store,
      async put(...put) {
        await store.put(...put);
        throw new TtpError('STORE_IO', 'after the write');
      },
    };
    expect(await codeRejectedBy(spend(rig(torn).handler, 5, 5))).toBe('STORE_IO');
    expect(await spent(rig(store).windows)).toBe(5);
  });

  it('is one write for calls that wait at the same time', async () => {
    const { store } = rig();
    let writes = 0;
    const counted: Store = { ...store, put: (...put) => (writes++, store.put(...put)) };
    const { handler } = rig(counted);
    await Promise.all(Array.from({ length: 40 }, (_, i) => spend(handler, 1, 100, `call-${i}`)));
    expect(writes).toBeLessThanOrEqual(2);
  });
});

describe('the value with a call in it', () => {
  it('is what was used and what the call asks for', async () => {
    const { handler, windows } = rig();
    expect(await windows.valueWith(payment(2.5), AMOUNT)).toBe(2.5);
    expect(await windows.valueWith(payment(2.5), COUNT)).toBe(1);
    await spend(handler, 4, 100, 'other');
    expect(await windows.valueWith(payment(2.5), AMOUNT)).toBe(6.5);
  });

  it('has the call in it once, also after it was held', async () => {
    const { handler, windows } = rig();
    const held = await spend(handler, 4, 100, 'mine');
    expect(await windows.valueWith(payment(4, 'mine'), AMOUNT)).toBe(4);
    expect(await windows.valueWith(payment(4, 'another'), AMOUNT)).toBe(8);
    await held.settle({ status: 'failed', code: 'SDK_PERFORM_FAILED', decision: DECIDED });
    expect(await windows.valueWith(payment(4, 'mine'), AMOUNT)).toBe(8);
  });

  it.for<[string, Json]>([
    ['no arguments', null],
    ['a list', [5]],
    ['no amount', {}],
    ['null', { amount: null }],
    ['text', { amount: '5' }],
    ['a list of one', { amount: [5] }],
    ['a negative amount', { amount: -5 }],
    ['three decimals', { amount: 0.001 }],
    ['more than is counted', { amount: 1_000_000_000_000.5 }],
    ['the length of a list', { amount: { length: 5 } }],
  ])('does not exist for %s, and a limit refuses it', async ([, input]) => {
    const { handler, windows } = rig();
    expect(await windows.valueWith(interaction({ input }), AMOUNT)).toBeUndefined();
    expect(handler.check(obligation({ ...AMOUNT, atMost: 5 }), interaction({ input }))).toBe(
      'GUARD_WINDOW_UNCOUNTED',
    );
    // Where nothing limits it, there is nothing to add either.
    expect(handler.check(obligation(AMOUNT), interaction({ input }))).toBeUndefined();
    await hold(handler, AMOUNT, interaction({ input }));
    expect(await spent(windows)).toBe(0);
  });

  it('looks at own members of the arguments alone, however deep', async () => {
    const { windows } = rig();
    const deep = (input: Json): Promise<number | undefined> =>
      windows.valueWith(interaction({ input }), { adds: 'request.order.total', windowMs: DAY });
    expect(await deep({ order: { total: 7 } })).toBe(7);
    expect(await deep({ 'order.total': 7 })).toBeUndefined();
    const inherits: Interaction['input'] = Object.create({ order: { total: 7 } });
    expect(await deep(inherits)).toBeUndefined();
  });
});

describe('what cannot be told', () => {
  it('is refused: a record that nobody can read', async () => {
    const { store, handler, windows } = rig();
    await spend(handler, 5, 9);
    for await (const key of store.list('guard/window/')) await store.put(key, new Uint8Array([123]));
    expect(await codeRejectedBy(spend(handler, 1, 9))).toBe('GUARD_WINDOW_UNREADABLE');
    expect(await codeRejectedBy(spent(windows))).toBe('GUARD_WINDOW_UNREADABLE');
  });

  it('is refused: a store that fails, with or without a code', async () => {
    const { store } = rig();
    for (const [fault, code] of [
      [new TtpError('STORE_POISONED', 'no'), 'STORE_POISONED'],
      [new Error('no'), 'GUARD_STORE_FAILED'],
    ] as const) {
      const { handler, windows } = rig({ ...store, get: () => Promise.reject(fault) });
      expect(await codeRejectedBy(spend(handler, 1, 9))).toBe(code);
      expect(await codeRejectedBy(spent(windows))).toBe(code);
    }
  });

  it('is refused: other processes that always come first', async () => {
    const { store } = rig();
    const { handler } = rig({ ...store, put: () => Promise.resolve(false) });
    expect(await codeRejectedBy(spend(handler, 1, 9))).toBe('GUARD_WINDOW_CONTENTION');
  });

  it('goes on once the store answers again', async () => {
    const { store } = rig();
    let isDown = true;
    const { handler } = rig({
      ...store,
      get: (key) => (isDown ? Promise.reject(new TtpError('STORE_IO', 'no')) : store.get(key)),
    });
    expect(await codeRejectedBy(spend(handler, 1, 9))).toBe('STORE_IO');
    isDown = false;
    await spend(handler, 1, 9);
  });
});

it.for<[string, JsonObject]>([
  ['no length', {}],
  ['a length of nothing', { windowMs: 0 }],
  ['a fraction of a length', { windowMs: 1.5 }],
  ['a length in text', { windowMs: '1' }],
  ['an argument that is none', { windowMs: 1, adds: 'amount' }],
  ['an argument in no text', { windowMs: 1, adds: 5 }],
  ['an argument that could leave its key', { windowMs: 1, adds: 'request.a/b' }],
  ['a bound in text', { windowMs: 1, atMost: '5' }],
  ['a negative bound', { windowMs: 1, atMost: -1 }],
])('an obligation with %s is refused', async ([, params]) => {
  const { handler } = rig();
  expect(handler.check(obligation(params), payment(1))).toBe('GUARD_OBLIGATION_INVALID');
  expect(await codeRejectedBy(hold(handler, params, payment(1)))).toBe('GUARD_OBLIGATION_INVALID');
});
