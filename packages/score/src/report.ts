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
import { type AttestationFact, isList, reputationOf } from './reputation.js';
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
  const reputationBp = asBasisPoints(floorDiv(REPUTATION_MAX_BP * Math.max(0, reputation.posterior), 10_000));
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
    posterior: reputation.posterior,
    conduct: behavior.conduct,
    attestationCount: reputation.counted.length,
    independentClusters: reputation.independentClusters,
    observed: behavior.observed,
    inputs: hashFacts(facts, reputation.counted),
  };
}

/**
 * Of the facts that count, in an order of their own, so that the order they came in cannot show. An attestation goes
 * in as the JCS text of `[issuer, cluster, tier, rating, at]`, with its multiplier where it has one: as an object it costs five times as much.
 */
function hashFacts(facts: TrustFacts, counted: readonly AttestationFact[]): Hash {
  const { identityVerified, killed, revoked, behavior, securityEvents } = facts;
  return hashJson({
    identityVerified,
    killed,
    revoked,
    // Of texts and integers, JSON.stringify makes the canonical form.
    attestations: counted.map(({ issuer, cluster, tier, rating, at, multiplierBp }) =>
      JSON.stringify([
        issuer,
        cluster,
        tier,
        rating,
        at,
        ...(multiplierBp === undefined ? [] : [multiplierBp]),
      ]),
    ),
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
    if (!Object.hasOwn(EVENT_CAPS_BP, severity))
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
  const report = new Map(Object.entries(value));
  const integer = (name: string, from: number, to: number): number => {
    const n = report.get(name);
    return typeof n === 'number' && Number.isInteger(n) && n >= from && n <= to ? n : Number.NaN;
  };
  /** Basis points, with the same in whole points beside them; NaN, which equals nothing, where they do not agree. */
  const part = (name: string, most: number): number => {
    const bp = integer(`${name}Bp`, 0, most);
    return report.get(`${name}Score`) === Math.floor(bp / 100) ? bp : Number.NaN;
  };
  const total = part('total', 10_000);
  const sum =
    part('identity', IDENTITY_MAX_BP) +
    part('reputation', REPUTATION_MAX_BP) +
    part('behavioral', BEHAVIORAL_MAX_BP);
  const inputs = report.get('inputs');
  return (
    total === Math.min(sum, integer('capBp', 0, 10_000)) &&
    fitsStage(report.get('stage'), report.get('access'), total) &&
    !Number.isNaN(integer('posterior', -10_000, 10_000) + integer('conduct', -10_000, 10_000)) &&
    ['attestationCount', 'independentClusters', 'observed'].every(
      (name) => integer(name, 0, 2 ** 53 - 1) >= 0,
    ) &&
    typeof inputs === 'string' &&
    isHash(inputs)
  );
}

/** Gates may push a stage down to blocked or unverified; nothing lifts it above what the total gives. */
function fitsStage(stage: Json | undefined, access: Json | undefined, totalBp: number): boolean {
  const open = stageOf(totalBp, { identityVerified: true, killed: false, revoked: false });
  return (
    ['blocked', 'unverified', open].some((s) => s === stage) &&
    STAGES.some((s) => s === stage && accessOf(s) === access)
  );
}
