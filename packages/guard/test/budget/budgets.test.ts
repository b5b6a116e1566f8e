import { memory } from '@ttp/adapters/memory';
import { type JsonObject, type Store, TtpError } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type BudgetStatus, budgetStatus, createBudgets } from '../../src/index.js';
import { AGENT, OTHER } from '../interaction.js';
import { call, failed, METER, open, PRICES, reserve, told, usd, used } from './spending.js';

const MONTH_START = Date.UTC(2026, 10, 1);

function rig(options: Parameters<typeof open>[2] = {}, store: Store = memory().store) {
  const clock = fakeClock();
  clock.setWall(MONTH_START);
  const status = async (agent = AGENT): Promise<BudgetStatus | undefined> =>
    (await budgetStatus(agent, { store, clock }))[0];
  return { store, clock, status, ...open(store, clock, options) };
}

describe('a budget', () => {
  it('lets 50 calls at once come to it exactly, and none beyond it', async () => {
    proves('guard.budget.cap');
    const { budgets, status } = rig();
    const ends = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) => reserve(budgets, call(60, `call-${i}`))),
    );
    const holds = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(holds).toHaveLength(16); // 16 times 60 is 960; a seventeenth would make 1020
    for (const end of ends)
      if (end.status === 'rejected') expect(Reflect.get(end.reason, 'code')).toBe('GUARD_BUDGET_EXCEEDED');
    expect(await status()).toMatchObject({ spent: 0, reserved: 960, calls: 0 });
    await reserve(budgets, call(40, 'last')); // what is left, to the last micro-unit
    expect(await codeRejectedBy(reserve(budgets, call(1, 'one more')))).toBe('GUARD_BUDGET_EXCEEDED');
    for (const hold of holds) await hold.settle(used(50));
    expect(await status()).toMatchObject({ spent: 800, reserved: 40, calls: 16 });
  });

  it('charges what a call cost, more or less than was reserved', async () => {
    const { budgets, status, events } = rig();
    await (await reserve(budgets, call(100, 'a'))).settle(used(30));
    expect(await status()).toMatchObject({ spent: 30, reserved: 0, calls: 1 });
    await (await reserve(budgets, call(100, 'b'))).settle(used(980));
    expect(await status()).toMatchObject({ spent: 1010, reserved: 0, calls: 2 });
    expect(await codeRejectedBy(reserve(budgets, call(0, 'c')))).toBe('GUARD_BUDGET_EXCEEDED');
    expect(events.filter(({ type }) => type === 'cost-recorded').map(({ data }) => data)).toEqual([
      { provider: 'example', model: 'small', endpoint: 'tool', currency: 'USD', micros: 30, reserved: 100 },
      { provider: 'example', model: 'small', endpoint: 'tool', currency: 'USD', micros: 980, reserved: 100 },
    ]);
  });

  it('gives back what nothing happened for, once', async () => {
    const { budgets, status } = rig();
    const hold = await reserve(budgets, call(600, 'a'));
    await hold.release();
    await hold.release();
    await hold.settle(used(600));
    expect(await status()).toMatchObject({ spent: 0, reserved: 0, calls: 0 });
    await reserve(budgets, call(1000, 'b'));
  });

  it('charges what was reserved where an effect failed, or nobody knows what it used', async () => {
    const { budgets, status } = rig();
    await (await reserve(budgets, call(100, 'a'))).settle(failed);
    await (await reserve(budgets, call(100, 'b'))).settle(used('text'));
    expect(await status()).toMatchObject({ spent: 200, reserved: 0, calls: 2 });
  });

  it('charges what was reserved where the meter fails, and says so', async () => {
    const meter = {
      ...METER,
      actual: () => {
        throw new Error('no');
      },
    };
    const { budgets, status } = rig({ meter });
    const hold = await reserve(budgets, call(100, 'a'));
    expect(await codeRejectedBy(hold.settle(used(1)))).toBe('GUARD_BUDGET_METER_FAILED');
    expect(await status()).toMatchObject({ spent: 100, reserved: 0 });
    const other = rig({ meter: { ...METER, actual: () => ({ image: 1 }) } });
    const second = await reserve(other.budgets, call(100, 'a'));
    expect(await codeRejectedBy(second.settle(used(1)))).toBe('GUARD_BUDGET_UNPRICED');
    expect(await other.status()).toMatchObject({ spent: 100, reserved: 0 });
  });

  it('counts a call that never ended as spent, at once and after a day', async () => {
    const { budgets, status, clock } = rig();
    const lost = await reserve(budgets, call(1000, 'lost'));
    expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_EXCEEDED');
    await clock.advance(86_400_000);
    expect(await status()).toMatchObject({ spent: 0, reserved: 1000 });
    await clock.advance(1);
    expect(await status()).toMatchObject({ spent: 1000, reserved: 0, calls: 1 });
    expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_EXCEEDED');
    await reserve(budgets, call(0, 'writes'));
    await lost.settle(used(1)); // too late: it was charged
    expect(await status()).toMatchObject({ spent: 1000, calls: 1 });
  });

  it('begins anew with the calendar month, UTC, and what is under way goes along', async () => {
    const { budgets, status, clock } = rig();
    await (await reserve(budgets, call(700, 'a'))).settle(used(700));
    clock.setWall(Date.UTC(2026, 11, 1) - 1);
    const over = await reserve(budgets, call(300, 'over'));
    expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_EXCEEDED');
    await clock.advance(1);
    expect(await codeRejectedBy(reserve(budgets, call(701, 'c')))).toBe('GUARD_BUDGET_EXCEEDED');
    await over.settle(used(300));
    const now = await status();
    expect(now).toMatchObject({ period: '2026-12', spent: 300, calls: 1 });
    expect(now?.history).toEqual([{ period: '2026-11', calls: 1, spent: 700 }]);
    await reserve(budgets, call(700, 'd'));
  });

  it('does not begin anew for a clock that is set back', async () => {
    const { budgets, clock } = rig();
    await (await reserve(budgets, call(1000, 'a'))).settle(used(1000));
    for (const wall of [Date.UTC(2026, 9, 1), 0]) {
      clock.setWall(wall);
      expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_EXCEEDED');
    }
  });

  it('is each agent’s own', async () => {
    const { budgets, status } = rig();
    await reserve(budgets, call(1000, 'a'));
    await reserve(budgets, call(1000, 'b', { agent: OTHER }));
    expect(await status(OTHER)).toMatchObject({ reserved: 1000 });
  });

  it('of nothing permits what costs nothing', async () => {
    const { budgets, events } = rig({ limit: usd(0) });
    await (await reserve(budgets, call(0, 'a'))).settle(used(0));
    expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_EXCEEDED');
    expect(told(events)).toEqual([]);
  });

  it('that nobody set permits nothing that costs', async () => {
    const clock = fakeClock();
    const budgets = createBudgets({ store: memory().store, clock, prices: PRICES, meter: METER });
    expect(await codeRejectedBy(reserve(budgets, call(0, 'a')))).toBe('GUARD_BUDGET_ABSENT');
  });
});

