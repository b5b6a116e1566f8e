import {
  asBasisPoints,
  asEpoch,
  asHash,
  asTrustScore,
  DECISION_OUTCOMES,
  EFFECTS,
  type Evidence,
  type Fact,
  type Json,
} from '@ttp/core';
import { accessOf, stageOf, type TrustReport } from '@ttp/score';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { type Judgment, judge, parseThresholds, type Thresholds } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { fact, interaction, NOW, policyOf } from './cases.js';

/** 100 000 pairs; as many times that in a soak. */
const PAIRS =
  100_000 *
  (typeof globalThis.process === 'undefined' ? 0.1 : Number(globalThis.process.env['TTP_SOAK'] ?? '1'));

const POLICIES = EFFECTS.map((effect) => policyOf(effect));
const THRESHOLDS: readonly Thresholds[] = [
  parseThresholds({}),
  parseThresholds({ low: 1000, medium: 3500, high: 6000, critical: 9000 }),
  parseThresholds({ low: 100, medium: 1000, high: 2500, critical: 5000, confidence: 10_000 }),
];
const INPUTS = asHash(`sha256:${'0'.repeat(64)}`);
const CLASSES = ['public', 'internal', 'confidential', 'restricted'] as const;

/** What is known about somebody, in numbers, each of which can be made worse by itself. */
interface Known {
  readonly verified: boolean;
  readonly posterior: number;
  readonly conduct: number;
  readonly cap: number;
  readonly killed: boolean;
  readonly clusters: number;
  readonly fraud: number;
  readonly anomalies: number | undefined;
  readonly classification: (typeof CLASSES)[number] | undefined;
  readonly vouched: boolean;
  readonly covered: boolean;
  readonly dropped: readonly string[];
}

const draw = (random: SeededRandom): Known => ({
  verified: random.chance(0.9),
  posterior: random.int(20_001) - 10_000,
  conduct: random.int(20_001) - 10_000,
  cap: random.pick([10_000, 10_000, 2000, 1000]),
  killed: random.chance(0.05),
  clusters: random.int(6),
  fraud: random.chance(0.6) ? random.int(3000) : random.int(10_001),
  anomalies: random.chance(0.5) ? undefined : random.int(10_001),
  classification: random.pick([undefined, ...CLASSES]),
  vouched: random.chance(0.3),
  covered: random.chance(0.4),
  dropped: random.chance(0.1) ? [random.pick(['identity', 'trust', 'fraud', 'vouch'])] : [],
});

const less = (random: SeededRandom, opinion: number): number => opinion - random.int(opinion + 10_001);

/** One bad fact more. */
const WORSE: readonly ((known: Known, random: SeededRandom) => Known)[] = [
  (known) => ({ ...known, verified: false }),
  (known, random) => ({ ...known, posterior: less(random, known.posterior) }),
  (known, random) => ({ ...known, conduct: less(random, known.conduct) }),
  (known) => ({ ...known, cap: Math.min(known.cap, 1000) }),
  (known) => ({ ...known, killed: true }),
  (known, random) => ({ ...known, clusters: random.int(known.clusters + 1) }),
  (known, random) => ({ ...known, fraud: known.fraud + random.int(10_001 - known.fraud) }),
  (known, random) => {
    const before = known.anomalies ?? 0;
    return { ...known, anomalies: before + random.int(10_001 - before) };
  },
  (known) => ({ ...known, classification: 'restricted' }),
  (known) => ({ ...known, vouched: false }),
  (known) => ({ ...known, covered: false }),
];

const points = (bp: number) => asTrustScore(Math.floor(bp / 100));

function reportOf({ verified, posterior, conduct, cap, killed, clusters }: Known): TrustReport {
  const identityBp = asBasisPoints(verified ? 4000 : 0);
  const reputationBp = asBasisPoints(Math.floor((3500 * Math.max(0, posterior)) / 10_000));
  const behavioralBp = asBasisPoints(Math.floor((2500 * Math.max(0, conduct)) / 10_000));
  const capBp = asBasisPoints(killed ? 0 : cap);
  const totalBp = asBasisPoints(Math.min(identityBp + reputationBp + behavioralBp, capBp));
  const stage = stageOf(totalBp, { identityVerified: verified, killed, revoked: false });
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
    conduct,
    attestationCount: 1,
    independentClusters: clusters,
    observed: 1,
    inputs: INPUTS,
  };
}

const EVERY_GROUND = ['TRE_RISK', 'TRE_LOW_CONFIDENCE', 'TRE_SCORE_ALONE'];
const EPOCH = asEpoch(0);

