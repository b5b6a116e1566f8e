import {
  BEHAVIOR_COMPONENTS,
  BEHAVIOR_WEIGHTS_BP,
  type Behavior,
  type BehaviorFacts,
  behaviorOf,
  NO_BEHAVIOR,
  type Tally,
} from '@ttp/score';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { behavior } from './facts.js';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may hand in
const uptimeOf = (tally: unknown): Behavior => behaviorOf({ ...NO_BEHAVIOR, uptime: tally as Tally });

describe('behaviorOf', () => {
  it('weighs the six components 30, 20, 15, 10, 15 and 10 %', () => {
    proves('score.behavioral.weights');
    const alone = BEHAVIOR_COMPONENTS.map(
      (component) => behaviorOf({ ...NO_BEHAVIOR, [component]: { good: 900, total: 900 } }).bp,
    );
    expect(alone).toEqual([675, 450, 337, 225, 337, 225]);
    expect(Object.values(BEHAVIOR_WEIGHTS_BP)).toEqual([3000, 2000, 1500, 1000, 1500, 1000]);
  });

  it('gives nothing for nothing, and more for a longer record of the same quality', () => {
    proves('decision.D23', 'score.behavioral.observed');
    expect(behaviorOf(NO_BEHAVIOR)).toEqual({ bp: 0, conduct: 0, observed: 0 });
    const volumes = [1, 10, 100, 1000, 10_000, 1_000_000];
    const points = volumes.map((total) => behaviorOf(behavior({ good: total, total })).bp);
    expect(points).toEqual([21, 225, 1249, 2269, 2473, 2494]);
  });

  it('takes counts of observations only: a declared limit, ratio or absence earns nothing', () => {
    proves('flaw.S8');
    for (const declared of [
      { good: 1, total: Infinity },
      { good: Infinity, total: Infinity },
      { good: Number.NaN, total: 1 },
      { good: 5, total: 1 },
      { good: -5, total: 1 },
      { ratio: 1 },
      1,
      null,
    ])
      expect(codeThrownBy(() => uptimeOf(declared))).toBe('SCORE_BAD_BEHAVIOR');
    expect(behaviorOf({ ...NO_BEHAVIOR, uptime: { good: 0, total: 0 } })).toEqual({
      bp: 0,
      conduct: 0,
      observed: 0,
    });
  });

  it('rounds against the agent: a conduct of -99.01 is -100', () => {
    expect(behaviorOf(behavior({ good: 0, total: 1 }))).toEqual({ bp: 0, conduct: -100, observed: 6 });
    expect(behaviorOf(behavior({ good: 1, total: 1 })).conduct).toBe(94);
  });

  it('never falls by a good observation and never rises by a bad one', () =>
    withSeed('behavior polarity', 300, (random) => {
      const total = random.int(1000);
      const component = random.pick(BEHAVIOR_COMPONENTS);
      const at = (tally: Tally): BehaviorFacts => ({
        ...behavior({ good: 7, total: 9 }),
        [component]: tally,
      });
      const good = random.int(total + 1);
      const now = behaviorOf(at({ good, total }));
      const better = behaviorOf(at({ good: good + 1, total: total + 1 }));
      const worse = behaviorOf(at({ good, total: total + 1 }));
      expect(better.bp).toBeGreaterThanOrEqual(now.bp);
      expect(better.conduct).toBeGreaterThanOrEqual(now.conduct);
      expect(worse.bp).toBeLessThanOrEqual(now.bp);
      expect(worse.conduct).toBeLessThanOrEqual(now.conduct);
    }));

  it('shows a compromise: after a good record, bad observations pull the points and the conduct down', () => {
    const before = behaviorOf(behavior({ good: 1000, total: 1000 }));
    const after = behaviorOf(behavior({ good: 1000, total: 2000 }));
    expect([before.bp, after.bp]).toEqual([2269, 1189]);
    expect([before.conduct, after.conduct]).toEqual([9089, 0]);
  });
});
