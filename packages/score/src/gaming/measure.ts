import { DAY_MS } from '../fixed.js';
import { NEW_ACCOUNT_DAYS } from '../limits.js';
import { ISSUER_TIER_WEIGHTS_CENTI } from '../tiers.js';
import type { Received } from './facts.js';

/** How much of something shows in the ratings of an account. */
export interface Measure {
  /** By weight; by heads where all weigh alike. */
  readonly part: number;
  readonly whole: number;
  /** By heads, for whoever reads the finding. */
  readonly found: number;
  readonly among: number;
  /** Issuers that it shows in. */
  readonly issuers: readonly number[];
}

/** What each pattern is judged by. */
export interface Measures {
  /** Who rated at all. */
  readonly issuers: readonly number[];
  /** Issuers among them that weigh a provisional attestation or more: with less, numbers would cost nothing. */
  readonly voices: number;
  readonly ratings: number;
  /** Ratings of the issuer with most of them. */
  readonly dominant: Measure;
  /** Issuers in a circle or ring with the account. */
  readonly mutual: Measure;
  /** Issuers that were new when they rated last: what they said before does not count either. */
  readonly young: Measure;
  /** Ratings of five. */
  readonly perfect: Measure;
  /** The most issuers that were created within a day. */
  readonly together: Measure;
}

/**
 * Measures the ratings of one account, of which there is at least one.
 *
 * @param ratings in order of time
 * @param circle numbers of those in a circle or ring with it
 * @param createdAt of all accounts, by number
 * @param weigh what an issuer weighs, in hundredths of a standard attestation
 */
export function measure(
  ratings: readonly Received[],
  circle: ReadonlySet<number>,
  createdAt: readonly number[],
  weigh: (issuer: number) => number,
): Measures {
  const counts = new Map<number, number>();
  const lastAt = new Map<number, number>();
  let [perfect, perfectWeight, weight] = [0, 0, 0];
  for (const { from, rating, at } of ratings) {
    counts.set(from, (counts.get(from) ?? 0) + 1);
    lastAt.set(from, at);
    weight += weigh(from);
    if (rating !== 5) continue;
    perfect++;
    perfectWeight += weigh(from);
  }
  const issuers = [...counts.keys()];
  const whole = sumOf(issuers, weigh);
  const ofIssuers = (some: readonly number[]): Measure => ({
    part: sumOf(some, weigh),
    whole,
    found: some.length,
    among: issuers.length,
    issuers: some,
  });
  const [top, most] = [...counts].reduce((a, b) => (b[1] * weigh(b[0]) > a[1] * weigh(a[0]) ? b : a));
  const all = { whole: weight, among: ratings.length };
  const isYoung = (issuer: number): boolean =>
    (lastAt.get(issuer) ?? 0) - (createdAt[issuer] ?? 0) < NEW_ACCOUNT_DAYS * DAY_MS;
  return {
    issuers,
    voices: issuers.filter((issuer) => weigh(issuer) >= ISSUER_TIER_WEIGHTS_CENTI.provisional).length,
    ratings: ratings.length,
    dominant: { ...all, part: most * weigh(top), found: most, issuers: [top] },
    mutual: ofIssuers(issuers.filter((issuer) => circle.has(issuer))),
    young: ofIssuers(issuers.filter(isYoung)),
    perfect: { ...all, part: perfectWeight, found: perfect, issuers },
    together: ofIssuers(bornTogether(issuers, createdAt, weigh)),
  };
}

const sumOf = (issuers: readonly number[], weigh: (issuer: number) => number): number =>
  issuers.reduce((sum, issuer) => sum + weigh(issuer), 0);

/** The heaviest issuers that were created within 24 hours. */
function bornTogether(
  issuers: readonly number[],
  createdAt: readonly number[],
  weigh: (issuer: number) => number,
): readonly number[] {
  const byAge = [...issuers].sort((a, b) => (createdAt[a] ?? 0) - (createdAt[b] ?? 0) || a - b);
  const born = (i: number): number => createdAt[byAge[i] ?? 0] ?? 0;
  let [from, to, heaviest, first, weight] = [0, 0, 0, 0, 0];
  for (const [last, issuer] of byAge.entries()) {
    weight += weigh(issuer);
    for (; born(last) - born(first) > DAY_MS; first++) weight -= weigh(byAge[first] ?? 0);
    if (weight > heaviest) [from, to, heaviest] = [first, last + 1, weight];
  }
  return byAge.slice(from, to);
}
