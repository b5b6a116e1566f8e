export {
  ATTRIBUTES,
  type Attribute,
  type AttributeType,
  NAMESPACES,
  SOURCES,
  type Source,
  windowOf,
} from './attributes.js';
export { type CallMap, type CallMapEntry, loadCallMap, type MappedCall, mapCall } from './call-map.js';
export {
  type Condition,
  OPERATORS,
  type Operator,
  type Reference,
  type Scalar,
  type Test,
} from './condition.js';
export {
  type CoveredRule,
  type CoveredTest,
  coverPolicy,
  type PolicyCoverage,
  requestsOfCalls,
  requestsOfTests,
} from './coverage.js';
export { DIFF_CODES, type DiffCode, diffPolicies, type PolicyDiff, type PolicyFlip } from './diff/diff.js';
export {
  type AnomalyDetection,
  type HumanApproval,
  type KillSwitchDocument,
  LANGUAGE_VERSION,
  type Offers,
  type OutputTransformations,
  type PolicyAudit,
  type PolicyDocument,
  type Requirements,
  type Rule,
  type RuleAudit,
  type TriggerDocument,
} from './document.js';
export { durationMs } from './duration.js';
export { SPL_ERRORS, type SplErrorCode } from './errors.js';
export { evaluate, type PolicyVerdict } from './evaluate.js';
export { explainVerdict } from './explain.js';
export {
  type ExplainedRule,
  explain,
  type FailedTest,
  type NearestPermit,
  type Obstacle,
  type PolicyExplanation,
} from './explain-request.js';
export type { PolicyRequest } from './facts.js';
export { coversPattern } from './inclusion.js';
export { BEYOND_JSON_SCHEMA, policyJsonSchema } from './json-schema.js';
export {
  evaluateLayers,
  evaluatePolicies,
  isLayered,
  type LayeredVerdict,
  layerPolicies,
  loadPolicies,
  type PolicyLayer,
  type PolicyLayers,
  policiesOf,
} from './layers.js';
export {
  APPROVAL_CEILING_SECONDS,
  APPROVAL_TIMEOUT_SECONDS,
  DIFF_COMBINATIONS_MAX,
  DIFF_FLIPS_MAX,
  DIFF_REQUESTS_MAX,
  DROPPED_MAX_ENTRIES,
  DROPPED_NAME_CHARACTERS,
  GLOB_MIN_SIBLINGS,
  LAYERS_MAX,
  LIST_MAX_ELEMENTS,
  LISTED_VALUES_MAX,
  PATTERN_MAX_SEGMENTS,
  PATTERN_MAX_WILDCARDS,
  POLICY_CEILING_BYTES,
  POLICY_MAX_BYTES,
  POLICY_MAX_DEPTH,
  POLICY_MAX_RULES,
  POLICY_MAX_WINDOWS,
  POLICY_TESTS_MAX,
  RECOMMENDED_RATE_MIN,
  RESOURCE_MAX_BYTES,
  TEXT_MAX_CHARACTERS,
  WINDOW_AMOUNT_MAX,
  WINDOW_MAX_MS,
} from './limits.js';
export { lintChange, type PublishedPolicy } from './lint/change.js';
export { LINT_CODES, type LintCode, type LintFinding } from './lint/finding.js';
export { lintPolicy } from './lint/lint.js';
export { lintTraffic } from './lint/traffic.js';
export { loadPolicy, type Policy } from './load.js';
export type { Observation, ObservedCalls, UnreadCall } from './observation.js';
export type { Truth } from './operators.js';
export { matchResource } from './pattern.js';
export {
  type PolicyTest,
  type PolicyTestCall,
  type PolicyTestExpectation,
  type PolicyTestFile,
  type PolicyTestResult,
  parsePolicyTests,
  testPolicy,
} from './policy-test.js';
export type { DroppedAttribute } from './provenance.js';
export { type PolicyReason, REASON_CODES, type ReasonCode } from './reasons.js';
export { type Recommendation, recommendPolicy } from './recommend.js';
export { OMISSION_CODES, type Omission, type OmissionCode } from './recommend-reasons.js';
export { type PolicyReplay, type ReplayedCall, replayPolicy } from './replay-policy.js';
export { normalizeResource } from './resource.js';
export { openSignedPolicy, type SignedPolicy, type SignedPolicyBody, signPolicy } from './signed.js';
export { localMinutes } from './time.js';
export { compileTriggers, type KillTrigger, METRICS } from './trigger.js';
export { tryWarnAs, type WarnedCall } from './warn-first.js';
export type { Window } from './window.js';
