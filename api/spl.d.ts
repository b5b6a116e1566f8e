// @ttp/spl

export declare const APPROVAL_CEILING_SECONDS = 2592000;
export declare const APPROVAL_TIMEOUT_SECONDS = 300;
export declare const ATTRIBUTES: {
    readonly [name: string]: Attribute;
};
export interface AnomalyDetection {
    readonly baselinePeriod: string;
    readonly thresholdDeviation: number;
    readonly actions: readonly ('log' | 'alert' | 'throttle')[];
}
export interface Attribute {
    readonly source: Source;
    readonly type: AttributeType;
    readonly computed?: true;
    readonly range?: readonly [number, number];
    readonly terms?: readonly string[];
}
export type AttributeType = 'number' | 'money' | 'string' | 'boolean' | 'time' | 'list' | 'any';
export declare const BEYOND_JSON_SCHEMA: readonly string[];
export interface CallMap {
    readonly tools: ReadonlyMap<string, CallMapEntry>;
}
export interface CallMapEntry {
    readonly action: string;
    readonly resource: string | {
        readonly scheme: string | undefined;
        readonly path: readonly string[];
        readonly isRelative: boolean;
    } | undefined;
    readonly attributes: JsonObject;
    readonly labels: readonly string[];
}
export interface Condition {
    readonly attribute: string;
    readonly tests: readonly Test[];
}
export interface CoveredRule {
    readonly rule: string;
    readonly effect: Effect;
    readonly reached: number;
    readonly applied: number;
    readonly tests: readonly CoveredTest[];
}
export interface CoveredTest {
    readonly attribute: string;
    readonly op: Operator;
    readonly wanted: Json;
    readonly failed: number;
}
export declare const DIFF_CODES: {
    readonly SPL_DIFF_COMBINATIONS: 'For this action and resource not every combination of values was tried.';
    readonly SPL_DIFF_PATTERNS: 'There are too many patterns with wildcards to try where each two of them meet.';
    readonly SPL_DIFF_REQUESTS: 'The limit of requests was reached before all actions and resources were tried.';
    readonly SPL_DIFF_FLIPS: 'There are more kinds of change than are listed.';
};
export declare const DIFF_COMBINATIONS_MAX = 512;
export declare const DIFF_FLIPS_MAX = 200;
export declare const DIFF_REQUESTS_MAX = 100000;
export declare const DROPPED_MAX_ENTRIES = 32;
export declare const DROPPED_NAME_CHARACTERS = 80;
export type DiffCode = keyof typeof DIFF_CODES;
export interface DroppedAttribute {
    readonly name: string;
    readonly source: Source;
    readonly reason: 'foreign' | 'computed' | 'unknown';
}
export interface ExplainedRule {
    readonly rule: string;
    readonly effect: Effect;
    readonly truth: Truth;
    readonly failed: readonly FailedTest[];
}
export interface FailedTest {
    readonly attribute: string;
    readonly source: Source;
    readonly op: Operator;
    readonly wanted: Json;
    readonly reference?: string;
    readonly actual?: Json;
    readonly truth: false | 'unknown';
}
export declare const GLOB_MIN_SIBLINGS = 3;
export interface HumanApproval {
    readonly required?: true;
    readonly reason?: string;
    readonly escalationLevel?: 1 | 2 | 3;
    readonly timeout?: number;
    readonly defaultAction?: 'deny';
    readonly requireJustification?: boolean;
    readonly requireOperatorId?: boolean;
    readonly notifyChannels?: readonly string[];
}
export interface KillSwitchDocument {
    readonly triggers: readonly TriggerDocument[];
    readonly notify?: readonly string[];
}
export interface KillTrigger {
    readonly condition: Condition;
    readonly reason: KillReason;
    readonly cooldownMs: number;
    readonly autoReinstate: boolean;
    readonly requireOperatorApproval: boolean;
}
export declare const LANGUAGE_VERSION = "1.0.0";
export declare const LAYERS_MAX = 8;
export declare const LINT_CODES: {
    readonly SPL_DEFAULT_ALLOW: 'What no rule speaks of is permitted.';
    readonly SPL_NO_PURPOSE: 'Sensitive or regulated data is permitted without binding it to a purpose.';
    readonly SPL_NO_RATE_LIMIT: 'Nothing limits how often a rule may be used.';
    readonly SPL_NO_KILL_TRIGGER: 'Nothing stops the agent by itself.';
    readonly SPL_NO_AUDIT: 'A rule on a sensitive operation asks for no audit.';
    readonly SPL_NO_TRANSFORMATION: 'A rule gives out sensitive data as it is.';
    readonly SPL_UNKNOWN_CAPABILITY: 'A required capability is in no registry, so nobody ever holds it.';
    readonly SPL_TAIL_SUBTREE: 'A final * in a permit stands for a whole subtree.';
    readonly SPL_BROAD_PATTERN: 'A permit begins with a wildcard, after its scheme if it has one.';
    readonly SPL_UNSCOPED_DENY: 'A deny rule without resources and actions applies to everything.';
    readonly SPL_OMITTABLE_GUARD: 'Leaving an attribute out switches a rule off, or on.';
    readonly SPL_NO_TRUST_CONDITION: 'A permit states no trust condition where another permit of the same action does.';
    readonly SPL_LABEL_GRANTS: 'A label of the trace permits something, and whatever is read adds labels.';
    readonly SPL_UNKNOWN_LABEL: 'A condition names a label that no trace has, or hardly the one that was meant.';
    readonly SPL_NOT_MONOTONE: 'Less trust, or more declared risk, permits more.';
    readonly SPL_EXCLUSION_GAP: 'A value that one rule singles out is missing from the exclusions of another.';
    readonly SPL_NO_CUMULATIVE_LIMIT: 'A limit on single amounts does not limit their sum.';
    readonly SPL_DEAD_RULE: 'The requirements already deny wherever the rule could apply.';
    readonly SPL_DEAD_CONDITION: 'The requirements already demand more than the condition does.';
    readonly SPL_UNSATISFIABLE: 'No value can fulfil the condition.';
    readonly SPL_SHADOWED_RULE: 'A deny rule holds wherever the rule does.';
    readonly SPL_LITERAL_SUBJECTS: 'Rules list subjects one by one where a condition on what they have in common would do.';
    readonly SPL_ROUTINE_APPROVAL: 'An approval rule decides most of the recorded traffic.';
    readonly SPL_SAME_SERIAL: 'A changed policy does not raise its serial.';
    readonly SPL_UNCOVERED_RANGE: 'Rules that divide the values of a number between them leave a gap.';
    readonly SPL_UNCOVERED_TIME: 'Rules that divide the week between them leave a gap.';
};
export declare const LISTED_VALUES_MAX = 100;
export declare const LIST_MAX_ELEMENTS = 1000;
export interface LayeredVerdict extends PolicyVerdict {
    readonly layers: readonly {
        readonly layer: string;
        readonly verdict: PolicyVerdict;
    }[];
}
export type LintCode = keyof typeof LINT_CODES;
export interface LintFinding {
    readonly code: LintCode;
    readonly rule?: string;
    readonly message: string;
    readonly suggestion?: string;
}
export declare const METRICS: readonly ['request.rate', 'errorRate', 'detected_pattern', 'trustScore'];
export interface MappedCall {
    readonly action: string;
    readonly resource: string;
    readonly registry: JsonObject;
    readonly labels?: readonly string[];
}
export declare const NAMESPACES: {
    readonly [first: string]: Attribute;
};
export interface NearestPermit {
    readonly rule: string;
    readonly effect: Effect;
    readonly obstacles: readonly Obstacle[];
    readonly deniedBy: readonly string[];
}
export declare const OMISSION_CODES: {
    readonly SPL_OMITTED_UNREAD: 'Its arguments are not in the trace: a secret was in them, or they are not disclosed.';
    readonly SPL_OMITTED_STOPPED: 'It did not happen: killed, or blocked by a fault or a verdict.';
    readonly SPL_OMITTED_SENSITIVE: 'Its target is sensitive: a person writes that rule.';
    readonly SPL_OMITTED_RESOURCE: 'What it was done to cannot be normalised, or is too long or too deep for a rule.';
    readonly SPL_OMITTED_PATTERN: 'A value in it would be a pattern or a reference where it stands in a policy.';
    readonly SPL_OMITTED_AMBIGUOUS: 'Its arguments do not name one resource, so no rule could be narrower than the tool.';
    readonly SPL_OMITTED_SIZE: 'Its rule would make the policy larger than a policy may be.';
    readonly SPL_OMITTED_SERVERS: 'Two servers have a tool of this name, and what was seen of one would be permitted of both.';
};
export declare const OPERATORS: readonly ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'not_between', 'contains', 'exists'];
export interface Observation {
    readonly id: string;
    readonly server: string;
    readonly tool: string;
    readonly input: JsonObject;
    readonly request: PolicyRequest;
    readonly effect: Effect;
    readonly went: boolean;
    readonly code?: string;
    readonly isSensitive: boolean;
}
export interface ObservedCalls {
    readonly calls: readonly Observation[];
    readonly unread: readonly UnreadCall[];
}
export type Obstacle = {
    readonly kind: 'action' | 'resource';
    readonly actual: string;
    readonly wanted: readonly string[];
} | ({
    readonly kind: 'condition' | 'requirement';
} & FailedTest);
export interface Offers {
    readonly capabilities?: readonly string[];
    readonly rateLimit?: {
        readonly requests: number;
        readonly windowMs: number;
    };
}
export interface Omission {
    readonly code: OmissionCode;
    readonly target?: string;
    readonly calls: number;
    readonly first: string;
}
export type OmissionCode = keyof typeof OMISSION_CODES;
export type Operator = (typeof OPERATORS)[number];
export interface OutputTransformations {
    readonly redact?: readonly string[];
    readonly mask?: readonly string[];
    readonly truncate?: {
        readonly field: string;
        readonly length: number;
    };
    readonly watermark?: boolean;
    readonly addFooter?: string;
}
export declare const PATTERN_MAX_SEGMENTS = 28;
export declare const PATTERN_MAX_WILDCARDS = 8;
export declare const POLICY_CEILING_BYTES = 1048576;
export declare const POLICY_MAX_BYTES = 51200;
export declare const POLICY_MAX_DEPTH = 16;
export declare const POLICY_MAX_RULES = 1000;
export declare const POLICY_MAX_WINDOWS = 16;
export declare const POLICY_TESTS_MAX = 10000;
export interface Policy {
    readonly hash: Hash;
    readonly document: PolicyDocument;
    readonly text: string;
    readonly killTriggers: readonly KillTrigger[];
    readonly windows: readonly Window[];
}
export interface PolicyAudit {
    readonly retainDecisions?: string;
    readonly includeReasoningTrace?: boolean;
}
export interface PolicyCoverage {
    readonly requests: number;
    readonly rules: readonly CoveredRule[];
    readonly covered: number;
    readonly total: number;
}
export interface PolicyDiff {
    readonly before: Hash;
    readonly after: Hash;
    readonly flips: readonly PolicyFlip[];
    readonly tried: number;
    readonly untried: readonly {
        readonly code: DiffCode;
        readonly action?: string;
        readonly resource?: string;
    }[];
}
export interface PolicyDocument {
    readonly version: typeof LANGUAGE_VERSION;
    readonly agentDid?: string;
    readonly description?: string;
    readonly requirements?: Requirements;
    readonly offers?: Offers;
    readonly rules: readonly Rule[];
    readonly outputTransformations?: OutputTransformations;
    readonly audit?: PolicyAudit;
    readonly killSwitch?: KillSwitchDocument;
    readonly anomalyDetection?: AnomalyDetection;
    readonly timezone: string;
    readonly defaultEffect: 'allow' | 'deny';
}
export interface PolicyExplanation {
    readonly verdict: PolicyVerdict;
    readonly rules: readonly ExplainedRule[];
    readonly requirements: readonly FailedTest[];
    readonly nearest?: NearestPermit;
}
export interface PolicyFlip {
    readonly change: 'opened' | 'tightened' | 'obligations';
    readonly request: PolicyRequest;
    readonly before: {
        readonly effect: Effect;
        readonly rules: readonly string[];
    };
    readonly after: {
        readonly effect: Effect;
        readonly rules: readonly string[];
    };
    readonly count: number;
}
export interface PolicyLayer {
    readonly layer: string;
    readonly policy: Policy;
}
export interface PolicyLayers {
    readonly hash: Hash;
    readonly layers: readonly PolicyLayer[];
    readonly text: string;
    readonly windows: readonly Window[];
}
export interface PolicyReason extends Reason {
    readonly code: ReasonCode;
}
export interface PolicyReplay {
    readonly calls: readonly ReplayedCall[];
    readonly summary: {
        readonly permitted: number;
        readonly asks: number;
        readonly denied: number;
        readonly lost: number;
        readonly opened: number;
        readonly unread: number;
    };
}
export interface PolicyRequest {
    readonly resource: string;
    readonly action: string;
    readonly now: number;
    readonly engine: JsonObject;
    readonly resolver: JsonObject;
    readonly registry: JsonObject;
    readonly caller: JsonObject;
}
export interface PolicyTest {
    readonly name: string;
    readonly request: Omit<PolicyRequest, 'resource' | 'action'> & {
        readonly resource?: string;
        readonly action?: string;
    };
    readonly call?: PolicyTestCall;
    readonly expect: PolicyTestExpectation;
}
export interface PolicyTestCall {
    readonly server: string;
    readonly tool: string;
    readonly input: Json;
}
export interface PolicyTestExpectation {
    readonly effect: Effect;
    readonly rules?: readonly string[];
    readonly reasons?: readonly ReasonCode[];
}
export interface PolicyTestFile {
    readonly policy?: string;
    readonly callMap?: string;
    readonly tests: readonly PolicyTest[];
}
export interface PolicyTestResult {
    readonly name: string;
    readonly passed: boolean;
    readonly expected: PolicyTestExpectation;
    readonly actual: {
        readonly effect: Effect;
        readonly rules: readonly string[];
        readonly reasons: readonly ReasonCode[];
        readonly code?: ErrorCode;
    };
    readonly differs: readonly ('effect' | 'rules' | 'reasons')[];
}
export interface PolicyVerdict {
    readonly effect: Effect;
    readonly rules: readonly string[];
    readonly obligations: readonly Obligation[];
    readonly reasons: readonly PolicyReason[];
    readonly dropped: readonly DroppedAttribute[];
    readonly policy: Hash;
}
export interface PublishedPolicy {
    readonly policy: {
        readonly hash: Hash;
    };
    readonly serial: number;
}
export declare const REASON_CODES: {
    readonly SPL_BAD_RESOURCE: 'The resource cannot be normalised, so it is denied.';
    readonly SPL_RULE_APPLIES: 'The resource, the action and every condition of the rule hold.';
    readonly SPL_CONDITION_FALSE: 'A condition of the rule does not hold, so the rule counts for nothing.';
    readonly SPL_CONDITION_UNKNOWN: 'A condition of the rule cannot be told: it denies, or adds obligations, and never grants.';
    readonly SPL_REQUIREMENT_UNMET: 'A precondition of every permit is not met.';
    readonly SPL_NO_PERMIT: 'Nothing permits it, so it is denied.';
    readonly SPL_DEFAULT_ALLOW: 'No rule permits it, and the default of the policy does.';
};
export declare const RECOMMENDED_RATE_MIN = 60;
export declare const RESOURCE_MAX_BYTES = 2048;
export type ReasonCode = keyof typeof REASON_CODES;
export interface Recommendation {
    readonly policy: string;
    readonly callMap: string;
    readonly permitted: number;
    readonly omissions: readonly Omission[];
}
export interface Reference {
    readonly ref: string;
}
export interface ReplayedCall {
    readonly id: string;
    readonly server: string;
    readonly tool: string;
    readonly action?: string;
    readonly resource?: string;
    readonly effect: Effect;
    readonly code?: ErrorCode;
    readonly rules: readonly string[];
    readonly recorded: {
        readonly effect: Effect;
        readonly went: boolean;
    };
    readonly change: 'same' | 'lost' | 'asks' | 'opened';
}
export interface Requirements {
    readonly minTrustScore?: number;
    readonly minTrustStage?: Stage;
    readonly requiredCapabilities?: readonly string[];
    readonly requireIdentityVerification?: boolean;
    readonly purpose?: string;
    readonly compliance?: readonly string[];
}
export interface Rule {
    readonly id: string;
    readonly effect: Effect;
    readonly description?: string;
    readonly resources?: readonly string[];
    readonly actions?: readonly string[];
    readonly conditions?: JsonObject;
    readonly humanApproval?: HumanApproval;
    readonly outputTransformations?: OutputTransformations;
    readonly audit?: RuleAudit;
}
export interface RuleAudit {
    readonly level?: 'basic' | 'standard' | 'detailed';
    readonly logPatientId?: boolean;
    readonly logQuery?: boolean;
    readonly alertOnAccess?: boolean;
    readonly preserveReasoning?: boolean;
}
export declare const SOURCES: readonly ['engine', 'resolver', 'registry', 'caller'];
export declare const SPL_ERRORS: {
    readonly SPL_EMPTY: 'The policy is empty or has no rules; there is no implicit permission.';
    readonly SPL_TOO_LARGE: 'The text is larger than the limit, counted in UTF-8 bytes before parsing.';
    readonly SPL_TOO_MANY_RULES: 'The policy has more than 1000 rules.';
    readonly SPL_TOO_DEEP: 'The policy is nested deeper than 16 levels.';
    readonly SPL_TOO_LONG: 'A list or a text inside the policy is longer than its limit.';
    readonly SPL_BAD_LIMIT: 'The size limit given by the host is not a whole number of bytes up to 1 MiB.';
    readonly SPL_UNKNOWN_VERSION: 'The language version is not 1.0.0.';
    readonly SPL_UNKNOWN_KEY: 'The key does not exist in the language.';
    readonly SPL_UNKNOWN_EFFECT: 'The effect does not exist in the language, or not at this place.';
    readonly SPL_UNKNOWN_OPERATOR: 'The condition operator does not exist in the language.';
    readonly SPL_UNKNOWN_ATTRIBUTE: 'The attribute is neither registered nor in an open namespace.';
    readonly SPL_UNKNOWN_METRIC: 'The metric of a kill trigger does not exist.';
    readonly SPL_TOO_MANY_WINDOWS: 'The policy has sums and counts over more than 16 different windows.';
    readonly SPL_BAD_LAYERS: 'The layers of a policy are none, too many, or not each of a name of its own.';
    readonly SPL_MISSING_KEY: 'A mandatory key is missing.';
    readonly SPL_BAD_TYPE: 'A value has another JSON type than its key demands.';
    readonly SPL_BAD_VALUE: 'A value has the right type, but is none of those its key allows.';
    readonly SPL_BAD_OPERAND: 'The operand does not fit its operator or the type of the attribute.';
    readonly SPL_BAD_REFERENCE: 'A reference is not one whole value naming an attribute that fits its operator.';
    readonly SPL_BAD_PATTERN: 'The resource pattern is malformed.';
    readonly SPL_BAD_RESOURCE: 'The resource cannot be normalised, so nothing can be decided about it.';
    readonly SPL_BAD_TRIGGER: 'The condition of a kill trigger is not "metric operator value".';
    readonly SPL_DUPLICATE_RULE: 'Two rules have the same id.';
    readonly SPL_UNSCOPED_PERMIT: 'A rule that permits names no resources or no actions.';
    readonly SPL_NOT_AN_APPROVAL: 'humanApproval stands in a rule whose effect is not allow_with_approval.';
    readonly SPL_BAD_CALL: 'A call does not have the argument that its call-map entry takes the resource from.';
    readonly SPL_NOT_LOADED: 'The policy was not made by loadPolicy of this copy of the package.';
    readonly SPL_WRONG_AGENT: 'The signed policy is for another agent.';
    readonly SPL_WRONG_LAYER: 'The signed policy is for another layer than it is given for, or for none.';
    readonly SPL_FOREIGN_AUTHORITY: 'The signed policy comes from nobody who was configured as an authority.';
    readonly SPL_SELF_AUTHORED: 'The signed policy comes from the agent that it governs.';
    readonly SPL_AUTHZEN_INVALID: 'The AuthZEN request or response is not as AuthZEN 1.0 says, or cannot be put to a policy.';
    readonly SPL_CEDAR_UNSUPPORTED: 'The Cedar policy says something that SPL has no words for.';
    readonly SPL_SERIAL_ROLLBACK: 'The serial of the signed policy is lower than the last one, or the same for another text.';
};
export type Scalar = string | number | boolean;
export interface SignedPolicy {
    readonly id: Hash;
    readonly policy: Policy;
    readonly agent: Did;
    readonly serial: number;
    readonly authority: Did;
}
export interface SignedPolicyBody extends JsonObject {
    readonly agent: Did;
    readonly serial: number;
    readonly layer?: string;
    readonly text: string;
}
export type Source = (typeof SOURCES)[number];
export type SplErrorCode = keyof typeof SPL_ERRORS;
export declare const TEXT_MAX_CHARACTERS = 2048;
export interface Test {
    readonly op: Operator;
    readonly operand: Scalar | readonly Scalar[] | Reference;
}
export interface TriggerDocument {
    readonly condition: string;
    readonly reason: KillReason;
    readonly action: 'kill';
    readonly cooldown?: number;
    readonly autoReinstate?: boolean;
    readonly requireOperatorApproval?: boolean;
}
export type Truth = boolean | 'unknown';
export interface UnreadCall {
    readonly id: string;
    readonly went: boolean;
    readonly code?: string;
}
export declare const WINDOW_AMOUNT_MAX = 1000000000000;
export declare const WINDOW_MAX_MS = 31622400000;
export interface WarnedCall {
    readonly call: ReplayedCall;
    readonly becomes: ReplayedCall['effect'];
}
export interface Window {
    readonly attribute: string;
    readonly adds?: string;
    readonly windowMs: number;
}
export declare function compileTriggers(triggers: readonly KillTrigger[]): (metrics: JsonObject) => readonly KillTrigger[];
export declare function coverPolicy(policy: Policy | PolicyLayers, requests: Iterable<PolicyRequest>): PolicyCoverage;
export declare function coversPattern(outer: string, inner: string): boolean;
export declare function diffPolicies(before: Compared, after: Compared): PolicyDiff;
export declare function durationMs(text: string): number | undefined;
export declare function evaluate(policy: Policy, request: PolicyRequest): PolicyVerdict;
export declare function evaluateLayers(policy: PolicyLayers, request: PolicyRequest): LayeredVerdict;
export declare const evaluatePolicies: (policy: Policy | PolicyLayers, request: PolicyRequest) => PolicyVerdict;
export declare function explain(policy: Policy, request: PolicyRequest): PolicyExplanation;
export declare function explainVerdict(verdict: PolicyVerdict): string;
export declare const isLayered: (policy: Policy | PolicyLayers) => policy is PolicyLayers;
export declare function layerPolicies(layers: readonly PolicyLayer[]): PolicyLayers;
export declare function lintChange(before: PublishedPolicy, after: PublishedPolicy): readonly LintFinding[];
export declare function lintPolicy(policy: Policy): readonly LintFinding[];
export declare function lintTraffic(policy: Policy, callMap: CallMap, observed: ObservedCalls): readonly LintFinding[];
export declare function loadCallMap(input: string | Uint8Array | JsonObject): CallMap;
export declare function loadPolicies(text: string, options?: {
    readonly maxBytes?: number;
}): Policy | PolicyLayers;
export declare function loadPolicy(input: string | Uint8Array | JsonObject, options?: {
    readonly maxBytes?: number;
}): Policy;
export declare function localMinutes(zone: string): ((now: number) => number | undefined) | undefined;
export declare function mapCall(callMap: CallMap, call: {
    readonly server: string;
    readonly tool: string;
    readonly input: Json;
}): MappedCall;
export declare function matchResource(pattern: string, resource: string): boolean;
export declare function normalizeResource(text: string): string;
export declare function openSignedPolicy(input: Envelope | Uint8Array | string, options: {
    readonly agent: Did;
    readonly layer?: string;
    readonly authorities: readonly Did[];
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
    readonly now: number;
    readonly last?: {
        readonly serial: number;
        readonly hash: Hash;
    };
}): SignedPolicy;
export declare function parsePolicyTests(input: string | Uint8Array | JsonObject): PolicyTestFile;
export declare const policiesOf: (policy: Policy | PolicyLayers) => readonly {
    readonly layer?: string;
    readonly policy: Policy;
}[];
export declare function policyJsonSchema(): JsonObject;
export declare function recommendPolicy({ calls, unread }: ObservedCalls): Recommendation;
export declare function replayPolicy(policy: Policy | PolicyLayers, callMap: CallMap, { calls, unread }: ObservedCalls): PolicyReplay;
export declare const requestsOfCalls: ({ calls }: ObservedCalls, callMap: CallMap) => readonly PolicyRequest[];
export declare const requestsOfTests: (tests: readonly PolicyTest[], callMap?: CallMap) => readonly PolicyRequest[];
export declare function signPolicy(input: {
    readonly agent: Did;
    readonly serial: number;
    readonly layer?: string;
    readonly text: string;
    readonly signer: Signer;
    readonly now: number;
    readonly expires?: number;
    readonly maxBytes?: number;
}): Promise<Envelope<'ttp/policy@1', SignedPolicyBody>>;
export declare function testPolicy(policy: Policy | PolicyLayers, tests: readonly PolicyTest[], callMap?: CallMap): readonly PolicyTestResult[];
export declare function tryWarnAs(policy: Policy | PolicyLayers, effect: 'deny' | 'allow_with_approval', callMap: CallMap, observed: ObservedCalls): readonly WarnedCall[];
export declare function windowOf(name: string): Window | undefined;

