import type { Classification, Outcome } from '@ttp/core';
import { ANOMALY_WINDOW_MS, ESCALATION_WINDOW_MS } from '../limits.js';
import { isStopped } from '../records/stopped.js';
import { added, advanced, EMPTY, sliceOf, type Tally } from '../window/tally.js';

/** What an enforcement point saw of one interaction that has ended. */
export interface Seen {
  /** As the call map names it. */
  readonly resource: string;
  /** What the registry says about the resource; what nobody knows is `restricted`. */
  readonly classification: Classification;
  readonly status: Outcome<unknown>['status'];
  /** Why it was blocked, or failed. */
  readonly code?: string;
  /** Whether the decision denied it. */
  readonly denied: boolean;
  /** Of the arguments and of the result that left. */
  readonly bytes: number;
  /** How long the effect took, ms. */
  readonly tookMs: number;
  /** Minutes since midnight, in the time zone that the hours are for; undefined where nobody knows. */
  readonly minute: number | undefined;
}

/** What is counted; `ended` are the calls that an error rate is a share of. */
export const COUNTERS = ['attempts', 'accesses', 'bytes', 'ended', 'failed', 'denials'] as const;
export type Counter = (typeof COUNTERS)[number];

/** Over how long, ms: a multiple of the slices of a window. */
export const WINDOWS: { readonly [counter in Counter]: number } = {
  attempts: ANOMALY_WINDOW_MS,
  accesses: ANOMALY_WINDOW_MS,
  bytes: ANOMALY_WINDOW_MS,
  ended: ANOMALY_WINDOW_MS,
  failed: ANOMALY_WINDOW_MS,
  denials: ESCALATION_WINDOW_MS,
};

/** What was counted of one agent. */
export type Counts = { readonly [counter in Counter]: Tally };

/** Something to be counted. */
export type Addition = readonly [Counter, number];

/** Nothing was seen yet. */
export const NO_COUNTS: Counts = {
  attempts: EMPTY,
  accesses: EMPTY,
  bytes: EMPTY,
  ended: EMPTY,
  failed: EMPTY,
  denials: EMPTY,
};

/** Most that one observation adds. */
const UNITS_MAX = 1_000_000_000_000;

/** A number as it is counted: nothing for what is none. */
export const unitsOf = (value: number): number => (value > 0 ? Math.min(UNITS_MAX, Math.ceil(value)) : 0);

/** Whether the effect happened or may have. */
export const isAccess = ({ status }: Pick<Seen, 'status'>): boolean => status !== 'blocked';

/** Whether it went wrong by itself: what was stopped here, by a kill for one, did not. */
export const isFailure = (seen: Pick<Seen, 'status' | 'code'>): boolean =>
  seen.status === 'failed' && !isStopped(seen);

/**
 * What one interaction adds. What was blocked is no access and no error, and what was stopped on its way no end that
 * says anything; only a denial of what is restricted counts.
 */
export function additionsOf(seen: Seen): readonly Addition[] {
  const additions: Addition[] = [];
  if (isAccess(seen)) {
    additions.push(['accesses', 1], ['bytes', unitsOf(seen.bytes)]);
    if (!isStopped(seen)) additions.push(['ended', 1]);
    if (isFailure(seen)) additions.push(['failed', 1]);
  }
  if (seen.denied && seen.classification === 'restricted') additions.push(['denials', 1]);
  return additions;
}

/**
 * The counts with something more, at a time that never goes back: an earlier one counts as the latest known.
 *
 * @param now ms, an integer
 */
export function counted(counts: Counts, additions: readonly Addition[], now: number): Counts {
  const changed: { -readonly [counter in Counter]?: Tally } = {};
  for (const [counter, units] of additions) {
    const windowMs = WINDOWS[counter];
    const tally = advanced(changed[counter] ?? counts[counter], windowMs, now);
    changed[counter] = units === 0 ? tally : added(tally, sliceOf(tally, windowMs), units);
  }
  return { ...counts, ...changed };
}
