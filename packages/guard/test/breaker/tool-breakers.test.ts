import { memory } from '@ttp/adapters/memory';
import type { Decision, Hold, JsonObject, Obligation, Outcome, Store } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, fakeClock, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { memoryCells } from '../../src/breaker/cells.js';
import { breakerStatus, NEW_TOOL_BREAKER, toolBreakerMachine, toolBreakers } from '../../src/index.js';
import { BREAKER_CALL_MAX_MS, BREAKER_JITTER_MS } from '../../src/limits.js';
import { decided } from '../decided.js';
import { interaction } from '../interaction.js';

const DONE = { status: 'done' } as Outcome<unknown>;
const FAILED: Outcome<unknown> = { status: 'failed', code: 'TOOL_FAILED', decision: decided() };
/** Whose agent was stopped on its way, by each of what stops one. */
const STOPPED: readonly Outcome<unknown>[] = (
  [
    'GUARD_KILLED',
    'GUARD_STALE_EPOCH',
    'GUARD_LEASE_EXPIRED',
    'GUARD_SUSPENDED',
    'GUARD_STORE_FAILED',
    'GUARD_ANOMALY_UNREADABLE',
    'GUARD_ANOMALY_CONTENTION',
    'SDK_CLOSED',
    'SDK_PERMIT_ENDED',
  ] as const
).map((code) => ({ status: 'failed', code, decision: decided() }));

const obligation = (params: JsonObject): Obligation => ({ kind: 'breaker', from: 'profile:a2t', params });

function subject(store?: Store, seed = 'breakers') {
  const clock = fakeClock();
  const breakers = toolBreakers({
    clock,
    random: seededRandom(seed),
    ...(store === undefined ? {} : { store }),
  });
  const handler = breakers.handler();
  let calls = 0;
  const hold = (params: JsonObject = {}, decision: Decision = decided(), target = 'tool'): Promise<Hold> => {
    const i = interaction({ id: `call ${++calls}`, target });
    return (
      handler.hold?.(obligation(params), i, decision, new AbortController().signal) ??
      expect.unreachable('held')
    );
  };
  const end = async (
    outcome: Outcome<unknown>,
    times = 1,
    ...args: Parameters<typeof hold>
  ): Promise<void> => {
    for (let i = 0; i < times; i++) await (await hold(...args)).settle(outcome);
  };
  const check = (params: JsonObject = {}) =>
    handler.check(obligation(params), interaction({ target: 'tool' }));
  return { breakers, clock, hold, end, check };
}

describe.each([
  ['in memory', () => undefined],
  ['in a store', () => memory().store],
])('breakers %s', (_, storeOf) => {
  it('open for calls that fail, and for no others', async () => {
    const { hold, end } = subject(storeOf());
    for (const stopped of STOPPED) await end(stopped, 10);
    await end(FAILED, 20, {}, decided(false));
    for (let i = 0; i < 20; i++) await (await hold()).release();
    await end(FAILED, 9);
    await end(FAILED);
    expect(await codeRejectedBy(hold())).toBe('GUARD_BREAKER_OPEN');
    expect(await codeRejectedBy(hold({ key: 'other' }))).toBeUndefined();
  });

  it('let one probe at a time through, and a stranger none; what ends late from before says nothing', async () => {
    const { hold, end, clock } = subject(storeOf());
    const late = await hold();
    await end(FAILED, 10);
    await clock.advance(30_000 + BREAKER_JITTER_MS);
    expect(await codeRejectedBy(hold({}, decided(false)))).toBe('GUARD_BREAKER_OPEN');
    const probe = await hold();
    expect(await codeRejectedBy(hold())).toBe('GUARD_BREAKER_PROBING');
    await late.settle(FAILED);
    await probe.release();
    const next = await hold();
    await next.settle(DONE);
    await next.settle(FAILED); // a hold ends once
    await end(DONE, 2);
    await end(FAILED, 9);
    expect(await codeRejectedBy(hold()), 'closed, with nothing remembered').toBeUndefined();
  });

  it('open again when a probe fails, and when nobody hears of it', async () => {
    const { hold, end, clock } = subject(storeOf());
    await end(FAILED, 10);
    await clock.advance(36_000);
    await end(FAILED);
    expect(await codeRejectedBy(hold())).toBe('GUARD_BREAKER_OPEN');
    await clock.advance(36_000);
    await hold(); // a process that dies
    await clock.advance(899_999);
    expect(await codeRejectedBy(hold())).toBe('GUARD_BREAKER_PROBING');
    await clock.advance(1);
    expect(await codeRejectedBy(hold())).toBe('GUARD_BREAKER_OPEN');
  });

  it('tell of each change', async () => {
    const { breakers, end, clock, hold } = subject(storeOf());
    const told: string[] = [];
    const stop = breakers.onChange(({ key, change }) => told.push(`${key} ${change.do}`));
    await end(FAILED, 10);
    await clock.advance(36_000);
    await end(DONE, 3);
    expect(told).toEqual(['tool opened', 'tool half-opened', 'tool closed']);
    stop();
    await end(FAILED, 10);
    expect(told).toHaveLength(3);
    expect(await codeRejectedBy(hold())).toBe('GUARD_BREAKER_OPEN');
  });

  it('refuse what says nothing of a breaker', async () => {
    const { hold, check } = subject(storeOf());
    for (const params of [
      { key: '' },
      { key: 5 },
      { slaMs: 0 },
      { slaMs: -1 },
      { slaMs: 1.5 },
      { tierMs: '5000' },
      { limit: 3 },
    ] as JsonObject[]) {
      expect(check(params), JSON.stringify(params)).toBe('GUARD_OBLIGATION_INVALID');
      expect(await codeRejectedBy(hold(params))).toBe('GUARD_OBLIGATION_INVALID');
    }
    expect(check()).toBeUndefined();
  });
});