// referred to

type Compared = Policy | PolicyLayers;

// @ttp/spl/interop

export declare const AUTHZEN_SEMANTICS: readonly ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'];
export interface AuthZenAction {
    readonly name: string;
    readonly properties?: JsonObject;
}
export interface AuthZenBatch {
    readonly requests: readonly (AuthZenRequest | TtpError)[];
    readonly semantic: AuthZenSemantic;
}
export interface AuthZenMapping {
    readonly now: number;
    readonly engine?: JsonObject;
    readonly trustProperties?: boolean;
    readonly resourceOf?: (resource: AuthZenResource) => string;
}
export interface AuthZenPoint extends AuthZenMapping {
    readonly policyOf: (subject: AuthZenRequest['subject']) => Policy | PolicyLayers | undefined;
    readonly fulfils?: readonly string[];
}
export interface AuthZenRequest {
    readonly subject: AuthZenSubject;
    readonly action: AuthZenAction;
    readonly resource: AuthZenResource;
    readonly context?: JsonObject;
}
export interface AuthZenResource {
    readonly type: string;
    readonly id: string;
    readonly properties?: JsonObject;
}
export interface AuthZenResponse {
    readonly decision: boolean;
    readonly context?: JsonObject;
}
export type AuthZenSemantic = (typeof AUTHZEN_SEMANTICS)[number];
export interface AuthZenSubject {
    readonly type: string;
    readonly id: string;
    readonly properties?: JsonObject;
}
export interface CedarImport {
    readonly actions?: readonly string[];
}
export declare function answerAuthZen(request: AuthZenRequest, point: AuthZenPoint): AuthZenResponse;
export declare function answerAuthZenBatch({ requests, semantic }: AuthZenBatch, point: AuthZenPoint): {
    readonly evaluations: readonly AuthZenResponse[];
};
export declare function answerAuthZenEvaluations(json: Json | undefined, point: AuthZenPoint): AuthZenResponse | {
    readonly evaluations: readonly AuthZenResponse[];
};
export declare function authZenRequestOf({ resource, action }: Pick<PolicyRequest, 'resource' | 'action'>, agent: Did, properties?: JsonObject): AuthZenRequest;
export declare function importCedar(json: Json, options?: CedarImport): JsonObject;
export declare function parseAuthZenBatch(json: Json | undefined): AuthZenBatch;
export declare function parseAuthZenRequest(json: Json | undefined): AuthZenRequest;
export declare function parseAuthZenResponse(json: Json | undefined): AuthZenResponse;
export declare function policyRequestOf(request: AuthZenRequest, mapping: AuthZenMapping): PolicyRequest;

