import { type Did, TtpError } from '@ttp/core';
import { inceptionOf } from '@ttp/crypto';
import { DAY_MS } from '../fixed.js';
import type { GamingFinding, GamingFlag, GamingReport } from '../gaming/analyse.js';
import { judgeRatings } from '../gaming/judge.js';
import { weighAttestations } from '../gaming/weigh.js';
import type { AttestationFact } from '../reputation.js';
import { NEUTRAL } from '../reputation.js';
import { ISSUER_TIER_WEIGHTS_CENTI, type IssuerTier, VERIFIED_TIERS } from '../tiers.js';
import { restingPosterior } from './expiry.js';
import type { StatedAt } from './read.js';
import { reachedFrom } from './rooted.js';
import { type Audience, isSharedWith, type ShareChoice } from './share.js';
import { type BookFinding, newestByIssuer, type Slot, slotsOf } from './slots.js';
import { holdsAt, type Vouch } from './vouch.js';

/** What a book is made with, beside statements. */
export interface BookOptions {
  /** Identities that the operator trusts to rate: without any, no attestation opens what score alone must not. */
  readonly roots: readonly Did[];
  /** Who answers for an identity: issuers with the same answer are one cluster. The identity itself when left out. */
  readonly clusterOf?: (did: Did) => string;
  /** When an identity came to be, ms, where somebody knows; with its first rating otherwise, unless it was verified. */
  readonly createdAt?: ReadonlyMap<Did, number>;
}

/** What the ratings of a subject come to at a time; members of `TrustFacts`. */
export interface RatedStanding {
  readonly attestations: readonly AttestationFact[];
  /** Where reputation rests when nothing new comes: it moves towards the prior alone (law.S-6). */
  readonly restingPosterior: number;
}

/** All that was said of reputation in one log prefix. */
export interface AttestationBook {
  /** Patterns, double ratings and retractions that count for nothing. */
  readonly findings: readonly (BookFinding | GamingFinding)[];
  /** @param now wall clock, ms */
  standingOf(subject: Did, now: number): RatedStanding;
  /** Whether somebody who may do so stands up for it now. */
  isVouchedFor(subject: Did, now: number): boolean;
  /** From when on any of this may be different without a new statement, ms; infinite where nothing ends. */
  nextChange(now: number): number;
  /** What the analysis of all ratings found. */
  readonly gaming: GamingReport;
  /** The ratings of a subject with their tombstones, oldest first: what its log shows of it. */
  ratingsOf(subject: Did): readonly Slot[];
  /**
   * The same as far as the subject lets the audience see it.
   *
   * @throws SCORE_NOT_SHARED
   */
  sharedWith(subject: Did, audience: Audience): readonly Slot[];
}

/** Patterns that make an unverified issuer one of low trust: Sybil protection applies to it (ttp-protocol.txt L1762). */
const SYBIL_FLAGS: readonly GamingFlag[] = ['reciprocal', 'account-clustering'];

/**
 * The book of a log prefix: equal statements give equal facts, in whatever order they come and however often (law.S-7).
 * - An issuer has one voice for a subject, its newest rating; an older one does not come back when that expires.
 * - A rating that was taken back stays, as no better than neutral: retraction is not to be paid for (flaw.S6).
 * - Whose cluster is the subject's own counts for nothing.
 * - What a rating weighs follows from the whole prefix, expired and retracted ratings included: time and retractions
 *   alone improve nobody. What opens sensitive things is a path of good ratings that neither expired nor were retracted,
 *   from a root to an issuer of a tier that an operator verified and still stands by.
 *
 * @throws SCORE_BAD_RATING, SCORE_TOO_MANY_ATTESTATIONS
 */