describe('alerts', () => {
  it('are told at 50, 80 and 90 percent, once a period', async () => {
    proves('guard.budget.alerts');
    const { budgets, events, clock } = rig();
    const spend = async (tokens: number, id: string) =>
      (await reserve(budgets, call(tokens, id))).settle(used(tokens));
    await spend(499, 'a');
    expect(told(events)).toEqual([]);
    await spend(1, 'b');
    expect(told(events)).toEqual([50]);
    await spend(299, 'c');
    expect(told(events)).toEqual([50]);
    await spend(1, 'd');
    expect(told(events)).toEqual([50, 80]);
    await spend(100, 'e');
    await spend(100, 'f');
    expect(told(events)).toEqual([50, 80, 90]);
    clock.setWall(Date.UTC(2026, 11, 1));
    await spend(950, 'g');
    expect(told(events)).toEqual([50, 80, 90, 50, 80, 90]);
    expect(events.find(({ type }) => type === 'budget-alerted')).toMatchObject({
      subject: 'b',
      agent: AGENT,
      data: { period: '2026-11', percent: 50, currency: 'USD', limit: 1000, committed: 500 },
    });
  });

  it('are told again of a limit that was raised, and of no other', async () => {
    const { store, clock, budgets, events, status } = rig();
    const raised = open(store, clock, { limit: usd(2_000) });
    const lowered = open(store, clock, { limit: usd(1_200) });
    const spend = async (by: typeof budgets, tokens: number, id: string) =>
      (await reserve(by, call(tokens, id))).settle(used(tokens));
    await spend(budgets, 900, 'a');
    expect(told(events)).toEqual([50, 80, 90]);
    await spend(raised.budgets, 99, 'b');
    expect([told(raised.events), (await status())?.alerted]).toEqual([[], []]);
    // Who still has the limit of before says nothing again that was said of a higher one, and the other way round.
    await spend(raised.budgets, 1, 'c');
    expect(told(raised.events)).toEqual([50]);
    await spend(lowered.budgets, 100, 'd');
    expect(told(lowered.events)).toEqual([80, 90]);
    await spend(raised.budgets, 800, 'e');
    expect([told(raised.events), (await status())?.alerted]).toEqual([[50], [50, 80, 90]]);
  });

  it('are told once by processes that spend at the same time, and not again after a release', async () => {
    const { store, clock, budgets, events } = rig();
    const other = open(store, clock);
    const holds = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        reserve(i % 2 === 0 ? budgets : other.budgets, call(50, `call-${i}`)),
      ),
    );
    for (const hold of holds) await hold.release();
    await reserve(budgets, call(1000, 'again'));
    expect([...told(events), ...told(other.events)].toSorted((a, b) => Number(a) - Number(b))).toEqual([
      50, 80, 90,
    ]);
  });
});

