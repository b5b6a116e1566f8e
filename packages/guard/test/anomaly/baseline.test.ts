import { seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type Baseline, type BaselineRule, learned, measured } from '../../src/anomaly/baseline.js';
import { BASELINE_MIN_SAMPLES, BASELINE_SAMPLE_MAX } from '../../src/limits.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const RULE: BaselineRule = { periodMs: 30 * DAY, deviationMilli: 3000 };

/** The baseline of these samples, one a minute. */
const of = (samples: readonly number[], rule = RULE): Baseline =>
  samples.reduce<Baseline>((before, sample, i) => learned(before, sample, i * MINUTE, rule), []);

describe('a baseline', () => {
  it('says nothing before it has seen enough', () => {
    const few = Array.from({ length: BASELINE_MIN_SAMPLES - 1 }, () => 10);
    expect(measured(of(few), 0, RULE)).toBeUndefined();
    expect(measured(of([...few, 10]), 0, RULE)).toMatchObject({ samples: 30, meanMilli: 10_000 });
  });

  it('is mean and standard deviation, as floating point has them, at random', () => {
    const random = seededRandom('baseline');
    for (let run = 0; run < 100; run++) {
      const spread = 1 + random.int(run % 2 === 0 ? 50 : 100_000);
      const samples = Array.from({ length: 40 + random.int(200) }, () => random.int(spread));
      const wide = { ...RULE, deviationMilli: 1_000_000_000 }; // nothing is unusual
      const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
      const variance = samples.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (samples.length - 1);
      const deviation = Math.max(1, Math.sqrt(mean), Math.sqrt(variance));
      const found = measured(of(samples, wide), samples.length * MINUTE, wide);
      expect(Math.abs((found?.meanMilli ?? 0) - mean * 1000)).toBeLessThanOrEqual(1);
      expect(Math.abs((found?.deviationMilli ?? 0) - deviation * 1000)).toBeLessThanOrEqual(2);
      const usual = measured(of(samples, wide), samples.length * MINUTE, RULE);
      expect(Math.abs((usual?.most ?? 0) - (mean + 3 * deviation))).toBeLessThanOrEqual(1.01);
    }
  });

  it('allows one more to who always did the same, and no more than the root of what he did', () => {
    expect(measured(of(Array.from({ length: 50 }, () => 0)), 0, RULE)).toMatchObject({ most: 3 });
    expect(measured(of(Array.from({ length: 50 }, () => 100)), 0, RULE)).toMatchObject({
      meanMilli: 100_000,
      deviationMilli: 10_000,
      most: 130,
    });
  });

  it('begins anew where the policy gives it a longer period, and not with what it cannot tell the time of', () => {
    const short = { ...RULE, periodMs: DAY };
    const before = of(
      Array.from({ length: 300 }, () => 1000),
      short,
    );
    expect(measured(before, 300 * MINUTE, short)).toMatchObject({ samples: 300 });
    expect(measured(before, 300 * MINUTE, RULE)).toMatchObject({ samples: 48 });
    const after = learned(before, 7, 300 * MINUTE, RULE);
    expect(after).toEqual([[0, 49, 48 * 1000 + 7, 48 * 1_000_000 + 49]]);
  });

  it('learns nothing from what it calls unusual, however often it comes', () => {
    const usual = of(Array.from({ length: 60 }, (_, i) => 9 + (i % 3)));
    const before = measured(usual, 60 * MINUTE, RULE);
    let poisoned = usual;
    for (let i = 0; i < 1000; i++) poisoned = learned(poisoned, 1_000_000, (60 + i) * MINUTE, RULE);
    expect(measured(poisoned, 1060 * MINUTE, RULE)).toEqual(before);
  });

  it('is moved by one sample no further than the allowed deviation over the number of samples', () => {
    const random = seededRandom('poison');
    let baseline = of(Array.from({ length: 30 }, () => 10));
    for (let i = 30; i < 400; i++) {
      const now = i * MINUTE;
      const before = measured(baseline, now, RULE);
      if (before === undefined) throw new Error('no measure');
      // Somebody who knows the baseline raises it as fast as he can.
      baseline = learned(baseline, before.most + (random.int(4) === 0 ? 1 : 0), now, RULE);
      const after = measured(baseline, now, RULE);
      if (after === undefined) throw new Error('no measure');
      const step = (3 * before.deviationMilli) / after.samples + 1;
      expect(after.meanMilli - before.meanMilli).toBeLessThanOrEqual(step);
    }
  });

  it('forgets what is older than its period, slice by slice, and stays small', () => {
    let baseline: Baseline = [];
    for (let day = 0; day < 100; day++)
      for (let i = 0; i < 4; i++) baseline = learned(baseline, day, day * DAY + i * MINUTE, RULE);
    expect(baseline.length).toBeLessThanOrEqual(31);
    // A slice counts until all of it has left.
    expect(baseline[0]?.[0]).toBe(69);
    expect(measured(baseline, 99 * DAY, RULE)?.samples).toBe(124);
    expect(measured(baseline, 130 * DAY, RULE)).toBeUndefined();
    // A time that went back adds to the latest slice.
    expect(learned(baseline, 1, 5, RULE).length).toBeLessThanOrEqual(31);
  });

  it('counts more than it can learn from as the most it can, and less than nothing as nothing', () => {
    expect(of([1e12])).toEqual([[0, 1, BASELINE_SAMPLE_MAX, BASELINE_SAMPLE_MAX ** 2]]);
    expect(of([-5])).toEqual([[0, 1, 0, 0]]);
    const full: Baseline = [[0, 50_000, 50_000 * BASELINE_SAMPLE_MAX, 50_000 * BASELINE_SAMPLE_MAX ** 2]];
    expect(learned(full, 1, 0, { ...RULE, deviationMilli: 1 })).toEqual(full);
    expect(Number.isSafeInteger(full[0]?.[3])).toBe(true);
  });

  it('takes a shorter period and a smaller deviation as they are', () => {
    const hour: BaselineRule = { periodMs: 60 * MINUTE, deviationMilli: 500 };
    const baseline = of(
      Array.from({ length: 200 }, () => 100),
      hour,
    );
    expect(measured(baseline, 199 * MINUTE, hour)).toMatchObject({ most: 105 });
    expect(measured(baseline, 199 * MINUTE, hour)?.samples).toBeLessThanOrEqual(62);
  });
});