export function attestationBook(stated: readonly StatedAt[], options: BookOptions): AttestationBook {
  const { roots, clusterOf = inceptionOf } = options;
  const findings: BookFinding[] = [];
  const slots = slotsOf(stated, findings).filter(({ attestation: { id, issuer, subject } }) => {
    if (clusterOf(issuer) !== clusterOf(subject)) return true;
    findings.push({ code: 'SCORE_ATTESTATION_IN_HOUSE', id, issuer });
    return false;
  });
  const newest = newestByIssuer(slots);
  const ratings = slots.map(({ attestation: { issuer, subject, rating }, at }) => ({
    issuer,
    subject,
    rating: rating.overall,
    at,
  }));
  const createdAt = creationTimes(stated, options);
  const vouches = Map.groupBy(
    stated.flatMap(({ statement }) => (statement.kind === 'vouch' ? [statement] : [])),
    ({ subject }) => subject,
  );
  const weights = judgeRatings({ ratings, createdAt, weights: verifiedWeights(vouches) }, roots);
  const shares = sharesOf(stated);
  const bySubject = Map.groupBy(newest, ({ attestation }) => attestation.subject);
  const rooted = new Set(roots);

  /** How an issuer was verified at a time: by an operator, as a root, or not at all. */
  function tierAt(issuer: Did, time: number): IssuerTier {
    const said = vouchesAt(issuer, time).find(({ tier }) => tier !== undefined)?.tier;
    if (said !== undefined) return said;
    if (rooted.has(issuer)) return 'basic';
    if (roots.length === 0) return 'provisional';
    const flags = weights.gaming?.verdicts.get(issuer)?.flags ?? [];
    return flags.some((flag) => SYBIL_FLAGS.includes(flag)) ? 'lowTrust' : 'standard';
  }

  /** The latest first; of two at one time, the same one for everybody. */
  const vouchesAt = (did: Did, time: number): readonly Vouch[] =>
    (vouches.get(did) ?? [])
      .filter((vouch) => holdsAt(vouch, time))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));

  function factOf({ attestation, at, retraction }: Slot, isRooted: boolean): AttestationFact {
    const { issuer, rating } = attestation;
    return {
      issuer,
      cluster: clusterOf(issuer),
      tier: tierAt(issuer, at),
      rating: retraction === undefined ? rating.overall : Math.min(rating.overall, NEUTRAL),
      at,
      rooted: isRooted,
    };
  }

  const factsAt = (subject: Did, known: readonly Slot[], time: number, reached?: ReadonlySet<Did>) =>
    weighAttestations(
      subject,
      known
        .filter(({ attestation }) => time < attestation.expiresAt)
        .map((slot) => {
          const { issuer } = slot.attestation;
          return factOf(slot, reached?.has(issuer) === true && VERIFIED_TIERS.includes(tierAt(issuer, time)));
        }),
      weights,
    );

  const ratingsOf = (subject: Did): readonly Slot[] =>
    slots
      .filter(({ attestation }) => attestation.subject === subject)
      .sort((a, b) => a.at - b.at || (a.attestation.id < b.attestation.id ? -1 : 1));

  return {
    findings: [...findings, ...(weights.gaming?.findings ?? [])],
    standingOf(subject, now) {
      const known = (bySubject.get(subject) ?? []).filter(({ at }) => at <= now);
      const reached = reachedFrom(roots, newest, now);
      return {
        attestations: factsAt(subject, known, now, reached),
        restingPosterior: restingPosterior(known, now, (alive, time) => factsAt(subject, alive, time)),
      };
    },
    nextChange(now) {
      const times = [
        ...newest.flatMap(({ attestation, at }) => [at, attestation.expiresAt]),
        ...[...vouches.values()].flat().flatMap(({ at, notAfter }) => [at, notAfter]),
      ];
      return times.reduce(
        (next, time) => (time > now && time < next ? time : next),
        Number.POSITIVE_INFINITY,
      );
    },
    gaming: weights.gaming ?? { findings: [], verdicts: new Map() },
    isVouchedFor: (subject, now) => vouchesAt(subject, now).length > 0,
    ratingsOf,
    sharedWith(subject, audience) {
      if (!isSharedWith(audience, shares.get(subject)))
        throw new TtpError('SCORE_NOT_SHARED', `${subject} does not share this with ${audience}`, {
          field: 'audience',
        });
      return ratingsOf(subject);
    },
  };
}

/**
 * What those may weigh of whom an operator ever said how they were verified: where no root is named, nobody else shows a
 * pattern in the ratings of somebody whom one of them rates.
 */
function verifiedWeights(vouches: ReadonlyMap<Did, readonly Vouch[]>): ReadonlyMap<Did, number> {
  const weights = new Map<Did, number>();
  for (const { subject, tier } of [...vouches.values()].flat())
    if (tier !== undefined)
      weights.set(subject, Math.max(weights.get(subject) ?? 0, ISSUER_TIER_WEIGHTS_CENTI[tier]));
  return weights;
}

/** Days after 1970 that are all long ago. */
const LONG_AGO_DAYS = 15_000;

/**
 * When identities came to be. Whoever an operator verified, or made a root, is nobody's free identity: where nothing else
 * is known, as one from long ago, made days apart from any other.
 */
function creationTimes(
  stated: readonly StatedAt[],
  { roots, createdAt = new Map<Did, number>() }: BookOptions,
): ReadonlyMap<Did, number> {
  const vouched = stated.flatMap(({ statement }) =>
    statement.kind === 'vouch' && statement.tier !== undefined && VERIFIED_TIERS.includes(statement.tier)
      ? [statement.subject]
      : [],
  );
  const verified = [...new Set([...roots, ...vouched])].sort();
  return new Map([
    ...verified.map((did, i) => [did, (i % LONG_AGO_DAYS) * (DAY_MS + 1)] as const),
    ...createdAt,
  ]);
}

/** The latest choice of each subject; of two at one time the one that shares less. */
function sharesOf(stated: readonly StatedAt[]): ReadonlyMap<Did, ShareChoice> {
  const shares = new Map<Did, ShareChoice>();
  for (const { statement } of stated) {
    if (statement.kind !== 'share') continue;
    const known = shares.get(statement.subject);
    if (known === undefined || isLater(statement, known)) shares.set(statement.subject, statement);
  }
  return shares;
}

function isLater(a: ShareChoice, b: ShareChoice): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return !isSharedWith('public', a) && (isSharedWith('public', b) || a.share === 'none');
}
