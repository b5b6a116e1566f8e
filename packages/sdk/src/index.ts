export type { ToolCall } from './a2t.js';
export type { AnomalyOptions, AnomalyResponse } from './behavior/settings.js';
export type { Check } from './check.js';
export type { ControlOptions, RateLimits } from './control-options.js';
export { createTtp } from './create.js';
export { type DecisionCache, decisionCache } from './decision-cache.js';
export type { DecisionPoint } from './decision-point.js';
export { actingBy, type DelegationControl } from './delegation.js';
export { SDK_ERRORS, type SdkErrorCode } from './errors.js';
export type { Ttp } from './instance.js';
export type { EndsSessions, KillOptions } from './kill-ending.js';
export type { LabelledSources, Labels } from './labels.js';
export {
  ACTIVITY_WINDOW_MS,
  CLOSE_GRACE_MS,
  EVIDENCE_TIMEOUT_MS,
  IDENTITY_VALID_MS,
  LOCAL_FACT_VALID_MS,
} from './limits.js';
export { logRangeOf } from './log-keys.js';
export { logSignerOf } from './log-signer.js';
export { continuesLog } from './log-succession.js';
export { logProofs } from './names/log-proofs.js';
export { observationsOf } from './observations.js';
export type { TtpMode, TtpOptions } from './options.js';
export { createOverrides, type Overrides } from './overrides.js';
export type { LayerSource, PolicySource, SignedPolicySource } from './policy-sources.js';
export { type RecordedDecision, recordedDecisions } from './recorded-decisions.js';
export { type ReplayedDecision, replayBundle, replayRecorded } from './replay-bundle.js';
export { attest } from './reputation/attest.js';
export {
  type AttestationSourceOptions,
  attestationSource,
  type RaisedEvents,
} from './reputation/attestation-source.js';
export type { ReputationSource } from './reputation/reputation.js';
export type { ApprovalRequest } from './request-approval.js';
export type { TraceView } from './trace-view.js';
export { webhookNotifier } from './webhook-notifier.js';
