import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import { WINDOW_BUCKETS } from '../limits.js';

/**
 * What was used of one window, in slices of time. A slice counts until all of it has left the window: what was used
 * counts for the length of the window at least, and for a slice more at most.
 */
export interface Tally {
  /** The latest time anybody wrote at, ms: a clock that was set back takes nothing out and puts nothing aside. */
  readonly latest: number;
  /** Number of the slice and units used in it, in ascending order. */
  readonly slices: readonly (readonly [number, number])[];
}

/** Nothing was used. */
export const EMPTY: Tally = { latest: 0, slices: [] };

/** Length of one slice, ms. */
const widthOf = (windowMs: number): number => Math.ceil(windowMs / WINDOW_BUCKETS);

/** The tally at `now`, without what has left the window. */
export function advanced({ latest, slices }: Tally, windowMs: number, now: number): Tally {
  const time = Math.max(latest, now);
  const width = widthOf(windowMs);
  const counts = ([slice]: readonly [number, number]): boolean => (slice + 1) * width > time - windowMs;
  const [first] = slices;
  // They are in order: where the first one counts, all of them do.
  return { latest: time, slices: first === undefined || counts(first) ? slices : slices.filter(counts) };
}

/** All that counts. */
export const totalOf = ({ slices }: Tally): number => slices.reduce((sum, [, units]) => sum + units, 0);

/** The slice that an advanced tally adds to. */
export const sliceOf = ({ latest }: Tally, windowMs: number): number =>
  Math.floor(latest / widthOf(windowMs));

/** A sum, up to what a store keeps exactly: a larger one could not be read again, and would stop the agent for ever. */
export const plus = (sum: number, units: number): number => Math.min(Number.MAX_SAFE_INTEGER, sum + units);

/** The tally with `units` more in a slice, or fewer; a slice that is gone or used up has nothing to give back. */
export function added(tally: Tally, slice: number, units: number): Tally {
  const last = tally.slices.at(-1);
  if (units > 0 && (last === undefined || last[0] < slice))
    return { latest: tally.latest, slices: [...tally.slices, [slice, plus(0, units)]] };
  const others = tally.slices.filter(([known]) => known !== slice);
  const before = tally.slices.find(([known]) => known === slice)?.[1] ?? 0;
  const after = Math.max(0, plus(before, units));
  const slices = after === 0 ? others : [...others, [slice, after] as const].sort(([a], [b]) => a - b);
  return { latest: tally.latest, slices };
}

/** As JSON. */
export const tallyJson = ({ latest, slices }: Tally): JsonObject => ({
  latest,
  slices: slices.map(([slice, units]) => [slice, units]),
});

/** The bytes that a store keeps. */
export const encodeTally = (tally: Tally): Uint8Array => canonicalBytes({ v: 1, ...tallyJson(tally) });

/**
 * What a store kept; nothing used where it kept nothing.
 * @throws GUARD_WINDOW_UNREADABLE for anything else: what nobody can read may have been used up
 */
export function decodeTally(bytes: Uint8Array | undefined): Tally {
  if (bytes === undefined) return EMPTY;
  const tally = read(bytes);
  if (tally === undefined)
    throw new TtpError('GUARD_WINDOW_UNREADABLE', 'the record of a window cannot be read');
  return tally;
}

function read(bytes: Uint8Array): Tally | undefined {
  let record: Json;
  try {
    record = parseJson(bytes);
  } catch {
    return undefined; // which the caller refuses
  }
  return isJsonObject(record) && record['v'] === 1 ? readTally(record) : undefined;
}

/** The tally that JSON says; undefined for what says none. */
export function readTally(record: Json | undefined): Tally | undefined {
  if (record === undefined || !isJsonObject(record)) return undefined;
  const { latest, slices } = record;
  if (!isCount(latest) || !Array.isArray(slices)) return undefined;
  const pairs: (readonly [number, number])[] = [];
  for (const pair of slices) {
    const [slice, units]: readonly (Json | undefined)[] = Array.isArray(pair) ? pair : [];
    if (!isCount(slice) || !isCount(units) || slice <= (pairs.at(-1)?.[0] ?? -1)) return undefined;
    pairs.push([slice, units]);
  }
  return { latest, slices: pairs };
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
