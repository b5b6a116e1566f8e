import { isJsonObject, type Json, type JsonObject, type Rate, TtpError } from '@ttp/core';
import type { BucketRate } from './bucket.js';
import type { SlidingRate } from './sliding.js';

/** Whether a rate counts requests one by one; otherwise it is a bucket. */
export const isSliding = (rate: Rate): rate is SlidingRate => 'requests' in rate;

/**
 * What tells the counts of one key apart. How many requests a window takes may change, and the count goes on; another
 * bucket begins full.
 */
export const spanOf = (rate: Rate): string =>
  isSliding(rate) ? `/w${rate.windowMs}` : `/b${rate.capacity}.${rate.refill}.${rate.perMs}`;

/**
 * A rate of exactly the members that it needs; undefined for anything else.
 *
 * @param given members of an obligation or an option, as hostile as any
 */
export function readRate(given: Json | undefined): Rate | undefined {
  if (given === undefined || !isJsonObject(given)) return undefined;
  const { requests, windowMs, capacity, refill, perMs, ...rest }: JsonObject = given;
  if (Object.keys(rest).length > 0) return undefined;
  const sliding = isCount(requests) && isCount(windowMs);
  if (sliding && capacity === undefined && refill === undefined && perMs === undefined)
    return { requests, windowMs };
  if (requests !== undefined || windowMs !== undefined) return undefined;
  return isBucket(capacity, refill, perMs)
    ? { capacity: Number(capacity), refill: Number(refill), perMs: Number(perMs) }
    : undefined;
}

/** Throws GUARD_BAD_RATE for a rate that is none, or units that are no count. */
export function requireRate(rate: Rate, units = 0): void {
  const isRate = isSliding(rate)
    ? isCount(rate.requests) && isCount(rate.windowMs)
    : isBucket(rate.capacity, rate.refill, rate.perMs);
  if (!isRate || !(units === 0 || isCount(units)))
    throw new TtpError('GUARD_BAD_RATE', 'a rate has positive integers, and a full bucket fits 2^53');
}

/**
 * A bucket for a quota by the minute, as the providers of models name them: so many at once, and as many again, evenly,
 * in every minute.
 *
 * @param perMinute requests or tokens
 * @param burst how many at once; the minute's worth unless given
 * @throws GUARD_BAD_RATE
 */
export function bucketPerMinute(perMinute: number, burst: number = perMinute): BucketRate {
  const rate = { capacity: burst, refill: perMinute, perMs: MINUTE };
  requireRate(rate);
  return rate;
}

const MINUTE = 60_000;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** A full bucket is counted in credits, which are exact up to 2^53. */
const isBucket = (capacity: unknown, refill: unknown, perMs: unknown): boolean =>
  isCount(capacity) && isCount(refill) && isCount(perMs) && Number.isSafeInteger(capacity * perMs);
