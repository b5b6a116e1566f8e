export { decide } from './decide.js';
export { TRE_ERRORS, type TreErrorCode } from './errors.js';
export { explainDecision } from './explain.js';
export type { OverrideFact, Signals } from './facts.js';
export { canonicalDecision, decisionHash } from './hashes.js';
export { type DecideInput, type Judgment, judge } from './judge.js';
export {
  BEHAVIORAL_WEIGHT_BP,
  FRAUD_WEIGHT_BP,
  IDENTITY_WEIGHT_BP,
  INDEPENDENT_CLUSTERS_MIN,
  OVERRIDE_LIFE_MAX_MS,
  OVERRIDE_MAX_BYTES,
  OVERRIDE_REASON_MAX_CHARS,
  PROPOSAL_HARM_MAX_PERCENT,
  PROPOSAL_OUTCOMES_MIN,
  PROPOSAL_OVERTURNED_MIN_PERCENT,
  QUARANTINE_RISK_BP,
  RATING_RISK_MAX_BP,
  REPUTATION_WEIGHT_BP,
  SIMILAR_MIN_BP,
  SIMILAR_SHOWN_MAX,
  THRESHOLD_CHANGE_MAX_BYTES,
  THRESHOLD_STEP_PERCENT,
  THRESHOLD_WINDOW_MS,
} from './limits.js';
export {
  isOverridable,
  type Override,
  type OverrideContext,
  openOverride,
  signOverride,
} from './override.js';
export { type Preflight, preflight } from './preflight.js';
export { type JudgedOutcome, proposeThresholds, type ThresholdProposal } from './propose.js';
export { TRE_REASONS, type TreReasonCode } from './reasons.js';
export { type RecordedCall, readRecordedCall } from './recorded.js';
export { parseEvidence, parseInteraction, type ReplayInput, replay } from './replay.js';
export { holdsSensitiveData } from './sensitive.js';
export { RATING_RISKS_BP, REQUEST_RISKS_BP, ratingSignals, requestSignals } from './signals.js';
export {
  type PastDecision,
  SIMILARITY_SHARES_BP,
  type SimilarDecision,
  similarDecisions,
} from './similar.js';
export {
  applyThresholdChange,
  reachable,
  signThresholdChange,
  type ThresholdChange,
  type ThresholdEntry,
  type ThresholdHistory,
  thresholdHistory,
} from './threshold-history.js';
export { DEFAULT_THRESHOLDS, parseThresholds, type Thresholds } from './thresholds.js';
