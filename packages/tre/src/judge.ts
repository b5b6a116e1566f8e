import {
  asEpoch,
  asTime,
  type Decision,
  type DecisionOutcome,
  type Effect,
  type Evidence,
  type Interaction,
  type Obligation,
  type Reason,
} from '@ttp/core';
import { type Policy, type PolicyLayers, policiesOf } from '@ttp/spl';
import { assess, factorsOf } from './factors.js';
import { type Facts, readFacts } from './facts.js';
import { gatesOf } from './gates.js';
import { hashEvidence, hashInteraction, hashThresholds } from './hashes.js';
import { strictest } from './outcome.js';
import { overrideFor, softGrounds } from './overrule.js';
import { reason } from './reasons.js';
import { shortcomings } from './shortcomings.js';
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

/** What was decided, before it is put into words and hashes. */
export interface Judgment {
  readonly outcome: DecisionOutcome;
  /** The policy's verdict. */
  readonly effect: Effect;
  readonly obligations: readonly Obligation[];
  readonly risk: Decision['risk'];
  readonly confidence: Decision['confidence'];
  readonly humanOverridable: boolean;
  /** The reasoning chain, put into words now. */
  reasons(): readonly Reason[];
  /**
   * The whole decision, with its factors, its reasons and the hashes of its inputs, as it is recorded. The inputs must
   * be what they were: freeze them, or ask at once.
   *
   * @throws CRYPTO_JSON_* when an input is not plain JSON and so has no hash
   */
  decision(): Decision;
}

/** What each effect of the policy leads to, unless something stricter does; the approval is an obligation. */
const OUTCOME_OF_EFFECT: { readonly [E in Effect]: DecisionOutcome } = {
  allow: 'allow',
  warn: 'warn',
  allow_with_approval: 'warn',
  deny: 'deny-hard',
};

/** Facts that a factor needs. */
const NEEDED: readonly (keyof Facts)[] = ['identity', 'trust', 'fraud'];

const NO_CAPABILITIES: readonly string[] = [];

/**
 * What {@link decide} decides, without the parts that only a record needs: for whoever asks at every step and records
 * nothing, or later. Pure and synchronous.
 *
 * @throws CORE_BAD_TIME, CORE_BAD_EPOCH
 */
export function judge({ interaction, evidence, policy, thresholds }: DecideInput): Judgment {
  const at = asTime(evidence.now);
  const epoch = asEpoch(evidence.epoch);
  const facts = readFacts(evidence);
  const answer = askPolicy(policy, interaction, facts, at);
  const { effect } = answer;
  const { score, confidence } = assess(facts, effect, thresholds);
  const level = riskLevelOf(score, thresholds);
  const gates = gatesOf(interaction, facts, requiredBy(policy));
  const isUnsure = confidence < thresholds.confidence;

  let asked = strictest(OUTCOME_OF_EFFECT[effect], OUTCOME_OF_LEVEL[level]);
  if (isUnsure) asked = strictest(asked, 'deny-soft');
  for (const gate of gates) asked = strictest(asked, gate.outcome);
  const override =
    asked === 'deny-soft'
      ? overrideFor(facts, {
          at,
          epoch,
          policy: policy.hash,
          grounds: softGrounds(
            [...gates.map(({ reason: { code } }) => code), ...(isUnsure ? ['TRE_LOW_CONFIDENCE'] : [])],
            level,
          ),
        })
      : undefined;
  const outcome = override === undefined ? asked : 'warn';
  const obligations = outcome === 'warn' ? withAlert(answer.obligations, level) : answer.obligations;

  const reasons = (): readonly Reason[] => [
    ...shortcomings(facts, NEEDED),
    ...answer.reasons(),
    reason('TRE_POLICY_EFFECT', `the policy says ${effect}`),
    ...gates.map((gate) => gate.reason),
    reason(
      'TRE_RISK',
      `${score} of 10000 is ${zoneOf(level, thresholds)}, which asks for ${OUTCOME_OF_LEVEL[level]}`,
    ),
    ...(isUnsure ? [reason('TRE_LOW_CONFIDENCE', `${confidence} of 10000 is backed by fresh evidence`)] : []),
    ...(override === undefined ? [] : [override.reason]),
  ];

  const judged = {
    outcome,
    effect,
    obligations: override === undefined ? obligations : [...obligations, override.obligation],
    risk: { score, level },
    confidence,
    humanOverridable: outcome === 'deny-soft' || (outcome !== 'deny-hard' && score >= thresholds.overridable),
  };
  return {
    ...judged,
    reasons,
    decision: () => ({
      v: 1,
      ...judged,
      factors: factorsOf(facts, effect, thresholds),
      reasons: reasons(),
      inputs: {
        interaction: hashInteraction(interaction),
        evidence: hashEvidence(evidence),
        policy: policy.hash,
        thresholds: hashThresholds(thresholds),
      },
      epoch,
      at,
    }),
  };
}

/** Capabilities that the policy, or any of its layers, demands of the agent. */
function requiredBy(policy: Policy | PolicyLayers): readonly string[] {
  let required = NO_CAPABILITIES;
  for (const { policy: one } of policiesOf(policy)) {
    const more = one.document.requirements?.requiredCapabilities;
    if (more !== undefined) required = required.length === 0 ? more : [...required, ...more];
  }
  return required;
}

/** A warning has to reach somebody: where the policy obliges neither to an alert nor to ask a human, the risk does. */
function withAlert(obligations: readonly Obligation[], level: string): readonly Obligation[] {
  if (obligations.some(({ kind }) => kind === 'alert' || kind === 'approval')) return obligations;
  return [...obligations, { kind: 'alert', from: 'risk', params: { level } }];
}