describe('a breakdown', () => {
  it('is by provider and model, and by endpoint, for each month', async () => {
    proves('guard.budget.analytics');
    const { budgets, status, clock } = rig();
    const spend = async (tokens: number, id: string, input: JsonObject) =>
      (await reserve(budgets, call(tokens, id, { input }))).settle(used(tokens));
    await spend(10, 'a', { endpoint: '/v1/chat' });
    await spend(20, 'b', { endpoint: '/v1/chat', model: 'large' });
    await spend(5, 'c', { endpoint: '/v1/embed' });
    expect((await status())?.usage).toEqual([
      { name: 'endpoint:/v1/chat', calls: 2, micros: 210 },
      { name: 'model:example/large', calls: 1, micros: 200 },
      { name: 'model:example/small', calls: 2, micros: 15 },
      { name: 'endpoint:/v1/embed', calls: 1, micros: 5 },
    ]);
    clock.setWall(Date.UTC(2027, 0, 1));
    await spend(1, 'd', {});
    const now = await status();
    expect(now).toMatchObject({ period: '2027-01', spent: 1, calls: 1 });
    expect(now?.usage).toHaveLength(2);
    expect(now?.history).toEqual([{ period: '2026-11', calls: 3, spent: 215 }]);
  });

  it('goes back 24 months', async () => {
    const { budgets, status, clock } = rig();
    for (let month = 0; month < 30; month++) {
      clock.setWall(Date.UTC(2026, 10 + month, 1));
      await (await reserve(budgets, call(1, `${month}`))).settle(used(month));
    }
    const history = (await status())?.history ?? [];
    expect(history.map(({ spent }) => spent)).toEqual(Array.from({ length: 24 }, (_, i) => 28 - i));
    expect(history[0]?.period).toBe('2029-03');
  });

  it('has a bounded number of rows, and loses nothing', async () => {
    const { budgets, status } = rig();
    for (let i = 0; i < 150; i++)
      await (await reserve(budgets, call(1, `${i}`, { input: { endpoint: `e${i}` } }))).settle(used(1));
    const usage = (await status())?.usage ?? [];
    expect(usage.length).toBeLessThanOrEqual(102);
    const endpoints = usage.filter(({ name }) => name.startsWith('endpoint:'));
    expect(endpoints.reduce((sum, { micros }) => sum + micros, 0)).toBe(150);
    expect(endpoints[0]).toEqual({ name: 'endpoint:others', calls: 51, micros: 51 });
  });
});

