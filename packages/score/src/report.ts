import {
  asBasisPoints,
  asTrustScore,
  type BasisPoints,
  type Hash,
  isHash,
  isJsonObject,
  type Json,
  type JsonObject,
  STAGES,
  type Stage,
  type TrustScore,
  TtpError,
} from '@ttp/core';
import { hashJson } from '@ttp/crypto';
import { BEHAVIOR_COMPONENTS, type BehaviorFacts, behaviorOf } from './behavior.js';
import { floorDiv } from './integer.js';
import {
  BEHAVIORAL_MAX_BP,
  CRITICAL_EVENT_CAP_BP,
  HIGH_EVENT_CAP_BP,
  IDENTITY_MAX_BP,
  MEDIUM_EVENT_CAP_BP,
  REPUTATION_MAX_BP,
} from './limits.js';
import { type AttestationFact, isList, nearerPrior, reputationOf } from './reputation.js';
import { type AccessLevel, accessOf, checkGates, type Gates, stageOf } from './stages.js';

/** Severities of an open security event that cap a score, mildest first (decision D24). */
export const SECURITY_SEVERITIES = ['medium', 'high', 'critical'] as const;
export type SecuritySeverity = (typeof SECURITY_SEVERITIES)[number];

const EVENT_CAPS_BP: { readonly [S in SecuritySeverity]: number } = {
  medium: MEDIUM_EVENT_CAP_BP,
  high: HIGH_EVENT_CAP_BP,
  critical: CRITICAL_EVENT_CAP_BP,
};

/** All that a trust score is computed from. Every fact was verified or observed by the side that computes. */
export interface TrustFacts extends Gates {
  readonly attestations: readonly AttestationFact[];
  /**
   * The most that the attestations may say now, -10000 to 10000, where some have expired and nothing new came: see
   * `standingOf` of a book.
   */
  readonly restingPosterior?: number;
  readonly behavior: BehaviorFacts;
  /** Severities of the events that no operator has closed yet. */
  readonly securityEvents: readonly SecuritySeverity[];
}

/** The trust score with its parts; plain JSON. `...Bp` are basis points (10000 = 100 points), `...Score` whole points. */
export type TrustReport = {
  readonly totalBp: BasisPoints;
  /** Proves that the agent holds its key; says nothing about whether it is any good. */
  readonly identityBp: BasisPoints;
  readonly reputationBp: BasisPoints;
  readonly behavioralBp: BasisPoints;
  /** The most the total may be now: 10000, less while a security event is open, 0 when killed or revoked. */
  readonly capBp: BasisPoints;
  readonly totalScore: TrustScore;
  readonly identityScore: TrustScore;
  readonly reputationScore: TrustScore;
  readonly behavioralScore: TrustScore;
  readonly stage: Stage;
  readonly access: AccessLevel;
  /** What the attestations say: -10000 to 10000, 0 when there are none. */
  readonly posterior: number;
  /** What was observed: -10000 to 10000, 0 when nothing was. */
  readonly conduct: number;
  readonly attestationCount: number;
  readonly independentClusters: number;
  /** Number of observations behind `conduct`. */
  readonly observed: number;
  /** Hash of the facts that count: whoever holds them can compute the report again and compare. */
  readonly inputs: Hash;
};

/**
 * The three-component trust score (decision D23): identity 0 or 40, reputation 0 to 35, behavior 0 to 25, summed
 * and capped (decision D24). A pure function in integers: equal facts give equal reports on every runtime.
 *
 * @param facts shape of {@link TrustFacts}; the order of its lists does not matter
 * @throws SCORE_BAD_GATE, SCORE_BAD_ATTESTATION, SCORE_TOO_MANY_ATTESTATIONS, SCORE_BAD_BEHAVIOR, SCORE_BAD_SECURITY_EVENT
 */
export function trustReport(facts: TrustFacts): TrustReport {
  const { identityVerified } = checkGates(facts);
  const reputation = reputationOf(facts.attestations);
  const behavior = behaviorOf(facts.behavior);
  const identityBp = asBasisPoints(identityVerified ? IDENTITY_MAX_BP : 0);
  const posterior = posteriorOf(facts, reputation.posterior);
  const reputationBp = asBasisPoints(floorDiv(REPUTATION_MAX_BP * Math.max(0, posterior), 10_000));
  const behavioralBp = asBasisPoints(behavior.bp);
  const capBp = asBasisPoints(capOf(facts));
  const totalBp = asBasisPoints(Math.min(identityBp + reputationBp + behavioralBp, capBp));
  const stage = stageOf(totalBp, facts);
  return {
    totalBp,
    identityBp,
    reputationBp,
    behavioralBp,
    capBp,
    totalScore: points(totalBp),
    identityScore: points(identityBp),
    reputationScore: points(reputationBp),
    behavioralScore: points(behavioralBp),
    stage,
    access: accessOf(stage),
    posterior,
    conduct: behavior.conduct,
    attestationCount: reputation.counted.length,
    independentClusters: reputation.independentClusters,
    observed: behavior.observed,
    inputs: hashFacts(facts, reputation.counted),
  };
}

