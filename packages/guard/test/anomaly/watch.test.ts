import { memory } from '@ttp/adapters/memory';
import type { Store } from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, type FakeClock, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type AnomalyFinding,
  type BehaviorWatch,
  type BehaviorWatchOptions,
  watchBehavior,
} from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { seen } from './seen.js';

interface Bench {
  readonly watch: BehaviorWatch;
  readonly clock: FakeClock;
  readonly raised: AnomalyFinding[];
  readonly store: Store;
}

async function bench(
  store: Store = memory().store,
  options: Partial<BehaviorWatchOptions> = {},
  clock: FakeClock = fakeClock(),
): Promise<Bench> {
  const raised: AnomalyFinding[] = [];
  const watch = await watchBehavior({
    agent: AGENT,
    store,
    clock,
    timer: clock,
    raised: (finding) => void raised.push(finding),
    ...options,
  });
  return { watch, clock, raised, store };
}

const many = (times: number, act: () => void): void => {
  for (let i = 0; i < times; i++) act();
};

describe('watchBehavior', () => {
  it('tells of an alarm once while it stands, and again when it stands anew', async () => {
    const { watch, clock, raised } = await bench();
    many(100, () => watch.ended(seen()));
    expect([raised, watch.patterns()]).toEqual([[], []]);
    many(50, () => watch.ended(seen()));
    expect(raised).toEqual([
      { anomaly: 'bulk_access', evidence: { accesses: 101, atMost: 100, windowMs: 60_000 } },
    ]);
    expect(watch.metrics()).toEqual({ requestRate: 0, errorRate: 0, patterns: ['bulk_access'] });
    await clock.advance(299_999);
    expect(watch.patterns()).toEqual(['bulk_access']);
    await clock.advance(1);
    expect(watch.patterns()).toEqual([]);
    many(101, () => watch.ended(seen()));
    expect(raised).toHaveLength(2);
  });

  it('has rates of the last minute, and none of errors of few calls', async () => {
    const { watch, clock } = await bench();
    many(7, () => watch.attempted());
    many(9, () => watch.ended(seen({ status: 'failed' })));
    expect(watch.metrics()).toEqual({ requestRate: 7, patterns: [] });
    watch.ended(seen());
    expect(watch.metrics()).toMatchObject({ requestRate: 7, errorRate: 0.9 });
    await clock.advance(60_500);
    expect(watch.metrics()).toMatchObject({ requestRate: 0 });
    expect(watch.metrics()).not.toHaveProperty('errorRate');
  });

  it('goes on over a restart as if no time had gone by, whatever the wall clock says', async () => {
    const first = await bench();
    many(60, () => first.watch.ended(seen()));
    many(3, () => first.watch.ended(seen({ status: 'blocked', denied: true, classification: 'restricted' })));
    await first.watch.close();
    const clock = fakeClock();
    clock.setWall(9_000_000_000_000);
    const second = await bench(first.store, {}, clock);
    expect(second.watch.patterns()).toEqual(['privilege_escalation']);
    many(41, () => second.watch.ended(seen()));
    expect(second.raised.map(({ anomaly }) => anomaly)).toEqual(['bulk_access']);
    expect(second.watch.report()).toMatchObject({
      agent: { accesses: 101, denials: 3, bytes: 10_100, latencyMs: { p50: 8, p99: 8 } },
      resources: { [hashJson('db:customers/1')]: { accesses: 101 } },
    });
  });

  it('loses a second to a crash, and no alarm', async () => {
    const first = await bench();
    many(40, () => first.watch.attempted());
    await first.clock.advance(999);
    expect((await bench(first.store)).watch.metrics().requestRate).toBe(0);
    await first.clock.advance(1);
    expect((await bench(first.store)).watch.metrics().requestRate).toBe(40);
    many(3, () => first.watch.ended(seen({ status: 'blocked', denied: true, classification: 'restricted' })));
    await first.clock.advance(0);
    expect((await bench(first.store)).watch.patterns()).toEqual(['privilege_escalation']);
  });

  it('adds up what two processes saw', async () => {
    const { store } = memory();
    const [one, other] = [await bench(store), await bench(store)];
    many(60, () => one.watch.ended(seen()));
    many(60, () => other.watch.ended(seen()));
    await one.clock.advance(1000);
    await other.clock.advance(1000);
    other.watch.ended(seen());
    expect(other.raised).toMatchObject([{ anomaly: 'bulk_access', evidence: { accesses: 121 } }]);
    await one.clock.advance(1000);
    one.watch.attempted();
    await one.clock.advance(1000);
    expect(one.watch.patterns()).toEqual(['bulk_access']);
  });

  it('says that a record cannot be read or written, and counts on', async () => {
    const { store } = memory();
    let isUp = true;
    const flaky: Store = {
      ...store,
      get: (key) => store.get(key),
      put: (key, value, expected) =>
        isUp ? store.put(key, value, expected) : Promise.reject(new Error('EIO')),
    };
    const { watch, clock } = await bench(flaky);
    isUp = false;
    many(10, () => watch.attempted());
    watch.require();
    await clock.advance(1000);
    expect(codeThrownBy(() => watch.require())).toBe('GUARD_STORE_FAILED');
    many(10, () => watch.attempted());
    expect(watch.metrics().requestRate).toBe(20);
    isUp = true;
    await clock.advance(1000);
    watch.require();
    expect((await bench(store)).watch.metrics().requestRate).toBe(20);
    for (const key of [`guard/anomaly/${AGENT}`, `guard/anomaly/${AGENT}/profile`]) {
      const broken = memory().store;
      await broken.put(key, new Uint8Array([123]));
      expect(await codeRejectedBy(bench(broken))).toBe('GUARD_ANOMALY_UNREADABLE');
    }
  });

  it('counts nothing twice where only the profiles could not be written', async () => {
    const { store } = memory();
    let isUp = false;
    const flaky: Store = {
      ...store,
      get: (key) => store.get(key),
      put: (key, value, expected) =>
        isUp || !key.endsWith('/profile')
          ? store.put(key, value, expected)
          : Promise.reject(new Error('EIO')),
    };
    const { watch, clock } = await bench(flaky);
    await clock.advance(60_000);
    many(7, () => watch.ended(seen()));
    many(7, () => watch.attempted());
    await clock.advance(1000);
    expect(codeThrownBy(() => watch.require())).toBe('GUARD_STORE_FAILED');
    isUp = true;
    watch.attempted();
    await clock.advance(1000);
    watch.require();
    expect(watch.metrics().requestRate).toBe(8);
    const again = await bench(store);
    expect(again.watch.metrics().requestRate).toBe(8);
    expect(again.watch.report().agent.accesses).toBe(7);
  });

  it('says that other processes kept getting in between', async () => {
    const { store } = memory();
    const { watch, clock } = await bench({
      ...store,
      get: (key) => store.get(key),
      put: () => Promise.resolve(false),
    });
    watch.attempted();
    await clock.advance(1000);
    expect(codeThrownBy(() => watch.require())).toBe('GUARD_ANOMALY_CONTENTION');
  });

  it('finds nothing to leave a window where the clock gives no time, or goes back', async () => {
    const clock = fakeClock();
    let given: number | undefined = 5000;
    const odd = {
      monotonic() {
        if (given === undefined) throw new Error('no clock');
        return given;
      },
    };
    const { watch, raised } = await bench(memory().store, { clock: odd }, clock);
    many(50, () => watch.ended(seen()));
    given = Number.NaN;
    many(30, () => watch.ended(seen()));
    given = undefined;
    many(20, () => watch.ended(seen()));
    given = 1;
    watch.ended(seen());
    expect(raised.map(({ anomaly }) => anomaly)).toEqual(['bulk_access']);
    given = 5000 + 299_999;
    expect(watch.patterns()).toEqual(['bulk_access']);
    given = 5000 + 300_000;
    expect([watch.patterns(), watch.metrics().requestRate]).toEqual([[], 0]);
  });

  it("compares with the agent's own baseline, and reacts above the deviation", async () => {
    proves('guard.anomaly.profiles');
    const baseline = { periodMs: 30 * 86_400_000, deviationMilli: 3000 };
    const { watch, clock, raised, store } = await bench(memory().store, { baseline });
    for (let minute = 0; minute < 40; minute++) {
      many(5, () => watch.ended(seen()));
      await clock.advance(60_000);
    }
    await watch.close();
    expect(raised).toEqual([]);
    const again = await bench(store, { baseline });
    await again.clock.advance(60_000);
    many(11, () => again.watch.ended(seen()));
    expect(again.raised).toEqual([]);
    again.watch.ended(seen());
    expect(again.raised).toMatchObject([
      { anomaly: 'baseline_deviation', evidence: { metric: 'accesses', value: 12, most: 11 } },
    ]);
  });

  it('learns nothing from a minute in which another alarm was raised', async () => {
    const baseline = { periodMs: 30 * 86_400_000, deviationMilli: 3000 };
    const { watch, clock, raised } = await bench(memory().store, { baseline });
    const probe = seen({ status: 'blocked', denied: true, classification: 'restricted' });
    for (let minute = 0; minute < 42; minute++) {
      many(5, () => watch.ended(seen()));
      if (minute >= 32) many(3, () => watch.ended(probe));
      await clock.advance(60_000);
    }
    many(12, () => watch.ended(seen()));
    expect(raised.map(({ anomaly }) => anomaly)).toEqual(['privilege_escalation', 'baseline_deviation']);
    expect(raised.at(-1)?.evidence).toMatchObject({ samples: 32, meanMilli: 5000 });
  });
});