describe('budgets that several agents share', () => {
  const shared = [{ name: 'chain', limit: usd(100) }];

  it('are spent by all of them, in all and not by month', async () => {
    const { budgets, clock } = rig({ shared });
    await reserve(budgets, call(60, 'a'));
    expect(await codeRejectedBy(reserve(budgets, call(41, 'b', { agent: OTHER })))).toBe(
      'GUARD_BUDGET_EXCEEDED',
    );
    clock.setWall(Date.UTC(2027, 5, 1));
    expect(await codeRejectedBy(reserve(budgets, call(41, 'c')))).toBe('GUARD_BUDGET_EXCEEDED');
    await reserve(budgets, call(40, 'd', { agent: OTHER }));
  });

  it('refuse without leaving anything reserved elsewhere', async () => {
    const { budgets, status } = rig({ shared });
    expect(await codeRejectedBy(reserve(budgets, call(101, 'a')))).toBe('GUARD_BUDGET_EXCEEDED');
    expect(await status()).toMatchObject({ reserved: 0, spent: 0 });
    const hold = await reserve(budgets, call(100, 'b'));
    await hold.settle(used(70));
    await reserve(budgets, call(30, 'c'));
  });
});

describe('what cannot be told', () => {
  it('is refused: a record that nobody can read', async () => {
    const { store, budgets, status } = rig();
    await reserve(budgets, call(1, 'a'));
    for await (const key of store.list('guard/budget/agent/')) await store.put(key, new Uint8Array([123]));
    expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_UNREADABLE');
    expect(await codeRejectedBy(status())).toBe('GUARD_BUDGET_UNREADABLE');
  });

  it.for<[string, JsonObject]>([
    ['of another version', { v: 2 }],
    ['without a period', { period: 1 }],
    ['with a negative sum', { spent: -1 }],
    ['with a fraction', { spent: 0.5 }],
    ['with calls in text', { calls: '1' }],
    ['with alerts that are none', { alerted: ['50'] }],
    ['with a reservation of four parts', { open: [['a', 1, 1, 1]] }],
    ['with a reservation of more than is counted', { open: [['a', 1_000_000_000_000_001, 1]] }],
    [
      'with one reservation twice',
      {
        open: [
          ['a', 1, 1],
          ['a', 1, 1],
        ],
      },
    ],
    ['with rows that are none', { usage: [[1, 1, 1]] }],
    ['with a history that is none', { history: {} }],
  ])('is refused: a record %s', async ([, parts]) => {
    const { store, budgets } = rig();
    await reserve(budgets, call(1, 'a'));
    for await (const key of store.list('guard/budget/agent/')) {
      const { value } = (await store.get(key)) ?? { value: new Uint8Array() };
      const record = { ...JSON.parse(new TextDecoder().decode(value)), ...parts };
      await store.put(key, new TextEncoder().encode(JSON.stringify(record)));
    }
    expect(await codeRejectedBy(reserve(budgets, call(1, 'b')))).toBe('GUARD_BUDGET_UNREADABLE');
  });

  it('is refused: a store that fails, and other processes that always come first', async () => {
    const { store } = memory();
    for (const [fault, code] of [
      [new TtpError('STORE_POISONED', 'no'), 'STORE_POISONED'],
      [new Error('no'), 'GUARD_STORE_FAILED'],
    ] as const) {
      const { budgets } = rig({}, { ...store, get: () => Promise.reject(fault) });
      expect(await codeRejectedBy(reserve(budgets, call(1, 'a')))).toBe(code);
    }
    const { budgets } = rig({}, { ...store, put: () => Promise.resolve(false) });
    expect(await codeRejectedBy(reserve(budgets, call(1, 'a')))).toBe('GUARD_BUDGET_CONTENTION');
  });

  it('is refused: more calls under way than can be told apart', async () => {
    const { budgets } = rig();
    await Promise.all(Array.from({ length: 256 }, (_, i) => reserve(budgets, call(1, `call-${i}`))));
    expect(await codeRejectedBy(reserve(budgets, call(1, 'more')))).toBe('GUARD_BUDGET_CROWDED');
  });

  it('is refused: one call that reserves twice', async () => {
    const { budgets, status } = rig();
    const hold = await reserve(budgets, call(10, 'a'));
    expect(await codeRejectedBy(reserve(budgets, call(10, 'a')))).toBe('GUARD_OBLIGATION_INVALID');
    await hold.settle(used(10));
    expect(await status()).toMatchObject({ spent: 10, reserved: 0 });
  });
});

