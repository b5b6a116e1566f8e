import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import { type BucketLevel, newBucket } from './bucket.js';
import { newLog, type SlidingLog } from './sliding.js';

/** The bytes of a window that a store keeps. */
export const encodeLog = ({ latest, times, counts, head }: SlidingLog): Uint8Array =>
  canonicalBytes({ v: 1, latest, times: times.slice(head), counts: counts.slice(head) });

/** The bytes of a bucket that a store keeps. */
export const encodeBucket = ({ at, credits }: BucketLevel): Uint8Array =>
  canonicalBytes({ v: 1, at, credits });

/** @throws GUARD_RATE_UNREADABLE: what nobody can read may have been used up */
export function decodeLog(bytes: Uint8Array | undefined): SlidingLog {
  if (bytes === undefined) return newLog();
  const { latest, times, counts } = recordIn(bytes);
  if (!isCount(latest) || !isCounts(times) || !isCounts(counts) || times.length !== counts.length)
    throw unreadable();
  const isOrdered = times.every((time, i) => i === 0 || time > (times[i - 1] ?? time));
  if (!isOrdered || counts.includes(0)) throw unreadable();
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { latest, total, times: [...times], counts: [...counts], head: 0 };
}

/** @throws GUARD_RATE_UNREADABLE */
export function decodeBucket(bytes: Uint8Array | undefined): BucketLevel {
  if (bytes === undefined) return newBucket();
  const { at, credits } = recordIn(bytes);
  if (!isCount(at) || !isCount(credits)) throw unreadable();
  return { at, credits };
}

function recordIn(bytes: Uint8Array): JsonObject {
  let record: Json;
  try {
    record = parseJson(bytes);
  } catch {
    throw unreadable();
  }
  if (!isJsonObject(record) || record['v'] !== 1) throw unreadable();
  return record;
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isCounts = (value: Json | undefined): value is readonly number[] =>
  Array.isArray(value) && value.every((one: Json) => isCount(one));

const unreadable = (): TtpError =>
  new TtpError('GUARD_RATE_UNREADABLE', 'the record of a rate cannot be read, so it may be used up');
