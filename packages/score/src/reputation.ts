import { type Did, isDid, TtpError } from '@ttp/core';
import { add, type Fraction, fraction, isLess } from './integer.js';
import {
  ATTESTATIONS_MAX_COUNT,
  CLUSTER_CAP_DIVISOR,
  CLUSTER_NAME_MAX_CHARS,
  PROVISIONAL_CAP_DIVISOR,
  REPUTATION_PRIOR_WEIGHT_CENTI,
  VOUCHING_RATING_MIN,
} from './limits.js';
import { ISSUER_TIER_WEIGHTS_CENTI, ISSUER_TIERS, type IssuerTier, VERIFIED_TIERS } from './tiers.js';

/**
 * One verified attestation, reduced to what counts. The evidence source has checked the signature, the expiry and
 * that issuer and subject are not one; what the issuer says about the subject's stage or level has no field here
 * (decision D25).
 */
export interface AttestationFact {
  /** The issuer's `did:ttp`, which stands for its inception: a version tag is no second voice (decision D4). */
  readonly issuer: Did;
  /** Which issuers belong together: whoever shares this name shares one cap. */
  readonly cluster: string;
  readonly tier: IssuerTier;
  /** 1 (worst) to 5 (best), integer; 3 is neutral. */
  readonly rating: number;
  /** When it was issued: wall clock, ms. The latest of an issuer counts. */
  readonly at: number;
  /** What the analysis of gaming leaves of its weight: 0 to 10000; all of it unless stated. */
  readonly multiplierBp?: number;
  /**
   * False where no path of good ratings leads from a configured root to the issuer, or nobody verified it: the
   * attestation counts as any other, and opens nothing that score alone must not open (decision D24).
   */
  readonly rooted?: boolean;
}

/** What the attestations say together. */
export interface Reputation {
  /** -10000 (all bad, without doubt) to 10000 (all good, without doubt); 0 is the prior. */
  readonly posterior: number;
  /** The attestations that count, the latest of each issuer, in order of issuer. */
  readonly counted: readonly AttestationFact[];
  /** Clusters with an issuer of a verified tier whose latest rating is 4 or 5. */
  readonly independentClusters: number;
}

/** The neutral rating: it pulls towards the prior. */
export const NEUTRAL = 3;
/** A weight that nothing was taken from, basis points. */
const WHOLE = 10_000;
/** The farthest a rating stands from the neutral one. */
const SWING = 2n;

/**
 * The bounded posterior over the latest attestation per issuer (decision D23, flaw.S2):
 * `sum(w (r - 3)) / (2 (prior + sum(w)))`, where
 * - each issuer counts once, by its latest attestation; of two at the same time the worse one;
 * - a cluster of issuers weighs at most 20 % of everything, the prior included: what is above is scaled down;
 * - provisional issuers are one group, whatever their clusters, of at most 1/70 of all other weight: identities
 *   are free, so their number must not matter.
 *
 * The sums are exact fractions; the result is truncated towards the prior. The order of the list and repetitions
 * in it change nothing.
 *
 * @throws SCORE_BAD_ATTESTATION with the field, SCORE_TOO_MANY_ATTESTATIONS
 */
export function reputationOf(attestations: readonly AttestationFact[]): Reputation {
  const latest = [...latestByIssuer(attestations).values()].sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  const provisional = tally(latest.filter(({ tier }) => tier === 'provisional'));
  const clusters = new Map<string, AttestationFact[]>();
  for (const fact of latest)
    if (fact.tier !== 'provisional') {
      const members = clusters.get(fact.cluster);
      if (members === undefined) clusters.set(fact.cluster, [fact]);
      else members.push(fact);
    }

  const main = cappedSum([...clusters.values()].map(tally));
  const all = withProvisional(main, provisional);
  return {
    posterior: ratio(all.signed, all.weight),
    counted: latest,
    independentClusters: [...clusters.values()].filter((members) => members.some(speaksFor)).length,
  };
}

const speaksFor = ({ tier, rating, multiplierBp, rooted }: AttestationFact): boolean =>
  VERIFIED_TIERS.includes(tier) && rating >= VOUCHING_RATING_MIN && multiplierBp !== 0 && rooted !== false;

/** Weight in hundredths of a basis point, and the sum of weight times distance from the neutral rating. */
interface Tally {
  readonly weight: bigint;
  readonly signed: bigint;
}

function tally(facts: readonly AttestationFact[]): Tally {
  let weight = 0;
  let signed = 0;
  for (const { tier, rating, multiplierBp = WHOLE } of facts) {
    const own = ISSUER_TIER_WEIGHTS_CENTI[tier] * multiplierBp;
    weight += own;
    signed += own * (rating - NEUTRAL);
  }
  return { weight: BigInt(weight), signed: BigInt(signed) };
}

interface Sum {
  /** Of everything, the prior included. */
  readonly weight: Fraction;
  readonly signed: Fraction;
}

/**
 * The sum over the clusters, each cut to a cap that is a fifth of the resulting weight. With `k` clusters cut and
 * `rest` the prior and all uncut clusters, the cap is `rest / (5 - k)`; cutting the heaviest first finds `k`,
 * which is 4 at most, since the prior is never cut.
 */