const make = (options: object) =>
  codeThrownBy(() =>
    createBudgets({
      store: memory().store,
      clock: fakeClock(),
      prices: PRICES,
      meter: METER,
      ...options,
    }),
  );

const obligation = (params: JsonObject) => ({ kind: 'budget', from: 'policy', params }) as const;

describe('an obligation', () => {
  const good = { currency: 'USD', micros: 1, provider: 'p', model: 'm', endpoint: 'e' };

  it.for<[string, JsonObject]>([
    ['another currency', { currency: 'EUR' }],
    ['no currency', { currency: undefined as never }],
    ['half a micro-unit', { micros: 0.5 }],
    ['a negative amount', { micros: -1 }],
    ['no provider', { provider: '' }],
    ['no model', { model: 7 }],
    ['an endpoint with a line break', { endpoint: 'a\nb' }],
    ['an endpoint that is too long', { endpoint: 'e'.repeat(201) }],
  ])('with %s is refused', async ([, parts]) => {
    const { budgets } = rig();
    const handler = budgets.handler();
    const bad = obligation({ ...good, ...parts });
    expect(handler.check(obligation(good), call(1, 'a'))).toBeUndefined();
    expect(handler.check(bad, call(1, 'a'))).toBe('GUARD_OBLIGATION_INVALID');
    const held = handler.hold?.(bad, call(1, 'a'), {} as never, new AbortController().signal);
    expect(await codeRejectedBy(held ?? Promise.resolve())).toBe('GUARD_OBLIGATION_INVALID');
  });

  it('is for what costs something, and is refused where nobody knows what', () => {
    const { budgets } = rig();
    expect(budgets.obligations(call(1, 'a', { input: {} }))).toHaveLength(1);
    expect(budgets.obligations({ ...call(1, 'a'), input: null })).toEqual([]);
    const ask = (tokens: number, input: JsonObject) =>
      codeThrownBy(() => budgets.obligations(call(tokens, 'a', { input })));
    expect(ask(1, { model: 'unknown' })).toBe('GUARD_BUDGET_UNPRICED');
    expect(ask(1, { model: '' })).toBe('GUARD_BUDGET_ESTIMATE');
    expect(ask(1, { endpoint: '' })).toBe('GUARD_BUDGET_ESTIMATE');
    expect(ask(0.5, {})).toBe('GUARD_USAGE_INVALID');
    expect(ask(-1, {})).toBe('GUARD_USAGE_INVALID');
  });

  it('needs limits in the currency of the prices', () => {
    expect(make({ limit: { currency: 'EUR', micros: 1 } })).toBe('GUARD_BUDGET_CURRENCY');
    expect(make({ limit: { currency: 'USD', micros: 0.5 } })).toBe('GUARD_BUDGET_MONEY');
    expect(make({ shared: [{ name: 'a', limit: { currency: 'EUR', micros: 1 } }] })).toBe(
      'GUARD_BUDGET_CURRENCY',
    );
  });
});
