import type { RateAnswer } from '@ttp/core';

/** A bucket of `capacity` tokens, into which `refill` come in every `perMs`, evenly. */
export interface BucketRate {
  readonly capacity: number;
  readonly refill: number;
  readonly perMs: number;
}

/**
 * What is in a bucket, in credits: a token is `perMs` of them, and every millisecond brings `refill`. So no fraction of
 * a token is ever rounded, in whichever steps time goes by. It is changed in place.
 */
export interface BucketLevel {
  credits: number;
  /** The latest time it was filled up at, ms: a clock that was set back brings nothing. */
  at: number;
}

/** Where a bucket begins: with more than any can have, which is full. */
export const newBucket = (): BucketLevel => ({
  credits: Number.POSITIVE_INFINITY,
  at: Number.NEGATIVE_INFINITY,
});

/** Whether a bucket has all that it can have. */
export const isFull = ({ credits }: BucketLevel, { capacity, perMs }: BucketRate): boolean =>
  credits >= capacity * perMs;

/** Brings what time has brought. Nothing exceeds 2^53, however long it was. */
export function fillUp(level: BucketLevel, { capacity, refill, perMs }: BucketRate, now: number): void {
  const most = capacity * perMs;
  if (level.credits > most) level.credits = most;
  if (!(now > level.at)) return;
  const passed = now - level.at;
  level.at = now;
  const missing = most - level.credits;
  level.credits = passed >= Math.ceil(missing / refill) ? most : level.credits + passed * refill;
}

/** Takes `units` tokens at `now`, where there are so many. */
export function takeTokens(level: BucketLevel, rate: BucketRate, units: number, now: number): RateAnswer {
  fillUp(level, rate, now);
  const { capacity, refill, perMs } = rate;
  const remaining = Math.floor(level.credits / perMs);
  if (units > remaining) {
    const retryMs =
      units > capacity ? Number.POSITIVE_INFINITY : Math.ceil((units * perMs - level.credits) / refill);
    return { granted: false, remaining, retryMs, mark: 0 };
  }
  level.credits -= units * perMs;
  return { granted: true, remaining: remaining - units, retryMs: 0, mark: level.at };
}

/** Puts tokens back; a bucket that has filled up meanwhile stays full. */
export function putBackTokens(level: BucketLevel, { capacity, perMs }: BucketRate, units: number): void {
  level.credits = Math.min(capacity * perMs, level.credits + units * perMs);
}
