import {
  BASELINE_MIN_SAMPLES,
  BASELINE_SAMPLE_MAX,
  BASELINE_SLICE_SAMPLES_MAX,
  BASELINE_SLICES,
} from '../limits.js';

/** What counts as unusual: over how long it was learned, ms, and how many thousandths of a standard deviation are too many. */
export interface BaselineRule {
  readonly periodMs: number;
  readonly deviationMilli: number;
}

/** Number of a slice of the period; samples in it, their sum and the sum of their squares. */
export type BaselineSlice = readonly [slice: number, samples: number, sum: number, squares: number];

/** What was usual: one sample a minute of activity, in slices of the period, in ascending order. */
export type Baseline = readonly BaselineSlice[];

/** What a baseline says, in thousandths; `most` is the largest value that is still usual. */
export interface Measure {
  readonly samples: number;
  readonly meanMilli: number;
  readonly deviationMilli: number;
  readonly most: number;
}

const widthOf = ({ periodMs }: BaselineRule): number => Math.max(1, Math.ceil(periodMs / BASELINE_SLICES));

/** The slices that lie in the period that ends at `now`; none from the future, which only another period numbers so. */
const inPeriod = (baseline: Baseline, now: number, rule: BaselineRule): Baseline => {
  const width = widthOf(rule);
  return baseline.filter(([slice]) => (slice + 1) * width > now - rule.periodMs && slice * width <= now);
};

/**
 * The baseline with one sample more. What it calls unusual teaches it nothing, so that nobody moves it by what would
 * raise an alarm; a sample that it takes moves the mean by no more than the allowed deviation, shared by all samples.
 *
 * @param value of one minute
 * @param now ms, an integer; never goes back
 */
export function learned(baseline: Baseline, value: number, now: number, rule: BaselineRule): Baseline {
  const known = inPeriod(baseline, now, rule);
  const sample = Math.min(BASELINE_SAMPLE_MAX, Math.max(0, Math.round(value)));
  const measure = measured(known, now, rule);
  if (measure !== undefined && sample > measure.most) return known;
  const slice = Math.floor(now / widthOf(rule));
  const last = known.at(-1);
  if (last === undefined || last[0] < slice) return [...known, [slice, 1, sample, sample * sample]];
  const [at, samples, sum, squares] = last;
  if (samples >= BASELINE_SLICE_SAMPLES_MAX) return known;
  return [...known.slice(0, -1), [at, samples + 1, sum + sample, squares + sample * sample]];
}

/**
 * Mean and standard deviation, exact up to the last thousandth; undefined for fewer than BASELINE_MIN_SAMPLES samples.
 * The deviation is at least the root of the mean, which counts of independent events have, and at least 1: who always
 * did the same is not unusual for one more.
 */
export function measured(baseline: Baseline, now: number, rule: BaselineRule): Measure | undefined {
  let [samples, sum, squares] = [0n, 0n, 0n];
  for (const [, n, s, q] of inPeriod(baseline, now, rule)) {
    samples += BigInt(n);
    sum += BigInt(s);
    squares += BigInt(q);
  }
  if (samples < BigInt(BASELINE_MIN_SAMPLES)) return undefined;
  const meanMilli = (sum * 1000n) / samples;
  const variance = ((samples * squares - sum * sum) * 1_000_000n) / (samples * (samples - 1n));
  const deviationMilli = largest(root(variance), root(meanMilli * 1000n), 1000n);
  const most = (meanMilli * 1000n + BigInt(rule.deviationMilli) * deviationMilli) / 1_000_000n;
  return {
    samples: Number(samples),
    meanMilli: Number(meanMilli),
    deviationMilli: Number(deviationMilli),
    most: Number(most),
  };
}

const largest = (...values: readonly bigint[]): bigint =>
  values.reduce((most, value) => (value > most ? value : most), 0n);

/** The largest integer whose square is no larger. */
function root(square: bigint): bigint {
  if (square < 2n) return square;
  let guess = BigInt(Math.floor(Math.sqrt(Number(square)))) + 1n;
  for (;;) {
    const next = (guess + square / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}
