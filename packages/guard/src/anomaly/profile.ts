import type { JsonObject } from '@ttp/core';
import { ANOMALY_MIN_VOLUME, ANOMALY_WINDOW_MS } from '../limits.js';
import { plus } from '../window/tally.js';
import { type Baseline, type BaselineRule, learned, type Measure, measured } from './baseline.js';
import { isAccess, isFailure, type Seen, unitsOf } from './counts.js';

/** What is compared with the baseline: figures of one minute. `kib`: KiB, `latency`: mean ms of an effect. */
export const USAGE_METRICS = ['accesses', 'kib', 'failures', 'latency'] as const;
export type UsageMetric = (typeof USAGE_METRICS)[number];

/** The minute that is under way. */
export interface Minute {
  /** Minutes since the counting began. */
  readonly index: number;
  readonly accesses: number;
  readonly bytes: number;
  readonly failures: number;
  /** Of all its effects, ms. */
  readonly took: number;
  /** Whether an alarm was raised in it: then nothing is learned from it. */
  readonly tainted: boolean;
}

/** How one agent uses one resource, or all of them together. */
export interface Profile {
  readonly accesses: number;
  readonly bytes: number;
  readonly failures: number;
  readonly denials: number;
  /** Accesses by hour of the day. */
  readonly hours: readonly number[];
  /** Accesses by how long they took: under 1 ms, under 2, under 4 and so on; the last one takes all that took longer. */
  readonly latency: readonly number[];
  readonly minute: Minute;
  readonly baselines: { readonly [metric in UsageMetric]: Baseline };
  /** What the baselines said when the minute began; metrics that there is too little of are absent. */
  readonly usual: { readonly [metric in UsageMetric]?: Measure };
}

const HOURS = 24;
const LATENCY_BUCKETS = 20;
const NO_MINUTE: Minute = { index: 0, accesses: 0, bytes: 0, failures: 0, took: 0, tainted: false };
const zeroes = (length: number): readonly number[] => Array.from({ length }, () => 0);

/** Nothing was used yet. */
export const NO_PROFILE: Profile = {
  accesses: 0,
  bytes: 0,
  failures: 0,
  denials: 0,
  hours: zeroes(HOURS),
  latency: zeroes(LATENCY_BUCKETS),
  minute: NO_MINUTE,
  baselines: { accesses: [], kib: [], failures: [], latency: [] },
  usual: {},
};

/** The values of a minute that a baseline can be compared with; a mean of few is left out. */
function valuesOf(minute: Minute): { readonly [metric in UsageMetric]?: number } {
  const { accesses, bytes, failures, took } = minute;
  const mean = accesses < ANOMALY_MIN_VOLUME ? {} : { latency: Math.round(took / accesses) };
  return { accesses, kib: Math.ceil(bytes / 1024), failures, ...mean };
}

/** What the baselines of a profile say at `now`. */
export function usualAt(
  baselines: Profile['baselines'],
  now: number,
  rule: BaselineRule | undefined,
): Profile['usual'] {
  if (rule === undefined) return NO_PROFILE.usual;
  const usual: { [metric in UsageMetric]?: Measure } = {};
  for (const metric of USAGE_METRICS) {
    const measure = measured(baselines[metric], now, rule);
    if (measure !== undefined) usual[metric] = measure;
  }
  return usual;
}

/** The profile at `now`: a minute that is over was learned from, unless an alarm was raised in it. */
function atMinute(profile: Profile, now: number, rule: BaselineRule | undefined): Profile {
  const index = Math.floor(now / ANOMALY_WINDOW_MS);
  const { minute } = profile;
  if (index <= minute.index) return profile;
  const begun = { ...NO_MINUTE, index };
  if (rule === undefined) return { ...profile, minute: begun };
  const baselines = { ...profile.baselines };
  const values = valuesOf(minute);
  // Of a minute without any access there is nothing to learn: who rests is not less usual when he works again.
  if (minute.accesses > 0 && !minute.tainted)
    for (const metric of USAGE_METRICS) {
      const value = values[metric];
      const ended = (minute.index + 1) * ANOMALY_WINDOW_MS - 1;
      if (value !== undefined) baselines[metric] = learned(baselines[metric], value, ended, rule);
    }
  return { ...profile, minute: begun, baselines, usual: usualAt(baselines, now, rule) };
}

/** The counts with one more at a place, where there is such a place. */
function plusOne(counts: readonly number[], at: number): readonly number[] {
  const count = counts[at];
  if (count === undefined) return counts;
  const after = counts.slice();
  after[at] = count + 1;
  return after;
}

/**
 * The profile with one interaction more.
 *
 * @param now time of the counts, ms, an integer; one that went back counts to the minute under way
 * @param rule what is learned by; without one no baseline is kept
 */
export function profiled(before: Profile, seen: Seen, now: number, rule: BaselineRule | undefined): Profile {
  const profile = atMinute(before, now, rule);
  const denials = profile.denials + (seen.denied ? 1 : 0);
  if (!isAccess(seen)) return { ...profile, denials };
  const [bytes, took] = [unitsOf(seen.bytes), unitsOf(seen.tookMs)];
  const failures = isFailure(seen) ? 1 : 0;
  const { minute } = profile;
  const hour = seen.minute === undefined ? -1 : Math.floor(seen.minute / 60);
  return {
    ...profile,
    accesses: profile.accesses + 1,
    bytes: plus(profile.bytes, bytes),
    failures: profile.failures + failures,
    denials,
    hours: plusOne(profile.hours, hour),
    latency: plusOne(profile.latency, Math.min(LATENCY_BUCKETS - 1, bucketOf(took))),
    minute: {
      ...minute,
      accesses: minute.accesses + 1,
      bytes: plus(minute.bytes, bytes),
      failures: minute.failures + failures,
      took: plus(minute.took, took),
    },
  };
}

/** The bucket of a latency: the number of its binary digits. */
const bucketOf = (ms: number): number => (ms < 1 ? 0 : Math.floor(Math.log2(ms)) + 1);

/** The profile with a minute that nothing is learned from. */
export const tainted = (profile: Profile): Profile =>
  profile.minute.tainted ? profile : { ...profile, minute: { ...profile.minute, tainted: true } };

/** What of the minute under way is above what is usual, with the figures that show it. */
export function deviations({ minute, usual }: Profile): readonly JsonObject[] {
  // Nearly always there is nothing to compare with, or nothing above it, and then nothing is made.
  if (usual === NO_PROFILE.usual) return NO_DEVIATIONS;
  const values = valuesOf(minute);
  let found: JsonObject[] | undefined;
  for (const metric of USAGE_METRICS) {
    const [value, measure] = [values[metric], usual[metric]];
    if (value !== undefined && measure !== undefined && value > measure.most)
      (found ??= []).push({ metric, value, ...measure });
  }
  return found ?? NO_DEVIATIONS;
}

const NO_DEVIATIONS: readonly JsonObject[] = Object.freeze([]);

/** The latency that this share of all accesses stayed below, ms; 0 without any. The last bucket has no bound: its lower one is given. */
export function latencyAt({ latency }: Profile, percent: number): number {
  const total = latency.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of latency.entries()) {
    seen += count;
    if (count > 0 && seen * 100 >= total * percent) return 2 ** Math.min(bucket, LATENCY_BUCKETS - 2);
  }
  return 0;
}
