import { type Clock, type Rate, type RateAnswer, type RateMeter, TtpError } from '@ttp/core';
import { RATE_KEYS_MAX } from '../limits.js';
import { createTable } from '../records/table.js';
import {
  type BucketLevel,
  type BucketRate,
  fillUp,
  isFull,
  newBucket,
  putBackTokens,
  takeTokens,
} from './bucket.js';
import { isSliding, requireRate, spanOf } from './rate.js';
import { giveBackSliding, newLog, passTime, type SlidingLog, takeSliding } from './sliding.js';

/** A meter of this process, which answers at once. */
export interface MemoryRates extends RateMeter {
  /** @throws GUARD_BAD_RATE, GUARD_RATE_FULL, CORE_BAD_TIME */
  take(key: string, rate: Rate, units: number): RateAnswer;
  giveBack(key: string, rate: Rate, units: number, mark: RateAnswer['mark']): void;
  /** How many counts it remembers. */
  readonly size: number;
}

/**
 * Rates in the memory of this process. It remembers at most so many windows and so many buckets; when it is full, an
 * empty window or a full bucket makes room, and where there is none a new key is refused with GUARD_RATE_FULL.
 *
 * @param clock monotonic time: a wall clock that is set refills nothing
 * @param keys {@link RATE_KEYS_MAX} unless given
 */
export function memoryRates({
  clock,
  keys = RATE_KEYS_MAX,
}: {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly keys?: number;
}): MemoryRates {
  const logs = createTable({
    most: keys,
    full: 'GUARD_RATE_FULL',
    make: (): { log: SlidingLog; windowMs: number } => ({ log: newLog(), windowMs: 0 }),
    isIdle({ log, windowMs }, now) {
      passTime(log, windowMs, now);
      return log.total === 0;
    },
  });
  const buckets = createTable({
    most: keys,
    full: 'GUARD_RATE_FULL',
    make: (): { level: BucketLevel; rate: BucketRate } => ({ level: newBucket(), rate: SMALLEST }),
    isIdle({ level, rate }, now) {
      fillUp(level, rate, now);
      return isFull(level, rate);
    },
  });

  function timeNow(): number {
    const now = clock.monotonic();
    if (Number.isFinite(now)) return Math.floor(now);
    throw new TtpError('CORE_BAD_TIME', `the monotonic clock says ${now}`);
  }

  return {
    take(key, rate, units) {
      requireRate(rate, units);
      const now = timeNow();
      const id = key + spanOf(rate);
      if (isSliding(rate)) {
        const entry = logs.at(id, now);
        entry.windowMs = rate.windowMs;
        return takeSliding(entry.log, rate, units, now);
      }
      const entry = buckets.at(id, now);
      entry.rate = rate;
      return takeTokens(entry.level, rate, units, now);
    },
    giveBack(key, rate, units, mark) {
      const id = key + spanOf(rate);
      if (isSliding(rate)) {
        const entry = logs.find(id);
        if (entry !== undefined) giveBackSliding(entry.log, Number(mark), units);
        return;
      }
      const level = buckets.find(id)?.level;
      if (level !== undefined) putBackTokens(level, rate, units);
    },
    get size() {
      return logs.size + buckets.size;
    },
  };
}

/** Of a bucket that nobody has asked yet. */
const SMALLEST: BucketRate = { capacity: 1, refill: 1, perMs: 1 };
