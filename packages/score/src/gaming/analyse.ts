import { asBasisPoints, asDid, type BasisPoints, type Did } from '@ttp/core';
import { hourlyLimit } from '../burst.js';
import { floorDiv } from '../integer.js';
import {
  CIRCLE_COMMON_DIVISOR,
  CIRCLE_PARTNERS_MAX,
  CLUSTER_ISSUERS_MIN,
  CLUSTER_SHARE_DIVISOR,
  DIVERSITY_ISSUERS_MIN,
  DIVERSITY_SHARE_MAX_PERCENT,
  NEW_ISSUERS_SHARE_MAX_PERCENT,
  PERFECT_RATINGS_MIN,
  PERFECT_SHARE_MIN_PERCENT,
  QUARANTINE_FLAGS_MIN,
  RECIPROCAL_SHARE_MAX_PERCENT,
  RING_ACCOUNTS_MAX,
  VOUCHING_RATING_MIN,
} from '../limits.js';
import { ISSUER_TIER_WEIGHTS_CENTI } from '../tiers.js';
import { type GamingFacts, graphOf, type RatingGraph, type Received } from './facts.js';
import { type Measure, type Measures, measure } from './measure.js';
import { ringsOf } from './rings.js';

/** What each pattern does to the weight of the ratings that an account received, basis points (decisions.md, table of numbers). */
export const GAMING_MULTIPLIERS_BP = {
  'low-diversity': 7000,
  reciprocal: 5000,
  'new-issuers': 5000,
  'perfect-scores': 6000,
  'account-clustering': 5000,
} as const;
export type GamingFlag = keyof typeof GAMING_MULTIPLIERS_BP;

/** A pattern, and what shows it. */
export interface GamingFinding {
  /** `burst` and `self-dealing`: ratings that are ignored. */
  readonly pattern: GamingFlag | 'burst' | 'self-dealing';
  /** Whose ratings they are. */
  readonly subject: Did;
  /** The ratings or issuers that show it, and among how many. */
  readonly found: number;
  readonly among: number;
  /** Issuers that take part, at most {@link EVIDENCE_MAX}, in order. */
  readonly issuers: readonly Did[];
}

/** What the ratings of an account are worth. */
export interface GamingVerdict {
  /** What its ratings weigh: 10000 is all, 0 in quarantine. */
  readonly multiplierBp: BasisPoints;
  readonly flags: readonly GamingFlag[];
  /** Three patterns at once: its ratings count for nothing until somebody has looked. */
  readonly quarantined: boolean;
}

/** What an analysis of all ratings found. */
export interface GamingReport {
  readonly findings: readonly GamingFinding[];
  /** Accounts with a pattern; all others are worth what they are. */
  readonly verdicts: ReadonlyMap<Did, GamingVerdict>;
}

/** Issuers that a finding names. */
export const EVIDENCE_MAX = 20;

/**
 * Looks for gaming in all ratings of a log prefix together: one rating shows nothing (flaw.S7). Deterministic, and
 * linear in the ratings but for the sorting. Self-ratings and the excess of bursts are ignored; each pattern then lowers
 * the weight of an account's ratings, all of them together, and three put it into quarantine. A share has to be reached
 * by heads, and by weight where the facts have weights.
 * - low-diversity: fewer than 5 issuers that weigh a provisional attestation or more, or one with more than 40 % of the ratings
 * - reciprocal: more than 30 % of the issuers belong to a circle of mutual good ratings with the account, or to its ring
 * - new-issuers: more than half of the issuers were younger than 30 days when they rated last
 * - perfect-scores: 10 ratings or more, 95 % or more of them perfect
 * - account-clustering: 3 issuers or more were created within 24 hours of one another, and they are a third of all
 *
 * @throws SCORE_BAD_RATING with the field, SCORE_TOO_MANY_ATTESTATIONS
 */
