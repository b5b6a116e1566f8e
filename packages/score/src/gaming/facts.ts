import { type Did, isDid, TtpError } from '@ttp/core';
import { GAMING_RATINGS_MAX } from '../limits.js';
import { isList } from '../reputation.js';

/** One verified rating, as far as patterns show in it. */
export interface RatingFact {
  /** `did:ttp` of the issuer, which stands for its inception. */
  readonly issuer: Did;
  /** `did:ttp` of whom it rates. */
  readonly subject: Did;
  /** 1 (worst) to 5 (best), integer. */
  readonly rating: number;
  /** When the log took it in, ms. */
  readonly at: number;
}

/** What the analysis looks at: all ratings of a log prefix, so that two nodes with the same log find the same (flaw.S7). */
export interface GamingFacts {
  readonly ratings: readonly RatingFact[];
  /** When an account came to be, ms; one that is not named counts as created with its first rating. */
  readonly createdAt: ReadonlyMap<Did, number>;
}

/** Ratings by subject, and accounts by number: the graph as arrays, since there may be a hundred thousand. */
export interface RatingGraph {
  readonly accounts: readonly Did[];
  readonly createdAt: readonly number[];
  /** For each account the ratings it received, in order of time. */
  readonly received: readonly (readonly Received[])[];
}

/** A rating as its subject sees it. */
export interface Received {
  /** Number of the issuer. */
  readonly from: number;
  readonly rating: number;
  readonly at: number;
}

/**
 * The graph of the facts. Accounts are numbered in the order of their DIDs: the order of the list changes nothing.
 *
 * @throws SCORE_BAD_RATING with the field, SCORE_TOO_MANY_ATTESTATIONS
 */
export function graphOf({ ratings, createdAt }: GamingFacts): RatingGraph {
  if (!isList(ratings)) throw bad('ratings');
  if (ratings.length > GAMING_RATINGS_MAX)
    throw new TtpError('SCORE_TOO_MANY_ATTESTATIONS', `${ratings.length} ratings`, { field: 'ratings' });
  const first = new Map<Did, number>();
  for (const [i, fact] of ratings.entries()) {
    check(fact, `ratings[${i}]`);
    for (const did of [fact.issuer, fact.subject])
      first.set(did, Math.min(first.get(did) ?? fact.at, fact.at));
  }
  const accounts = [...first.keys()].sort();
  const numbers = new Map(accounts.map((did, i) => [did, i]));
  const received: Received[][] = accounts.map(() => []);
  for (const { issuer, subject, rating, at } of ratings)
    received[numbers.get(subject) ?? 0]?.push({ from: numbers.get(issuer) ?? 0, rating, at });
  for (const list of received) list.sort((a, b) => a.at - b.at || a.from - b.from || a.rating - b.rating);
  return {
    accounts,
    createdAt: accounts.map((did) => createdAt.get(did) ?? first.get(did) ?? 0),
    received,
  };
}

function check(fact: RatingFact, field: string): void {
  if (typeof fact !== 'object' || fact === null) throw bad(field);
  const { issuer, subject, rating, at } = fact;
  if (typeof issuer !== 'string' || !isDid(issuer)) throw bad(`${field}.issuer`);
  if (typeof subject !== 'string' || !isDid(subject)) throw bad(`${field}.subject`);
  if (!Number.isInteger(rating) || rating < 1 || rating > 5) throw bad(`${field}.rating`);
  if (!Number.isSafeInteger(at) || at < 0) throw bad(`${field}.at`);
}

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_RATING', 'a rating has a member that is none', { field });
