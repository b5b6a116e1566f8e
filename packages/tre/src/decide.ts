import {
  asEpoch,
  asTime,
  DECISION_OUTCOMES,
  type Decision,
  type DecisionOutcome,
  type Effect,
  type Evidence,
  highest,
  type Interaction,
  type Obligation,
  type Reason,
} from '@ttp/core';
import { type Policy, type PolicyLayers, policiesOf } from '@ttp/spl';
import { assessedRisk, confidenceOf, factorsOf } from './factors.js';
import { type Facts, readFacts } from './facts.js';
import { gatesOf } from './gates.js';
import { hashEvidence, hashInteraction, hashThresholds } from './hashes.js';
import { reason } from './reasons.js';
import { OUTCOME_OF_LEVEL, riskLevelOf, type Thresholds, zoneOf } from './thresholds.js';
import { askPolicy } from './verdict.js';

/** All that a decision may look at. */
export interface DecideInput {
  readonly interaction: Interaction;
  readonly evidence: Evidence;
  /** One, or several of which each has to permit (decision D20). */
  readonly policy: Policy | PolicyLayers;
  readonly thresholds: Thresholds;
}

/** What each effect of the policy leads to, unless something stricter does; the approval is an obligation. */
const OUTCOME_OF_EFFECT: { readonly [E in Effect]: DecisionOutcome } = {
  allow: 'allow',
  warn: 'warn',
  allow_with_approval: 'warn',
  deny: 'deny-hard',
};

/**
 * Combines evidence and policy into one decision (decision D22): the stricter of what the assessed risk, the
 * policy, the gates of decision D24 and the confidence ask for. Pure and synchronous: the same input gives the same
 * bytes, at any time and on every runtime; time is `evidence.now`.
 *
 * Facts are read by name: `identity`, `trust`, `fraud`, `agent`, `resource`, `activity`, `capabilities`, `labels`,
 * `vouch`, `windows`, `grants`; what is missing, stale or malformed raises the risk and is named in the reasons. A deny is a
 * value, not an error.
 *
 * @param input the interaction, evidence gathered for it, the loaded policy, and {@link Thresholds}
 * @throws CORE_BAD_TIME, CORE_BAD_EPOCH; CRYPTO_JSON_* when the input is not plain JSON and so has no hash
 */
export function decide({ interaction, evidence, policy, thresholds }: DecideInput): Decision {
  const at = asTime(evidence.now);
  const facts = readFacts(evidence);
  const answer = askPolicy(policy, interaction, facts, at);
  const factors = factorsOf(facts, answer.effect, thresholds);
  const score = assessedRisk(factors);
  const level = riskLevelOf(score, thresholds);
  const confidence = confidenceOf(factors);
  const required = policiesOf(policy).flatMap(
    (one) => one.policy.document.requirements?.requiredCapabilities ?? [],
  );
  const gates = gatesOf(interaction, facts, required);
  const isUnsure = confidence < thresholds.confidence;
  const outcome = strictest([
    OUTCOME_OF_EFFECT[answer.effect],
    OUTCOME_OF_LEVEL[level],
    ...(isUnsure ? ['deny-soft' as const] : []),
    ...gates.map((gate) => gate.outcome),
  ]);
  return {
    v: 1,
    outcome,
    effect: answer.effect,
    obligations: outcome === 'warn' ? withAlert(answer.obligations, level) : answer.obligations,
    risk: { score, level },
    confidence,
    humanOverridable: outcome === 'deny-soft' || (outcome !== 'deny-hard' && score >= thresholds.overridable),
    factors,
    reasons: [
      ...shortcomings(facts),
      ...answer.reasons,
      reason('TRE_POLICY_EFFECT', `the policy says ${answer.effect}`),
      ...gates.map((gate) => gate.reason),
      reason(
        'TRE_RISK',
        `${score} of 10000 is ${zoneOf(level, thresholds)}, which asks for ${OUTCOME_OF_LEVEL[level]}`,
      ),
      ...(isUnsure
        ? [reason('TRE_LOW_CONFIDENCE', `${confidence} of 10000 is backed by fresh evidence`)]
        : []),
    ],
    inputs: {
      interaction: hashInteraction(interaction),
      evidence: hashEvidence(evidence),
      policy: policy.hash,
      thresholds: hashThresholds(thresholds),
    },
    epoch: asEpoch(evidence.epoch),
    at,
  };
}

const strictest = (outcomes: readonly DecisionOutcome[]): DecisionOutcome =>
  outcomes.reduce((a, b) => highest(DECISION_OUTCOMES, a, b));

/** A warning has to reach somebody: where the policy obliges neither to an alert nor to ask a human, the risk does. */
function withAlert(obligations: readonly Obligation[], level: string): readonly Obligation[] {
  if (obligations.some(({ kind }) => kind === 'alert' || kind === 'approval')) return obligations;
  return [...obligations, { kind: 'alert', from: 'risk', params: { level } }];
}

/** Why facts that a factor or a gate needs do not count. A source that nobody asked is named only where a factor needs it. */
function shortcomings(facts: Facts): Reason[] {
  const needed: readonly string[] = ['identity', 'trust', 'fraud'];
  return Object.entries(facts).flatMap(
    ([name, { state, code }]: [string, { state: string; code?: string }]) => {
      switch (state) {
        case 'stale':
          return [reason('TRE_FACT_STALE', `${name} is stale`)];
        case 'malformed':
          return [reason('TRE_FACT_MALFORMED', `${name} is malformed`)];
        case 'failed':
          return [reason('TRE_FACT_MISSING', `${name} failed with ${code}`)];
        case 'silent':
          return needed.includes(name) ? [reason('TRE_FACT_MISSING', `nobody was asked for ${name}`)] : [];
        default:
          return [];
      }
    },
  );
}