export function analyseGaming(facts: GamingFacts): GamingReport {
  const graph = graphOf(facts);
  const findings: GamingFinding[] = [];
  const verdicts = new Map<Did, GamingVerdict>();
  for (const [subject, measures] of measuresOf(graph, facts.weights, findings)) {
    const found = patternsOf(measures);
    if (found.length === 0) continue;
    const did = didOf(graph, subject);
    for (const { pattern, issuers, ...numbers } of found)
      findings.push({ pattern, subject: did, ...numbers, issuers: named(graph, issuers) });
    verdicts.set(did, verdictOf(found.map(({ pattern }) => pattern)));
  }
  return { findings, verdicts };
}

/** The measures of every account with a rating that counts, by its number; ratings that are ignored become findings. */
export function measuresOf(
  graph: RatingGraph,
  weights: GamingFacts['weights'],
  findings: GamingFinding[],
): ReadonlyMap<number, Measures> {
  const heard = graph.accounts.map((did) => Math.min(weights?.get(did) ?? 0, HEAVIEST));
  // Where nobody is heard nobody's voice is at stake: all who rate it are looked at alike.
  const weighed = graph.received.map((ratings, subject) =>
    [subject, ...ratings.map(({ from }) => from)].some((account) => (heard[account] ?? 0) > 0)
      ? (issuer: number) => heard[issuer] ?? 0
      : alike,
  );
  const kept = graph.received.map((ratings, subject) =>
    withoutNoise(graph, { subject, weigh: weighed[subject] ?? alike }, ratings, findings),
  );
  const circles = circlesOf(kept);
  const measures = new Map<number, Measures>();
  for (const [subject, ratings] of kept.entries()) {
    const weigh = weighed[subject] ?? alike;
    const counted = weigh === alike ? ratings : ratings.filter(({ from }) => weigh(from) > 0);
    if (counted.length > 0) measures.set(subject, measure(counted, circles(subject), graph.createdAt, weigh));
  }
  return measures;
}

/** As if everybody's tier were the standard one. */
const alike = (): number => ISSUER_TIER_WEIGHTS_CENTI.standard;

/** No attestation weighs more, however much reaches its issuer. */
const HEAVIEST = ISSUER_TIER_WEIGHTS_CENTI.institutional;

function verdictOf(flags: readonly GamingFlag[]): GamingVerdict {
  const quarantined = flags.length >= QUARANTINE_FLAGS_MIN;
  const bp = flags.reduce((left, flag) => floorDiv(left * GAMING_MULTIPLIERS_BP[flag], 10_000), 10_000);
  return { multiplierBp: asBasisPoints(quarantined ? 0 : bp), flags, quarantined };
}

/** A pattern with what shows it. */
interface Pattern {
  readonly pattern: GamingFlag;
  readonly found: number;
  readonly among: number;
  readonly issuers: readonly number[];
}

/** The patterns that measures show: the thresholds of decisions.md, table of numbers. */
export function patternsOf({
  issuers,
  voices,
  ratings,
  dominant,
  mutual,
  young,
  perfect,
  together,
}: Measures): readonly Pattern[] {
  const found: Pattern[] = [];
  const add = (pattern: GamingFlag, { found: n, among, issuers: named }: Measure): unknown =>
    found.push({ pattern, found: n, among, issuers: named });
  if (voices < DIVERSITY_ISSUERS_MIN)
    found.push({ pattern: 'low-diversity', found: voices, among: issuers.length, issuers });
  else if (isAbove(dominant, DIVERSITY_SHARE_MAX_PERCENT)) add('low-diversity', dominant);
  if (isAbove(mutual, RECIPROCAL_SHARE_MAX_PERCENT)) add('reciprocal', mutual);
  if (isAbove(young, NEW_ISSUERS_SHARE_MAX_PERCENT)) add('new-issuers', young);
  if (ratings >= PERFECT_RATINGS_MIN && isAtLeast(perfect, PERFECT_SHARE_MIN_PERCENT, 100))
    add('perfect-scores', perfect);
  if (together.found >= CLUSTER_ISSUERS_MIN && isAtLeast(together, 1, CLUSTER_SHARE_DIVISOR))
    add('account-clustering', together);
  return found;
}

