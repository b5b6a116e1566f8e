import {
  asEpoch,
  asTime,
  type Decision,
  type DecisionOutcome,
  type Epoch,
  type Evidence,
  type Factor,
  type Hash,
  type Reason,
} from '@ttp/core';
import { assessBeforeContact, factorsBeforeContact } from './factors.js';
import { type Facts, readFacts } from './facts.js';
import { isBlocked } from './gates.js';
import { hashEvidence, hashThresholds } from './hashes.js';
import { strictest } from './outcome.js';
import { reason } from './reasons.js';
import { shortcomings } from './shortcomings.js';
import { OUTCOME_OF_LEVEL, riskLevelOf, type Thresholds, zoneOf } from './thresholds.js';

/** What is decided about a counterpart before anybody connects to it. */
export interface Preflight {
  readonly v: 1;
  /** `allow`: connect. `warn`: connect, with a human's consent where the policy asks for one. The rest: do not. */
  readonly outcome: DecisionOutcome;
  readonly risk: Decision['risk'];
  readonly confidence: Decision['confidence'];
  /** Identity, reputation and behavioral, with their shares of a whole of three. */
  readonly factors: readonly Factor[];
  readonly reasons: readonly Reason[];
  readonly inputs: { readonly evidence: Hash; readonly thresholds: Hash };
  readonly epoch: Epoch;
  /** `evidence.now`. */
  readonly at: number;
}

/** Facts that a factor before any connection needs. */
const NEEDED: readonly (keyof Facts)[] = ['identity', 'trust'];

/**
 * Decides whether to connect to a counterpart at all, before any connection: from the factors identity, reputation and
 * behavioral, with the weights they have in {@link decide} (ttp-protocol.txt L458). The evidence is what is known
 * without asking the counterpart: its identity is as good as the document that names its key. A counterpart that is
 * blocked is never connected to, also when the report that says so is stale; too little evidence asks a human. It is no
 * permission for anything: each call is decided by itself, with its policy.
 *
 * Pure and synchronous; reads the facts `identity`, `trust` and `anomalies`.
 *
 * @throws CORE_BAD_TIME, CORE_BAD_EPOCH; CRYPTO_JSON_* when the evidence is not plain JSON and so has no hash
 */
export function preflight({
  evidence,
  thresholds,
}: {
  readonly evidence: Evidence;
  readonly thresholds: Thresholds;
}): Preflight {
  const at = asTime(evidence.now);
  const epoch = asEpoch(evidence.epoch);
  const facts = readFacts(evidence);
  const { score, confidence } = assessBeforeContact(facts);
  const level = riskLevelOf(score, thresholds);
  const isUnsure = confidence < thresholds.confidence;
  const blocked = isBlocked(facts.trust);
  let outcome = OUTCOME_OF_LEVEL[level];
  if (isUnsure) outcome = strictest(outcome, 'deny-soft');
  if (blocked) outcome = 'deny-hard';
  return {
    v: 1,
    outcome,
    risk: { score, level },
    confidence,
    factors: factorsBeforeContact(facts),
    reasons: [
      ...shortcomings(facts, NEEDED),
      ...(blocked ? [reason('TRE_BLOCKED')] : []),
      reason(
        'TRE_RISK',
        `${score} of 10000 is ${zoneOf(level, thresholds)}, which asks for ${OUTCOME_OF_LEVEL[level]}`,
      ),
      ...(isUnsure
        ? [reason('TRE_LOW_CONFIDENCE', `${confidence} of 10000 is backed by fresh evidence`)]
        : []),
    ],
    inputs: { evidence: hashEvidence(evidence), thresholds: hashThresholds(thresholds) },
    epoch,
    at,
  };
}