describe('breakers in memory', () => {
  it('refuse before anybody is asked', async () => {
    const { end, check, clock } = subject();
    expect(check()).toBeUndefined();
    await end(FAILED, 10);
    expect(check()).toBe('GUARD_BREAKER_OPEN');
    await clock.advance(36_000);
    expect(check()).toBeUndefined();
  });

  it('judge by how long the effect took, whatever came before it', async () => {
    const { breakers, clock, hold, end } = subject();
    for (let i = 0; i < 10; i++) {
      const held = await hold();
      await clock.advance(600_000); // a human was asked
      await held.settle(DONE);
    }
    expect([...breakers.states()].map(([key, { at }]) => [key, at])).toEqual([['tool', 'closed']]);
    await end(DONE, 10, { key: 'slow', tierMs: 1 });
    const slow = interaction({ id: 'slow' });
    const broken = toolBreakers({
      clock: { now: () => 0, monotonic: () => Number.NaN },
      random: seededRandom('x'),
    });
    expect(await broken.measure(slow, async () => 'value'), 'a broken clock loses nothing').toBe('value');
  });

  it('bear what a manifest promises', async () => {
    const random = seededRandom('x');
    let time = 0;
    const clock = { now: () => time, monotonic: () => time };
    const breakers = toolBreakers({ clock, random, promised: { slow: { slaMs: 4000 }, bad: { slaMs: 0 } } });
    const handler = breakers.handler();
    const any = obligation({});
    for (const [target, ms, at] of [
      ['slow', 8000, 'closed'],
      ['slow', 8001, 'open'],
      ['other', 5001, 'open'],
    ] as const) {
      for (let i = 0; i < 10; i++) {
        const one = interaction({ id: `${target} ${i}`, target });
        const held = await handler.hold?.(any, one, decided(), new AbortController().signal);
        await breakers.measure(one, async () => (time += ms));
        await held?.settle(DONE);
        if (new Map(breakers.states()).get(target)?.at === 'open') break;
      }
      expect(new Map(breakers.states()).get(target)?.at, `${target} in ${ms} ms`).toBe(at);
    }
    expect(handler.check(any, interaction({ target: 'bad' }))).toBe('GUARD_OBLIGATION_INVALID');
  });

  it('count a call without a time as slow', async () => {
    let isBroken = false;
    const clock = {
      now: () => 0,
      monotonic(): number {
        if (isBroken) throw new Error('no clock');
        return 1;
      },
    };
    const breakers = toolBreakers({ clock, random: seededRandom('x') });
    for (let i = 0; i < 10; i++) {
      const one = interaction({ id: `${i}`, target: 'tool' });
      const held = await breakers
        .handler()
        .hold?.({ kind: 'breaker', from: 'x', params: {} }, one, decided(), new AbortController().signal);
      isBroken = true;
      expect(await breakers.measure(one, async () => 'value')).toBe('value');
      isBroken = false;
      await held?.settle(DONE);
    }
    expect([...breakers.states()]).toMatchObject([['tool', { at: 'open', why: 'latency' }]]);
    expect(BREAKER_CALL_MAX_MS).toBeLessThan(Number.MAX_SAFE_INTEGER / 10);
  });

  it('stay open for 30 to 36 s, as chance has it', async () => {
    const deadlines = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const { breakers, end } = subject(undefined, `jitter ${i}`);
      await end(FAILED, 10);
      for (const [, state] of breakers.states()) if (state.at === 'open') deadlines.add(state.deadline);
    }
    expect(Math.min(...deadlines)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...deadlines)).toBeLessThanOrEqual(36_000);
    expect(deadlines.size).toBeGreaterThan(30);
  });

  it('are no more than so many, and drop none that remembers anything', () => {
    const cells = memoryCells({ machine: toolBreakerMachine, initial: NEW_TOOL_BREAKER }, 3);
    const fail = (key: string) => cells.step(key, { type: 'failure', now: 0, ms: 1, authenticated: true });
    for (const key of ['a', 'b', 'c']) void fail(key);
    expect(codeThrownBy(() => fail('d'))).toBe('GUARD_BREAKER_FULL');
    const idle = memoryCells({ machine: toolBreakerMachine, initial: NEW_TOOL_BREAKER }, 3);
    for (const key of ['a', 'b', 'c', 'd', 'e']) void idle.step(key, { type: 'tick', now: 0 });
    expect([...idle.entries()]).toHaveLength(3);
  });
});