function evidenceOf(known: Known, policy: string): Evidence {
  const facts: Record<string, Fact> = {};
  const add = (name: string, value: Json): void => {
    if (!known.dropped.includes(name)) facts[name] = fact(value);
  };
  add('identity', { verified: known.verified, method: 'handshake' });
  add('trust', reportOf(known));
  add('fraud', { risk: known.fraud, signals: [] });
  add('vouch', { vouched: known.vouched });
  if (known.anomalies !== undefined) add('anomalies', { risk: known.anomalies, signals: [] });
  if (known.classification !== undefined) add('resource', { dataClassification: known.classification });
  const until = { epoch: 0, policy, notAfter: Number.MAX_SAFE_INTEGER };
  const given = { envelope: INPUTS, decision: INPUTS, operator: 'ada', grounds: EVERY_GROUND };
  if (known.covered) add('override', { ...given, ...until });
  return { now: NOW, epoch: EPOCH, facts, absent: {} };
}

const rank = ({ outcome }: Judgment): number => DECISION_OUTCOMES.indexOf(outcome);

const opinion = (value: number): number => 5000 - Math.floor(value / 2);

/** The rules of decision D22 and D24 written down once more, as plainly as they are said. */
function reference(
  known: Known,
  effect: string,
  thresholds: Thresholds,
): readonly [score: number, rank: number] {
  const has = (name: string): boolean => !known.dropped.includes(name);
  const identity = has('identity') && known.verified ? 0 : 10_000;
  const reputation = has('trust') ? opinion(known.posterior) : 10_000;
  const behavioral = has('trust') ? Math.max(opinion(known.conduct), known.anomalies ?? 0) : 10_000;
  const fraud = has('fraud') ? known.fraud : 10_000;
  const mean = Math.ceil((identity * 25 + reputation * 25 + behavioral * 20 + fraud * 30) / 100);
  const raised = effect === 'deny' ? thresholds.critical : effect === 'allow' ? 0 : thresholds.medium;
  const score = Math.max(mean, fraud, raised);
  const { medium, high, critical } = thresholds;
  const byRisk = score >= critical ? 3 : score >= high ? 2 : score >= medium ? 1 : 0;
  const byPolicy = effect === 'deny' ? 3 : effect === 'allow' ? 0 : 1;
  const backed = (has('identity') ? 2500 : 0) + (has('trust') ? 4500 : 0) + (has('fraud') ? 3000 : 0);
  const byConfidence = backed < thresholds.confidence ? 2 : 0;
  const stage = reportOf(known).stage;
  const blocked = has('trust') && (stage === 'blocked' || known.cap < 4000) ? 3 : 0;
  const isVerified = has('identity') && known.verified && !(has('trust') && stage === 'unverified');
  const unverified = isVerified || known.classification === 'public' ? 0 : 3;
  const isSensitive = known.classification === 'confidential' || known.classification === 'restricted';
  const isVouched = (has('vouch') && known.vouched) || (has('trust') && known.clusters >= 3);
  const alone = isSensitive && !isVouched ? 2 : 0;
  const most = Math.max(byRisk, byPolicy, byConfidence, blocked, unverified, alone);
  return [score, most === 2 && known.covered ? 1 : most];
}

describe('judgments', () => {
  it(
    'never become milder by one bad fact more, and are what the rules say',
    () => {
      proves('law.P-9', 'decision.D22');
      const draws = Math.ceil(PAIRS / WORSE.length);
      return withSeed('monotone judgments', 1, (random) => {
        for (let i = 0; i < draws; i++) {
          const known = draw(random);
          const policy = random.pick(POLICIES);
          const thresholds = random.pick(THRESHOLDS);
          const judged = (one: Known): Judgment =>
            judge({ interaction, policy, thresholds, evidence: evidenceOf(one, policy.hash) });
          const before = judged(known);
          const [score, outcome] = reference(known, before.effect, thresholds);
          if (before.risk.score !== score || rank(before) !== outcome)
            expect.fail(
              `${JSON.stringify(known)}: ${before.risk.score} ${before.outcome}, not ${score} ${outcome}`,
            );
          for (const worsen of WORSE) {
            const worse = worsen(known, random);
            const after = judged(worse);
            if (after.risk.score >= before.risk.score && rank(after) >= rank(before)) continue;
            expect.fail(`${JSON.stringify(known)} then ${JSON.stringify(worse)}: ${after.outcome}`);
          }
        }
        expect(draws * WORSE.length).toBeGreaterThanOrEqual(PAIRS);
      });
    },
    Math.max(30_000, PAIRS / 20),
  );
});