/** By heads and by weight: neither a heavy issuer nor a crowd of light ones makes a pattern of what is none. */
const isAbove = ({ part, whole, found, among }: Measure, percent: number): boolean =>
  part * 100 > percent * whole && found * 100 > percent * among;

const isAtLeast = ({ part, whole, found, among }: Measure, parts: number, of: number): boolean =>
  part * of >= parts * whole && found * of >= parts * among;

/**
 * Ratings but for those of the account itself and those that follow ten of one issuer within an hour. That one who is
 * not heard rates so often shows nothing of the account.
 */
function withoutNoise(
  graph: RatingGraph,
  { subject, weigh }: { readonly subject: number; readonly weigh: (issuer: number) => number },
  ratings: readonly Received[],
  findings: GamingFinding[],
): readonly Received[] {
  const admits = hourlyLimit();
  const bursts = new Map<number, number>();
  let own = 0;
  const kept = ratings.filter(({ from, at }) => {
    if (from === subject) {
      own++;
      return false;
    }
    const fits = admits(from, at);
    if (!fits && weigh(from) > 0) bursts.set(from, (bursts.get(from) ?? 0) + 1);
    return fits;
  });
  const did = didOf(graph, subject);
  const among = ratings.length;
  if (own > 0) findings.push({ pattern: 'self-dealing', subject: did, found: own, among, issuers: [did] });
  if (bursts.size > 0) {
    const found = [...bursts.values()].reduce((sum, n) => sum + n, 0);
    findings.push({
      pattern: 'burst',
      subject: did,
      found,
      among,
      issuers: named(graph, [...bursts.keys()]),
    });
  }
  return kept;
}

/**
 * For an account, the issuers that are in a circle with it: both rate each other well, and half or more of those whom
 * either of them has that with, the one with fewer, are common to both; or they belong to one ring. Two that worked
 * together and say so of each other are no circle, nor is a trade in which many know each other.
 */
function circlesOf(kept: readonly (readonly Received[])[]): (subject: number) => ReadonlySet<number> {
  const good = kept.map((ratings) => new Set(ratings.filter(isGood).map(({ from }) => from)));
  const rates: number[][] = kept.map(() => []);
  for (const [subject, issuers] of good.entries()) for (const issuer of issuers) rates[issuer]?.push(subject);
  const rings = ringsOf(rates, RING_ACCOUNTS_MAX);
  const mutual = good.map((issuers, subject) =>
    [...issuers].filter((issuer) => good[issuer]?.has(subject) === true),
  );
  return (subject) => {
    const partners = mutual[subject] ?? [];
    const near = new Set(partners);
    const ring = rings[subject] ?? -1;
    const inCircle = partners.filter((partner) => {
      const theirs = (mutual[partner] ?? []).slice(0, CIRCLE_PARTNERS_MAX);
      const common = theirs.filter((third) => near.has(third)).length;
      // Each of the two is among the partners of the other, and no third.
      const others = Math.min(theirs.length, near.size) - 1;
      return common > 0 && common * CIRCLE_COMMON_DIVISOR >= others;
    });
    const inRing = [...(good[subject] ?? [])].filter((issuer) => ring !== -1 && rings[issuer] === ring);
    return new Set([...inCircle, ...inRing]);
  };
}

const isGood = ({ rating }: Received): boolean => rating >= VOUCHING_RATING_MIN;

/** Numbers come from the list itself, so nobody is never there. */
const didOf = ({ accounts }: RatingGraph, number: number): Did =>
  accounts[number] ?? asDid('did:ttp:agent:nobody');

const named = (graph: RatingGraph, numbers: readonly number[]): readonly Did[] =>
  [...numbers]
    .sort((a, b) => a - b)
    .slice(0, EVIDENCE_MAX)
    .map((number) => didOf(graph, number));
