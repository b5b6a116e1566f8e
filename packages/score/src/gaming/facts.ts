import { type Did, isDid, TtpError } from '@ttp/core';
import { isTime } from '../fixed.js';
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
  /**
   * What the ratings of an account may weigh at most, from `trustFlow` or from who was verified; an account that is not named is not heard.
   * Patterns are then shares of weight too, and nobody who is not heard can show one in the ratings of somebody who
   * is: else free identities would put honest accounts into quarantine by praising them.
   */
  readonly weights?: ReadonlyMap<Did, number>;
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
export function graphOf(facts: GamingFacts): RatingGraph {
  if (typeof facts !== 'object' || facts === null) throw bad('facts');
  const { ratings, createdAt } = facts;
  if (!isList(ratings)) throw bad('ratings');
  if (!(createdAt instanceof Map)) throw bad('createdAt');
  if (ratings.length > GAMING_RATINGS_MAX)
    throw new TtpError('SCORE_TOO_MANY_ATTESTATIONS', `${ratings.length} ratings`, { field: 'ratings' });
  const first = new Map<Did, number>();
  for (let i = 0; i < ratings.length; i++) note(first, ratings[i], i);
  const accounts = [...first.keys()].sort();
  const numbers = new Map<Did, number>();
  for (const did of accounts) numbers.set(did, numbers.size);
  const received: Received[][] = accounts.map(() => []);
  for (const { issuer, subject, rating, at } of ratings)
    received[numbers.get(subject) ?? 0]?.push({ from: numbers.get(issuer) ?? 0, rating, at });
  for (const list of received) list.sort((a, b) => a.at - b.at || a.from - b.from || a.rating - b.rating);
  return { accounts, createdAt: accounts.map((did) => bornAt(did, first, createdAt)), received };
}

/** Takes in when the accounts of a rating were first seen. A DID is looked at once, however often it rates. */
function note(first: Map<Did, number>, fact: RatingFact | undefined, i: number): void {
  if (typeof fact !== 'object' || fact === null) throw bad(`ratings[${i}]`);
  const { issuer, subject, rating, at } = fact;
  const [seen, rated] = [first.get(issuer), first.get(subject)];
  if (seen === undefined && !isAccount(issuer)) throw bad(`ratings[${i}].issuer`);
  if (rated === undefined && !isAccount(subject)) throw bad(`ratings[${i}].subject`);
  if (!Number.isInteger(rating) || rating < 1 || rating > 5) throw bad(`ratings[${i}].rating`);
  if (!isTime(at)) throw bad(`ratings[${i}].at`);
  if (seen === undefined || at < seen) first.set(issuer, at);
  if (rated === undefined || at < rated) first.set(subject, at);
}

const isAccount = (did: unknown): boolean => typeof did === 'string' && isDid(did);

function bornAt(did: Did, first: ReadonlyMap<Did, number>, createdAt: GamingFacts['createdAt']): number {
  const born = createdAt.get(did) ?? first.get(did) ?? 0;
  if (!isTime(born)) throw bad('createdAt');
  return born;
}

const bad = (field: string): TtpError =>
  new TtpError('SCORE_BAD_RATING', 'a rating has a member that is none', { field });
