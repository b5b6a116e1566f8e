import { isTime } from './fixed.js';
import { type IsnadEntry, type IsnadFacts, type IsnadScore, isnadScore } from './isnad.js';
import { ISNAD_RECOMPUTE_MS, ISNAD_SERIES_MAX } from './limits.js';

/** An isnad score as it was computed. */
export interface IsnadPoint {
  /** When, ms. */
  readonly at: number;
  readonly score: IsnadScore;
  /** How many entries it was computed from, by what they stood at. */
  readonly entries: { readonly confirmed: number; readonly disputed: number; readonly upheld: number };
}

/** The scores of one account over time, oldest first; the last one is the cached score. */
export type IsnadSeries = readonly IsnadPoint[];

/**
 * The series with the score of now, where it is due: an entry was confirmed, disputed or upheld since the last one, or
 * six hours are over (isnad-architecture.txt L198). Otherwise the same series, whose last point stands. The oldest points
 * are left out above {@link ISNAD_SERIES_MAX}.
 *
 * @param series what came of it the last time; empty at first
 * @param now wall clock, ms; one that was set back computes nothing by time, and what changed as of the last point
 * @throws SCORE_BAD_ENTRY with the field, SCORE_TOO_MANY_ENTRIES
 */
export function isnadSeries(series: IsnadSeries, facts: IsnadFacts, now: number): IsnadSeries {
  const last = series.at(-1);
  const at = last === undefined || !isTime(now) ? now : Math.max(last.at, now);
  const entries = countOf(facts);
  if (last !== undefined && isSame(last.entries, entries) && at - last.at < ISNAD_RECOMPUTE_MS) return series;
  return [...series, { at, score: isnadScore(facts, at), entries }].slice(-ISNAD_SERIES_MAX);
}

/** The score that stood at a time, ms; undefined before the first one. */
export const isnadScoreAt = (series: IsnadSeries, at: number): IsnadScore | undefined =>
  series.findLast((point) => point.at <= at)?.score;

/** What is no list of entries has none: the score itself refuses it. */
function countOf(facts: Partial<IsnadFacts> | null): IsnadPoint['entries'] {
  const counts = { confirmed: 0, disputed: 0, upheld: 0 };
  const entries: readonly (Partial<IsnadEntry> | null)[] = facts?.entries ?? [];
  if (!isList(entries)) return counts;
  for (const { standing } of entries.flatMap((entry) => entry ?? []))
    if (standing !== undefined && Object.hasOwn(counts, standing)) counts[standing]++;
  return counts;
}

const isList = (value: unknown): boolean => Array.isArray(value);

const isSame = (a: IsnadPoint['entries'], b: IsnadPoint['entries']): boolean =>
  a.confirmed === b.confirmed && a.disputed === b.disputed && a.upheld === b.upheld;