describe('breakers in a store', () => {
  it('are one for all who share it, and can be read from it', async () => {
    const { store } = memory();
    const [one, two] = [subject(store, 'one'), subject(store, 'two')];
    await one.end(FAILED, 5, {}, decided(), 'mcp/files/read');
    await two.end(FAILED, 5, {}, decided(), 'mcp/files/read');
    for (const { hold } of [one, two])
      expect(await codeRejectedBy(hold({}, decided(), 'mcp/files/read'))).toBe('GUARD_BREAKER_OPEN');
    await two.clock.advance(36_000);
    const [status, ...others] = await breakerStatus(store, two.clock);
    expect(others).toEqual([]);
    expect(status).toEqual({ key: 'mcp/files/read', state: { at: 'half-open', successes: 0 } });
  });

  it('let one probe through of ten processes that ask at once', async () => {
    const { store } = memory();
    const many = Array.from({ length: 10 }, (_, i) => subject(store, `${i}`));
    await many[0]?.end(FAILED, 10);
    for (const { clock } of many) await clock.advance(36_000);
    const codes = await Promise.all(many.map(({ hold }) => codeRejectedBy(hold())));
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'GUARD_BREAKER_PROBING')).toHaveLength(9);
  });

  it('refuse where the record cannot be read, and where others always write first', async () => {
    for (const text of [
      '',
      'null',
      '{"v":2,"state":{"at":"closed","calls":[]}}',
      '{"v":1}',
      '{"v":1,"state":{"at":"ajar"}}',
      '{"v":1,"state":{"at":"closed","calls":[{"ok":1,"ms":1}]}}',
      '{"v":1,"state":{"at":"half-open","successes":0,"probe":"p"}}',
    ]) {
      const { store } = memory();
      await store.put('guard/breaker/tool', new TextEncoder().encode(text));
      const { hold } = subject(store);
      expect(await codeRejectedBy(hold()), text).toBe('GUARD_BREAKER_UNREADABLE');
      expect(await codeRejectedBy(breakerStatus(store, fakeClock())), text).toBe('GUARD_BREAKER_UNREADABLE');
    }
    const { store } = memory();
    const { end } = subject({ ...store, put: async () => false });
    expect(await codeRejectedBy(end(FAILED))).toBe('GUARD_BREAKER_CONTENTION');
  });

  it('end every probe once, whatever the store does: never two at a time', async () => {
    const random = seededRandom('breakers under faults');
    let faults = 0;
    for (let game = 0; game < 60; game++) {
      const { store } = memory();
      let isBroken = false;
      const fault = (): boolean => isBroken && random.int(3) === 0 && ++faults > 0;
      const failing: Store = {
        ...store,
        async get(key) {
          if (fault()) throw new Error('disk');
          return await store.get(key);
        },
        async put(key, value, expected) {
          if (fault()) throw new Error('disk');
          const written = await store.put(key, value, expected);
          if (fault()) throw new Error('disk');
          return written;
        },
      };
      const { hold, end, clock } = subject(failing, `game ${game}`);
      await end(FAILED, 10);
      await clock.advance(36_000);
      const probes = new Set<Hold>();
      for (let i = 0; i < 20; i++) {
        isBroken = random.int(2) === 0;
        const held = await hold().catch(() => undefined);
        if (held !== undefined) {
          expect(probes.size, `game ${game}: a second probe`).toBe(0);
          probes.add(held);
        }
        const [probe] = probes;
        if (probe === undefined || random.int(2) === 0) continue;
        const given = await probe.release().then(
          () => true,
          () => false,
        );
        // What could not be given back waits until nobody is expected to be heard of any more.
        if (!given) break;
        probes.delete(probe);
        await probe.settle(FAILED);
        await probe.release();
      }
    }
    expect(faults).toBeGreaterThan(100);
  });
});
