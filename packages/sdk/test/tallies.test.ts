import { type BehaviorFacts, behaviorOf } from '@ttp/score';
import { fakeClock, proves, withSeed } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { createActivity } from '../src/activity.js';
import { createTallies, type Tallies } from '../src/behavior/tallies.js';
import { BEHAVIOR_LATENCY_TARGET_MS, BEHAVIOR_TALLY_MAX } from '../src/limits.js';
import { closeAll, POLICY, rig } from './rig.js';

const MINUTE = 60_000;
const SLOW = BEHAVIOR_LATENCY_TARGET_MS + 1;

afterEach(closeAll);

/** Twenty calls in each of some minutes, which succeed or not and take so long; what is known afterwards. */
function work(tallies: Tallies, from: number, until: number, good = true, ms = 10): BehaviorFacts {
  for (let minute = from; minute < until; minute++)
    for (let call = 0; call < 20; call++) {
      tallies.asked(1);
      tallies.permitted();
      tallies.took(minute * MINUTE + call, ms);
      tallies.ended(minute * MINUTE + call, good);
    }
  return tallies.facts(until * MINUTE);
}

const share = ({ good, total }: { readonly good: number; readonly total: number }): number => good / total;

describe('behavior, as it is observed', () => {
  it('follows uptime, errors and latency minute by minute, and shows that an agent has changed', () => {
    proves('score.behavioral.real-time');
    const tallies = createTallies();
    let last = 0;
    for (const [from, until] of [
      [0, 1],
      [1, 10],
      [10, 60],
    ] as const) {
      const now = behaviorOf(work(tallies, from, until)).bp;
      expect(now).toBeGreaterThan(last);
      last = now;
    }
    const before = work(tallies, 60, 240);
    expect(before).toMatchObject({
      uptime: { good: 240, total: 240 },
      latencyP95: { good: 240, total: 240 },
    });
    expect(before.errorRate.total).toBeLessThanOrEqual(BEHAVIOR_TALLY_MAX);
    // Taken over after four hours and 4800 calls: everything fails now, and slowly. Each minute of it is lower.
    last = behaviorOf(before).bp;
    for (let minute = 240; minute < 260; minute++) {
      const now = behaviorOf(work(tallies, minute, minute + 1, false, SLOW)).bp;
      expect(now, `minute ${minute}`).toBeLessThan(last);
      last = now;
    }
    const after = tallies.facts(260 * MINUTE);
    expect(after.uptime).toEqual({ good: 240, total: 260 });
    expect(after.latencyP95).toEqual({ good: 240, total: 260 });
    expect(share(after.errorRate)).toBeLessThan(0.9);
  });

  it('counts a minute as up where anything succeeded, and as fast where 95 % of the effects were', () => {
    const tallies = createTallies();
    work(tallies, 0, 1, false);
    tallies.ended(MINUTE, false);
    tallies.ended(MINUTE + 100, true);
    const effects = (minute: number, slow: number): void => {
      for (let n = 0; n < 20; n++)
        tallies.took(minute * MINUTE + n, n < slow ? SLOW : BEHAVIOR_LATENCY_TARGET_MS);
    };
    effects(2, 1);
    effects(3, 2);
    // The minute under way counts when it is over.
    expect(tallies.facts(4 * MINUTE - 1)).toMatchObject({
      uptime: { good: 1, total: 2 },
      latencyP95: { good: 2, total: 2 },
    });
    expect(tallies.facts(4 * MINUTE)).toMatchObject({ latencyP95: { good: 2, total: 3 } });
    expect(tallies.facts(500 * MINUTE).uptime).toEqual({ good: 1, total: 2 });
  });

  it('remembers as much as it may, and never has more good than all', () =>
    withSeed('tallies', 20, (random) => {
      const tallies = createTallies();
      let underWay = 0;
      let most = 0;
      for (let n = 0; n < 6000; n++)
        if (random.chance(0.6)) {
          tallies.asked(1);
          underWay++;
        } else if (underWay > 0) {
          underWay--;
          if (random.chance(0.1)) tallies.asked(-1);
          else tallies.permitted();
          const { good, total } = tallies.facts(0).policyCompliance;
          most = Math.max(most, total);
          if (good > total || good < 0) expect([good, total]).toEqual([]);
        }
      expect(most).toBeGreaterThan(BEHAVIOR_TALLY_MAX - 10);
      expect(most).toBeLessThanOrEqual(BEHAVIOR_TALLY_MAX);
    }));

  it('times an effect that fails as well', async () => {
    const clock = fakeClock();
    const activity = createActivity(clock);
    const perform = (effect: () => Promise<unknown>) =>
      activity.watched({ perform: effect } as never).perform(undefined as never, undefined as never);
    await perform(() => clock.advance(10));
    await clock.advance(MINUTE);
    const failing = perform(async () => {
      await clock.advance(SLOW);
      throw new Error('planted');
    });
    await expect(failing).rejects.toThrow('planted');
    await clock.advance(MINUTE);
    expect(activity.behavior().latencyP95).toEqual({ good: 1, total: 2 });
  });

  it('is the trust of the next call: half an hour of good ones opens what a new agent may not', async () => {
    const conditions = { trustScore: { gte: 48 } };
    const earned = {
      id: 'earned',
      effect: 'allow',
      resources: ['file:earned/**'],
      actions: ['read'],
      conditions,
    };
    const rules = [...(Array.isArray(POLICY['rules']) ? POLICY['rules'] : []), earned];
    const r = await rig({ policy: { ...POLICY, rules } });
    expect((await r.read('earned/a')).status).toBe('blocked');
    for (let minute = 0; minute < 30; minute++) {
      for (let call = 0; call < 5; call++) await r.read('data/a');
      await r.clock.advance(MINUTE);
    }
    // Beyond 40: 4.5 for compliance, 2.2 without errors, 1.1 up, 0.6 fast. None can be missing.
    expect((await r.read('earned/a')).status).toBe('done');
  });
});