function cappedSum(clusters: readonly Tally[]): Sum {
  const heaviestFirst = [...clusters].sort((a, b) =>
    a.weight < b.weight ? 1 : a.weight > b.weight ? -1 : 0,
  );
  let rest =
    BigInt(REPUTATION_PRIOR_WEIGHT_CENTI * WHOLE) + heaviestFirst.reduce((sum, c) => sum + c.weight, 0n);
  let shares = BigInt(CLUSTER_CAP_DIVISOR);
  let cut = 0;
  for (const { weight } of heaviestFirst) {
    if (weight * shares <= rest) break;
    rest -= weight;
    shares -= 1n;
    cut += 1;
  }
  const uncut = heaviestFirst.slice(cut).reduce((sum, c) => sum + c.signed, 0n);
  const signed = heaviestFirst
    .slice(0, cut)
    .map((c) => fraction(c.signed * rest, c.weight * shares))
    .reduce(add, fraction(uncut, 1n));
  return { signed, weight: fraction(rest * BigInt(CLUSTER_CAP_DIVISOR), shares) };
}

function withProvisional(main: Sum, provisional: Tally): Sum {
  if (provisional.weight === 0n) return main;
  const cap = fraction(main.weight.numerator, main.weight.denominator * BigInt(PROVISIONAL_CAP_DIVISOR));
  const claimed = fraction(provisional.weight, 1n);
  const weight = isLess(cap, claimed) ? cap : claimed;
  const signed = fraction(provisional.signed * weight.numerator, provisional.weight * weight.denominator);
  return { signed: add(main.signed, signed), weight: add(main.weight, weight) };
}

/** Of two posteriors the one nearer to the prior; the prior itself where they stand on different sides of it. */
export function nearerPrior(a: number, b: number): number {
  if (a > 0 && b > 0) return Math.min(a, b);
  return a < 0 && b < 0 ? Math.max(a, b) : 0;
}

/** `signed / (2 weight)` in basis points; the division of bigints truncates, here towards the prior. */
function ratio(signed: Fraction, weight: Fraction): number {
  return Number(
    (10_000n * signed.numerator * weight.denominator) / (SWING * signed.denominator * weight.numerator),
  );
}

export function latestByIssuer(attestations: readonly AttestationFact[]): Map<Did, AttestationFact> {
  if (!isList(attestations))
    throw new TtpError('SCORE_BAD_ATTESTATION', 'not a list', { field: 'attestations' });
  if (attestations.length > ATTESTATIONS_MAX_COUNT)
    throw new TtpError('SCORE_TOO_MANY_ATTESTATIONS', `${attestations.length} attestations`, {
      field: 'attestations',
    });
  const latest = new Map<Did, AttestationFact>();
  attestations.forEach((fact, i) => {
    check(fact, `attestations[${i}]`);
    if (ISSUER_TIER_WEIGHTS_CENTI[fact.tier] === 0) return;
    const known = latest.get(fact.issuer);
    if (known === undefined || supersedes(fact, known)) latest.set(fact.issuer, fact);
  });
  return latest;
}

/**
 * A total order on the attestations of one issuer, so that their order in the list cannot matter: the later one;
 * at one time the one that speaks worse; then the lighter one, then the name of the cluster.
 */
export function supersedes(a: AttestationFact, b: AttestationFact): boolean {
  if (a.at !== b.at) return a.at > b.at;
  if (a.rating !== b.rating) return a.rating < b.rating;
  if (a.tier !== b.tier) return ISSUER_TIERS.indexOf(a.tier) > ISSUER_TIERS.indexOf(b.tier);
  if (a.multiplierBp !== b.multiplierBp) return (a.multiplierBp ?? WHOLE) < (b.multiplierBp ?? WHOLE);
  if ((a.rooted === false) !== (b.rooted === false)) return a.rooted === false;
  return a.cluster < b.cluster;
}

/** `Array.isArray` as it is would forget the type of the members. */
export const isList = (value: unknown): boolean => Array.isArray(value);

function check(fact: AttestationFact, field: string): void {
  const wrong = (member: string): TtpError =>
    new TtpError('SCORE_BAD_ATTESTATION', `the ${member} is none`, { field: `${field}.${member}` });
  if (typeof fact !== 'object' || fact === null)
    throw new TtpError('SCORE_BAD_ATTESTATION', 'not an attestation', { field });
  if (typeof fact.issuer !== 'string' || !isDid(fact.issuer)) throw wrong('issuer');
  if (typeof fact.cluster !== 'string' || fact.cluster === '' || fact.cluster.length > CLUSTER_NAME_MAX_CHARS)
    throw wrong('cluster');
  if (!ISSUER_TIERS.includes(fact.tier)) throw wrong('tier');
  if (!Number.isInteger(fact.rating) || fact.rating < 1 || fact.rating > 5) throw wrong('rating');
  if (!Number.isSafeInteger(fact.at) || fact.at < 0) throw wrong('at');
  const { multiplierBp = WHOLE, rooted = true } = fact;
  if (typeof rooted !== 'boolean') throw wrong('rooted');
  if (!Number.isInteger(multiplierBp) || multiplierBp < 0 || multiplierBp > WHOLE)
    throw wrong('multiplierBp');
}