/** What the attestations say, or less: what rests after some of them expired (law.S-6). */
function posteriorOf({ restingPosterior }: TrustFacts, posterior: number): number {
  if (restingPosterior === undefined) return posterior;
  if (!Number.isInteger(restingPosterior) || Math.abs(restingPosterior) > 10_000)
    throw new TtpError('SCORE_BAD_ATTESTATION', 'no posterior', { field: 'restingPosterior' });
  return nearerPrior(posterior, restingPosterior);
}

/**
 * Of the facts that count, in an order of their own, so that the order they came in cannot show. An attestation goes
 * in as the JCS text of `[issuer, cluster, tier, rating, at]`, with its multiplier where it has one and `false` where it is not rooted: as an object it costs five times as much.
 */
function hashFacts(facts: TrustFacts, counted: readonly AttestationFact[]): Hash {
  const { identityVerified, killed, revoked, behavior, securityEvents, restingPosterior } = facts;
  return hashJson({
    identityVerified,
    killed,
    revoked,
    // Of texts and integers, JSON.stringify makes the canonical form.
    attestations: counted.map(({ issuer, cluster, tier, rating, at, multiplierBp, rooted }) =>
      JSON.stringify([
        issuer,
        cluster,
        tier,
        rating,
        at,
        ...(multiplierBp === undefined ? [] : [multiplierBp]),
        ...(rooted === false ? [rooted] : []),
      ]),
    ),
    ...(restingPosterior === undefined ? {} : { restingPosterior }),
    behavior: Object.fromEntries(
      BEHAVIOR_COMPONENTS.map((name) => [name, { good: behavior[name].good, total: behavior[name].total }]),
    ),
    securityEvents: SECURITY_SEVERITIES.filter((severity) => securityEvents.includes(severity)),
  });
}

const points = (bp: BasisPoints): TrustScore => asTrustScore(floorDiv(bp, 100));

function capOf({ killed, revoked, securityEvents }: TrustFacts): number {
  let cap = killed || revoked ? 0 : 10_000;
  if (!isList(securityEvents))
    throw new TtpError('SCORE_BAD_SECURITY_EVENT', 'not a list', { field: 'securityEvents' });
  securityEvents.forEach((severity, i) => {
    if (!SECURITY_SEVERITIES.includes(severity))
      throw new TtpError('SCORE_BAD_SECURITY_EVENT', 'not a severity', { field: `securityEvents[${i}]` });
    cap = Math.min(cap, EVENT_CAPS_BP[severity]);
  });
  return cap;
}

/**
 * Whether the JSON is a report whose numbers are in range and fit together. It does not say who computed it: the
 * evidence source answers for that.
 */
export function isTrustReport(value: Json): value is TrustReport & JsonObject {
  if (!isJsonObject(value)) return false;
  // What is inherited is nobody's report.
  for (const name of REPORT_MEMBERS) if (!Object.hasOwn(value, name)) return false;
  const { totalBp, identityBp, reputationBp, behavioralBp, capBp, posterior, conduct, inputs } = value;
  return (
    isPart(totalBp, value['totalScore'], 10_000) &&
    isPart(identityBp, value['identityScore'], IDENTITY_MAX_BP) &&
    isPart(reputationBp, value['reputationScore'], REPUTATION_MAX_BP) &&
    isPart(behavioralBp, value['behavioralScore'], BEHAVIORAL_MAX_BP) &&
    isIntegerIn(capBp, 0, 10_000) &&
    totalBp === Math.min(identityBp + reputationBp + behavioralBp, capBp) &&
    fitsStage(value['stage'], value['access'], totalBp) &&
    isIntegerIn(posterior, -10_000, 10_000) &&
    isIntegerIn(conduct, -10_000, 10_000) &&
    isIntegerIn(value['attestationCount'], 0, Number.MAX_SAFE_INTEGER) &&
    isIntegerIn(value['independentClusters'], 0, Number.MAX_SAFE_INTEGER) &&
    isIntegerIn(value['observed'], 0, Number.MAX_SAFE_INTEGER) &&
    typeof inputs === 'string' &&
    isHash(inputs)
  );
}

const REPORT_MEMBERS: readonly (keyof TrustReport)[] = [
  'totalBp',
  'identityBp',
  'reputationBp',
  'behavioralBp',
  'capBp',
  'totalScore',
  'identityScore',
  'reputationScore',
  'behavioralScore',
  'stage',
  'access',
  'posterior',
  'conduct',
  'attestationCount',
  'independentClusters',
  'observed',
  'inputs',
];

const isIntegerIn = (n: Json | undefined, from: number, to: number): n is number =>
  typeof n === 'number' && Number.isInteger(n) && n >= from && n <= to;

/** Basis points up to `most`, which the whole points beside them agree with. */
const isPart = (bp: Json | undefined, score: Json | undefined, most: number): bp is number =>
  isIntegerIn(bp, 0, most) && score === floorDiv(bp, 100);

/** Gates that push no stage down. */
const OPEN: Gates = { identityVerified: true, killed: false, revoked: false };

/** Gates may push a stage down to blocked or unverified; nothing lifts it above what the total gives. */
function fitsStage(stage: Json | undefined, access: Json | undefined, totalBp: number): boolean {
  if (stage !== 'blocked' && stage !== 'unverified' && stage !== stageOf(totalBp, OPEN)) return false;
  return STAGES.some((s) => s === stage && accessOf(s) === access);
}
