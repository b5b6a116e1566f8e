import type { Rate } from '@ttp/core';
import { codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { bucketPerMinute, memoryRates } from '../../src/index.js';
import { RATE_SLOTS_MAX, TABLE_SWEEP } from '../../src/limits.js';
import { naiveBucket, naiveWindow } from './reference.js';

/** Time that is set. */
function timer(start = 0): { now: number; monotonic: () => number } {
  const time = { now: start, monotonic: () => time.now };
  return time;
}

describe('a sliding window', () => {
  it('counts each request of one moment: 1000 in one second are 1000', () => {
    proves('flaw.W2', 'guard.rate.sliding-window');
    const clock = timer();
    const rates = memoryRates({ clock });
    const rate = { requests: 1000, windowMs: 1000 };
    for (let i = 0; i < 1000; i++) {
      clock.now = i % 3 === 0 ? Math.floor(i / 3) : clock.now;
      expect(rates.take('k', rate, 1).granted, `request ${i}`).toBe(true);
    }
    expect(rates.take('k', rate, 1)).toEqual({ granted: false, remaining: 0, retryMs: 667, mark: 0 });
    clock.now = 1000; // those of 0 leave, three of them
    expect(rates.take('k', rate, 0).remaining).toBe(3);
  });

  it('does not count what it refuses, however often it is asked', () => {
    const clock = timer();
    const rates = memoryRates({ clock });
    const rate = { requests: 2, windowMs: 100 };
    rates.take('k', rate, 1);
    clock.now = 50;
    rates.take('k', rate, 1);
    for (clock.now = 51; clock.now < 100; clock.now++)
      expect(rates.take('k', rate, 1)).toMatchObject({ granted: false, retryMs: 100 - clock.now });
    expect(rates.take('k', rate, 1)).toMatchObject({ granted: true, remaining: 0 });
    clock.now = 149;
    expect(rates.take('k', rate, 1)).toMatchObject({ granted: false, retryMs: 1 });
  });

  it('gives the time after which it may be asked again, for several at once too', () => {
    const clock = timer();
    const rates = memoryRates({ clock });
    const rate = { requests: 5, windowMs: 1000 };
    rates.take('k', rate, 2);
    clock.now = 100;
    rates.take('k', rate, 2);
    expect(rates.take('k', rate, 2)).toMatchObject({ granted: false, remaining: 1, retryMs: 900 });
    expect(rates.take('k', rate, 5)).toMatchObject({ granted: false, retryMs: 1000 });
    expect(rates.take('k', rate, 6)).toMatchObject({ granted: false, retryMs: Number.POSITIVE_INFINITY });
  });

  it('refills nothing when the clock is set back', () => {
    const clock = timer(10_000);
    const rates = memoryRates({ clock });
    const rate = { requests: 1, windowMs: 1000 };
    expect(rates.take('k', rate, 1).granted).toBe(true);
    for (const now of [9000, 0, -5000, 10_999]) {
      clock.now = now;
      expect(rates.take('k', rate, 1).granted, `at ${now}`).toBe(false);
    }
    clock.now = 11_000;
    expect(rates.take('k', rate, 1).granted).toBe(true);
  });

  it('takes back what was taken, once, and nothing that others took before', () => {
    const clock = timer();
    const rates = memoryRates({ clock });
    const rate = { requests: 3, windowMs: 1000 };
    for (const now of [1, 5, 10]) {
      clock.now = now;
      rates.take('k', rate, 1);
    }
    for (const [mark, remaining] of [
      [5, 1],
      [5, 1],
      [7, 1],
      [0, 1],
      [99, 1],
      [10, 2],
    ] as const) {
      rates.giveBack('k', rate, 1, mark);
      expect(rates.take('k', rate, 0).remaining, `after ${mark}`).toBe(remaining);
    }
    clock.now = 1001;
    rates.giveBack('k', rate, 1, 1); // it has left already
    expect(rates.take('k', rate, 0).remaining).toBe(3);
    rates.giveBack('nobody', rate, 1, 1);
    expect(rates.size).toBe(1);
  });

  it('goes on counting when the limit changes', () => {
    const rates = memoryRates({ clock: timer() });
    for (let i = 0; i < 5; i++) rates.take('k', { requests: 5, windowMs: 1000 }, 1);
    expect(rates.take('k', { requests: 4, windowMs: 1000 }, 1)).toMatchObject({
      granted: false,
      remaining: 0,
    });
    expect(rates.take('k', { requests: 6, windowMs: 1000 }, 1)).toMatchObject({
      granted: true,
      remaining: 0,
    });
  });

  it('does what the rule says, at random, and remembers no more than it allows', () => {
    const random = seededRandom('sliding windows');
    for (let game = 0; game < 60; game++) {
      const rate = { requests: 1 + random.int(12), windowMs: 1 + random.int(200) };
      const clock = timer(1000);
      const rates = memoryRates({ clock });
      const naive = naiveWindow(rate.requests, rate.windowMs);
      const held: { units: number; mark: number | string }[] = [];
      for (let i = 0; i < 300; i++) {
        clock.now += random.int(5) === 0 ? -random.int(50) : random.int(30);
        const units = random.int(4) === 0 ? random.int(4) : 1;
        const last = random.int(6) === 0 ? held.pop() : undefined;
        if (last !== undefined) {
          rates.giveBack('k', rate, last.units, last.mark);
          naive.giveBack(last.units, Number(last.mark));
        }
        const answer = rates.take('k', rate, units);
        expect(answer.granted, `game ${game}, ask ${i}`).toBe(naive.take(units, clock.now));
        if (answer.granted && units > 0) held.push({ units, mark: answer.mark });
      }
    }
  });

  it('of more requests than it tells apart counts each for the window at least, and a slot more at most', () => {
    const random = seededRandom('wide windows');
    const rate = { requests: 5 * RATE_SLOTS_MAX, windowMs: 4 * RATE_SLOTS_MAX + 1 };
    const clock = timer();
    const rates = memoryRates({ clock });
    const granted: number[] = [];
    let [first, firstWithSlot, refused] = [0, 0, 0];
    for (let i = 0; i < 9000; i++) {
      clock.now += random.int(2);
      while ((granted[first] ?? clock.now) <= clock.now - rate.windowMs) first++;
      while ((granted[firstWithSlot] ?? clock.now) <= clock.now - rate.windowMs - 5) firstWithSlot++;
      if (rates.take('k', rate, 1).granted) {
        expect(granted.length - first, `ask ${i}`).toBeLessThan(rate.requests);
        granted.push(clock.now);
      } else {
        expect(granted.length - firstWithSlot, `ask ${i}`).toBeGreaterThanOrEqual(rate.requests);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('a token bucket', () => {
  it('takes requests and tokens by the minute, and says what is left and when there is more', () => {
    proves('guard.rate.token-bucket');
    const clock = timer();
    const rates = memoryRates({ clock });
    const requests = bucketPerMinute(60);
    const tokens = bucketPerMinute(6000, 10_000);
    expect(requests).toEqual({ capacity: 60, refill: 60, perMs: 60_000 });
    expect(tokens).toEqual({ capacity: 10_000, refill: 6000, perMs: 60_000 });
    expect(rates.take('r', requests, 1)).toEqual({ granted: true, remaining: 59, retryMs: 0, mark: 0 });
    expect(rates.take('t', tokens, 9950)).toMatchObject({ granted: true, remaining: 50 });
    expect(rates.take('t', tokens, 150)).toEqual({ granted: false, remaining: 50, retryMs: 1000, mark: 0 });
    clock.now = 999;
    expect(rates.take('t', tokens, 150)).toMatchObject({ granted: false, remaining: 149, retryMs: 1 });
    clock.now = 1000;
    expect(rates.take('t', tokens, 0)).toMatchObject({ granted: true, remaining: 150 });
    expect(rates.take('t', tokens, 150)).toMatchObject({ granted: true, remaining: 0 });
    expect(rates.take('t', tokens, 10_001)).toMatchObject({
      granted: false,
      retryMs: Number.POSITIVE_INFINITY,
    });
    clock.now = 1e15; // full, and no more than full
    expect(rates.take('t', tokens, 0).remaining).toBe(10_000);
  });

  it('loses no fraction of a token, in whatever steps time goes by', () => {
    const random = seededRandom('token buckets');
    for (let game = 0; game < 60; game++) {
      const rate = { capacity: 1 + random.int(9), refill: 1 + random.int(9), perMs: 1 + random.int(40) };
      const clock = timer(500);
      const rates = memoryRates({ clock });
      const naive = naiveBucket(rate);
      for (let i = 0; i < 200; i++) {
        clock.now += random.int(6) === 0 ? -random.int(40) : random.int(12);
        const units = random.int(4);
        const { granted, retryMs, mark } = rates.take('k', rate, units);
        expect(granted, `game ${game}, ask ${i}`).toBe(naive.take(units, clock.now));
        if (granted && random.int(5) === 0) {
          rates.giveBack('k', rate, units, mark);
          naive.giveBack(units, 0);
        }
        if (!granted && Number.isFinite(retryMs)) expect(retryMs).toBeGreaterThan(0);
      }
    }
  });

  it('is exact up to 2^53', () => {
    const clock = timer();
    const rates = memoryRates({ clock });
    const rate = { capacity: 2 ** 26, refill: 2 ** 26, perMs: 2 ** 26 };
    expect(rates.take('k', rate, 2 ** 26)).toMatchObject({ granted: true, remaining: 0 });
    clock.now = 2 ** 26 - 1;
    expect(rates.take('k', rate, 0).remaining).toBe(2 ** 26 - 1);
    clock.now = Number.MAX_SAFE_INTEGER;
    expect(rates.take('k', rate, 0).remaining).toBe(2 ** 26);
  });
});

describe('rates in memory', () => {
  it('refuse a rate that is none, and units that are no count', () => {
    const rates = memoryRates({ clock: timer() });
    const refused: readonly (readonly [Rate, number])[] = [
      [{ requests: 0, windowMs: 1 }, 1],
      [{ requests: -1, windowMs: 1 }, 1],
      [{ requests: 1.5, windowMs: 1 }, 1],
      [{ requests: Number.NaN, windowMs: 1 }, 1],
      [{ requests: Number.POSITIVE_INFINITY, windowMs: 1 }, 1],
      [{ requests: 1, windowMs: 0 }, 1],
      [{ capacity: 0, refill: 1, perMs: 1 }, 1],
      [{ capacity: 1, refill: 0, perMs: 1 }, 1],
      [{ capacity: 1, refill: 1, perMs: 0.5 }, 1],
      [{ capacity: 2 ** 30, refill: 1, perMs: 2 ** 30 }, 1],
      [{ requests: 1, windowMs: 1 }, -1],
      [{ requests: 1, windowMs: 1 }, 0.5],
      [{ requests: 1, windowMs: 1 }, Number.NaN],
    ];
    rates.take('k', { requests: 1, windowMs: 1 }, 0);
    for (const [rate, units] of refused)
      expect(
        codeThrownBy(() => rates.take('k', rate, units)),
        JSON.stringify(rate),
      ).toBe('GUARD_BAD_RATE');
    expect(codeThrownBy(() => bucketPerMinute(0))).toBe('GUARD_BAD_RATE');
  });

  it('refuse without a time', () => {
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const rates = memoryRates({ clock: timer(now) });
      expect(codeThrownBy(() => rates.take('k', { requests: 1, windowMs: 1 }, 1))).toBe('CORE_BAD_TIME');
    }
  });

  it('refuse a newcomer when they are full, drop nobody who is limited, and make room as time goes by', () => {
    const clock = timer();
    for (const rate of [
      { requests: 1, windowMs: 1000 },
      { capacity: 1, refill: 1, perMs: 1000 },
    ]) {
      clock.now = 0;
      const rates = memoryRates({ clock, keys: 50 });
      for (let i = 0; i < 50; i++) expect(rates.take(`k${i}`, rate, 1).granted).toBe(true);
      expect(codeThrownBy(() => rates.take('new', rate, 1))).toBe('GUARD_RATE_FULL');
      for (let i = 0; i < 50; i++) expect(rates.take(`k${i}`, rate, 1).granted, `k${i}`).toBe(false);
      clock.now = 500;
      expect(codeThrownBy(() => rates.take('new', rate, 1))).toBe('GUARD_RATE_FULL');
      clock.now = 1000;
      for (let i = 0; i < 200; i++) rates.take(`new${i % 60}`, { ...rate }, 0);
      expect(rates.size).toBeLessThanOrEqual(50);
    }
  });

  it('look at few entries for each newcomer', () => {
    const clock = timer();
    const rates = memoryRates({ clock, keys: 10 * TABLE_SWEEP });
    const rate = { requests: 1, windowMs: 1000 };
    for (let i = 0; i < 10 * TABLE_SWEEP; i++) rates.take(`k${i}`, rate, i < 2 * TABLE_SWEEP ? 1 : 0);
    // The first that are looked at still count; whoever asks often enough comes to those that do not.
    const codes = Array.from({ length: 3 }, () => codeThrownBy(() => rates.take('new', rate, 1)));
    expect(codes).toEqual(['GUARD_RATE_FULL', 'GUARD_RATE_FULL', undefined]);
  });
});