// referred to

export interface AnomalyDetection {
    readonly baselinePeriod: string;
    readonly thresholdDeviation: number;
    readonly actions: readonly ('log' | 'alert' | 'throttle')[];
}
export interface Condition {
    readonly attribute: string;
    readonly tests: readonly Test[];
}
export interface HumanApproval {
    readonly required?: true;
    readonly reason?: string;
    readonly escalationLevel?: 1 | 2 | 3;
    readonly timeout?: number;
    readonly defaultAction?: 'deny';
    readonly requireJustification?: boolean;
    readonly requireOperatorId?: boolean;
    readonly notifyChannels?: readonly string[];
}
export interface KillSwitchDocument {
    readonly triggers: readonly TriggerDocument[];
    readonly notify?: readonly string[];
}
export interface KillTrigger {
    readonly condition: Condition;
    readonly reason: KillReason;
    readonly cooldownMs: number;
    readonly autoReinstate: boolean;
    readonly requireOperatorApproval: boolean;
}
export declare const LANGUAGE_VERSION = "1.0.0";
export declare const OPERATORS: readonly ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'not_between', 'contains', 'exists'];
export interface Offers {
    readonly capabilities?: readonly string[];
    readonly rateLimit?: {
        readonly requests: number;
        readonly windowMs: number;
    };
}
export type Operator = (typeof OPERATORS)[number];
export interface OutputTransformations {
    readonly redact?: readonly string[];
    readonly mask?: readonly string[];
    readonly truncate?: {
        readonly field: string;
        readonly length: number;
    };
    readonly watermark?: boolean;
    readonly addFooter?: string;
}
export interface Policy {
    readonly hash: Hash;
    readonly document: PolicyDocument;
    readonly text: string;
    readonly killTriggers: readonly KillTrigger[];
    readonly windows: readonly Window[];
}
export interface PolicyAudit {
    readonly retainDecisions?: string;
    readonly includeReasoningTrace?: boolean;
}
export interface PolicyDocument {
    readonly version: typeof LANGUAGE_VERSION;
    readonly agentDid?: string;
    readonly description?: string;
    readonly requirements?: Requirements;
    readonly offers?: Offers;
    readonly rules: readonly Rule[];
    readonly outputTransformations?: OutputTransformations;
    readonly audit?: PolicyAudit;
    readonly killSwitch?: KillSwitchDocument;
    readonly anomalyDetection?: AnomalyDetection;
    readonly timezone: string;
    readonly defaultEffect: 'allow' | 'deny';
}
export interface PolicyLayer {
    readonly layer: string;
    readonly policy: Policy;
}
export interface PolicyLayers {
    readonly hash: Hash;
    readonly layers: readonly PolicyLayer[];
    readonly text: string;
    readonly windows: readonly Window[];
}
export interface PolicyRequest {
    readonly resource: string;
    readonly action: string;
    readonly now: number;
    readonly engine: JsonObject;
    readonly resolver: JsonObject;
    readonly registry: JsonObject;
    readonly caller: JsonObject;
}
export interface Reference {
    readonly ref: string;
}
export interface Requirements {
    readonly minTrustScore?: number;
    readonly minTrustStage?: Stage;
    readonly requiredCapabilities?: readonly string[];
    readonly requireIdentityVerification?: boolean;
    readonly purpose?: string;
    readonly compliance?: readonly string[];
}
export interface Rule {
    readonly id: string;
    readonly effect: Effect;
    readonly description?: string;
    readonly resources?: readonly string[];
    readonly actions?: readonly string[];
    readonly conditions?: JsonObject;
    readonly humanApproval?: HumanApproval;
    readonly outputTransformations?: OutputTransformations;
    readonly audit?: RuleAudit;
}
export interface RuleAudit {
    readonly level?: 'basic' | 'standard' | 'detailed';
    readonly logPatientId?: boolean;
    readonly logQuery?: boolean;
    readonly alertOnAccess?: boolean;
    readonly preserveReasoning?: boolean;
}
export type Scalar = string | number | boolean;
export interface Test {
    readonly op: Operator;
    readonly operand: Scalar | readonly Scalar[] | Reference;
}
export interface TriggerDocument {
    readonly condition: string;
    readonly reason: KillReason;
    readonly action: 'kill';
    readonly cooldown?: number;
    readonly autoReinstate?: boolean;
    readonly requireOperatorApproval?: boolean;
}
export interface Window {
    readonly attribute: string;
    readonly adds?: string;
    readonly windowMs: number;
}
