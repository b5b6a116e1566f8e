// @ttp/sdk

export declare const ACTIVITY_WINDOW_MS = 60000;
export interface AnomalyOptions {
    readonly responses?: {
        readonly [anomaly in Anomaly]?: readonly AnomalyResponse[];
    };
    readonly offHours?: {
        readonly from: string;
        readonly to: string;
    };
    readonly timezone?: string;
}
export type AnomalyResponse = (typeof ANOMALY_RESPONSES)[number];
export interface ApprovalRequest {
    readonly checked: Check;
    readonly reviews: readonly Review[];
}
export interface AttestationSourceOptions {
    readonly list: () => Promise<readonly Stated[]>;
    readonly roots: readonly Did[];
    readonly resolver: Pick<KeyLogResolver, 'history' | 'ancestors'>;
    readonly dating?: Dating;
    readonly securityEvents?: () => Promise<RaisedEvents>;
}
export declare const CLOSE_GRACE_MS = 5000;
export type Check = {
    readonly wouldPermit: true;
    readonly decision: Decision;
    readonly obligations: readonly Obligation[];
}
 | {
    readonly wouldPermit: false;
    readonly code: ErrorCode;
    readonly decision?: Decision;
};
export interface ControlOptions {
    readonly breakers?: ToolBreakers;
    readonly rates?: RateLimits;
    readonly circuitBreaker?: CircuitBreaker;
}
export interface DecisionCache {
    find(interaction: Interaction, moment: CacheMoment): CachedFacts | undefined;
    keep(interaction: Interaction, moment: CacheMoment, decided: Decided): void;
    drop(): void;
    readonly drops: number;
    readonly size: number;
}
export interface DecisionPoint {
    readonly url: string;
    readonly fetch: Fetch;
    readonly headers?: Readonly<Record<string, string>>;
    readonly properties?: (interaction: Interaction) => JsonObject;
}
export interface DelegationControl {
    open(ports: DelegationPorts): Promise<ActingBy>;
}
export declare const EVIDENCE_TIMEOUT_MS = 5000;
export interface EndsSessions {
    end(includes: (agent: Did) => boolean): number;
}
export declare const IDENTITY_VALID_MS = 300000;
export interface KillOptions {
    readonly sessions?: readonly EndsSessions[];
    readonly enforcementPoints?: KillPropagation;
    readonly recovery?: Recovery;
}
export declare const LOCAL_FACT_VALID_MS = 60000;
export type LabelledSources = Readonly<Record<string, readonly string[]>>;
export interface Labels {
    of(trace?: TraceId): Promise<LabelRecord>;
    add(labels: readonly string[], trace?: TraceId): Promise<void>;
    declared(call: ToolCall): readonly string[];
    clear(order: Envelope | string): Promise<void>;
}
export interface LayerSource {
    readonly layer: string;
    readonly policy: PolicySource;
}
export interface Overrides {
    source(envelope: Envelope | string, denied: Decision): EvidenceSource;
    readonly handler: ObligationHandler;
}
export type PolicySource = string | Uint8Array | JsonObject | SignedPolicySource;
export interface RaisedEvents {
    readonly events: readonly SecurityEvent[];
    readonly closures: readonly (Envelope | string)[];
}
export interface RateLimits {
    readonly meter?: RateMeter;
    readonly stages?: Readonly<Partial<Record<Stage, Rate>>>;
    readonly capabilities?: Readonly<Partial<Record<Capability, Rate>>>;
    readonly tools?: Readonly<Record<string, Rate>>;
}
export interface RecordedDecision {
    readonly entry: Entry;
    readonly decision: Json | undefined;
    readonly inputs: ReplayInput;
}
export interface ReplayedDecision {
    readonly index: bigint;
    readonly subject: string;
    readonly result: 'same' | 'absent' | 'differs';
    readonly code?: ErrorCode;
}
export interface ReputationSource {
    open(context: ReputationContext): Reputation;
}
export declare const SDK_ERRORS: {
    readonly SDK_BAD_CALL: 'The call to be checked is not well formed.';
    readonly SDK_BAD_CONTROL: 'The breaker that is configured is of another agent.';
    readonly SDK_BAD_HANDLER: 'A handler of an obligation is not one, or its kind has a handler already.';
    readonly SDK_BAD_LABELS: 'What the results of servers and tools are labelled with is not lists of lowercase names.';
    readonly SDK_BAD_MODE: 'The mode of an enforcement point is neither enforce nor observe.';
    readonly SDK_BAD_NOTE: 'Events of this type are recorded by the flow itself and by nobody else.';
    readonly SDK_CLOSED: 'This TTP instance was closed.';
    readonly SDK_STORAGE_IN_USE: 'Another instance of this process keeps its kill records and log in this storage.';
    readonly SDK_PERMIT_ENDED: 'The interaction that the permit was given for has ended.';
    readonly SDK_STREAM_RESULT: 'The effect returned a stream, which cannot be scanned and recorded as one result.';
    readonly SDK_DENIED: 'The decision denies the interaction; the decision says why.';
    readonly SDK_POLICY_MISSING: 'There is no policy; without one nothing is permitted, so nothing is armed.';
    readonly SDK_POLICY_REBOUND: 'The name that the policy is written for belongs to another agent.';
    readonly SPL_NAME_REBOUND: 'The name that the policy is written for means another agent than when it was armed.';
    readonly SDK_NAME_ROLLED_BACK: 'The registry of names shows an older or another log than it did before.';
    readonly SDK_NAMES_FAILED: 'The registry of names failed without a code of its own.';
    readonly SDK_NAMES_TIMEOUT: 'The registry of names did not answer in time.';
    readonly SDK_POLICY_LAYERS: 'The layers of the policy have no names of their own, or are written for two agents.';
    readonly SDK_POLICY_UNTRUSTED: 'The policy is signed, and no roster says who may sign one.';
    readonly SDK_LOG_KEY_RETIRED: 'The log key is that of an identity before its rotation; the log goes on under another.';
    readonly SDK_LOG_KEYS: 'The record of the log keys cannot be read, or another process took another key.';
    readonly SDK_POLICY_RACE: 'Another process armed a policy in this store at the same moment.';
    readonly SDK_POLICY_STATE: 'The record of the policy armed last cannot be read.';
    readonly SDK_BAD_ANOMALIES: 'The options for anomalies name an unknown pattern, response, time or time zone.';
    readonly SDK_NOTIFY_FAILED: 'People could not be told of what the log has.';
    readonly SDK_RATING_PATTERN: 'Ratings of the agent show a pattern of gaming.';
    readonly SDK_EVIDENCE_CLASH: 'Two evidence sources have the same name.';
    readonly SDK_EVIDENCE_FAILED: 'A required evidence source failed without a code of its own.';
    readonly SDK_EVIDENCE_TIMEOUT: 'A required evidence source did not answer in time.';
    readonly SDK_EVIDENCE_MALFORMED: 'An evidence source returned something that is not a fact.';
    readonly SDK_DECISION_POINT_FAILED: 'The other decision point answered with another status than 200, or at too great a length.';
    readonly SDK_UNKNOWN_OBLIGATION: 'The decision obliges to something that no handler here can do.';
    readonly SDK_OBLIGATION_FAILED: 'The handler of an obligation failed without a code of its own.';
    readonly SDK_OVERRIDE_USED: 'The denial was overruled before, and the call was made.';
    readonly SDK_DECISION_STALE: 'While the interaction waited, the policy or the evidence changed and the decision became stricter.';
    readonly SDK_PERFORM_FAILED: 'The effect itself threw.';
    readonly SDK_FEEDBACK_FAILED: 'What follows an interaction failed; the interaction itself stands.';
    readonly SDK_AUDIT_FAILED: 'The audit log could not be written.';
    readonly SDK_REPLAY_DIFFERS: 'A decision made again from its payloads is not the recorded one.';
};
export type SdkErrorCode = keyof typeof SDK_ERRORS;
export interface SignedPolicySource {
    readonly signed: Envelope | string | Uint8Array;
}
export interface ToolCall {
    readonly tool: string;
    readonly server?: string;
    readonly action?: string;
    readonly resource?: string;
    readonly input: Json;
    readonly claims?: JsonObject;
    readonly trace?: TraceId;
    readonly labels?: readonly string[];
    readonly evidence?: readonly EvidenceSource[];
    readonly failed?: (result: unknown) => boolean;
}
export interface TraceView {
    readonly id: TraceId;
    proof(index: bigint, log?: string): InclusionProof;
    events(): AsyncIterable<Entry>;
    seal(): Promise<SealedTrace>;
}
export interface Ttp {
    readonly did: Did;
    readonly policy: Policy | PolicyLayers;
    readonly mode: TtpMode;
    readonly logKey: string;
    readonly oversight: Oversight | undefined;
    a2t<R>(call: ToolCall, perform: (permit: Permit) => Promise<R>): Promise<Outcome<R>>;
    check(call: ToolCall): Promise<Check>;
    requestApproval(call: ToolCall): Promise<ApprovalRequest>;
    run<I extends Interaction, R>(profile: Profile<I, R>, interaction: I): Promise<Outcome<R>>;
    kill(agent: string, order: {
        readonly reason: KillReason;
        readonly message?: string;
    }): KillResult;
    reinstate(orders: readonly (Envelope | string)[]): Promise<void>;
    isKilled(agent?: Did): boolean;
    killStatus(target?: '*'): KillStatus;
    readonly killSwitch: Pick<KillSwitch, 'receive' | 'suspend' | 'appeal'>;
    note(type: EventType, subject: string, data: JsonObject, component?: string): Promise<Receipt>;
    readonly labels: Labels;
    trace(id?: TraceId): TraceView;
    behavior(): BehaviorReport | undefined;
    checkpoint(): Promise<string>;
    exportBundle(options?: ExportOptions): Promise<string>;
    close(): Promise<void>;
}
export type TtpMode = 'enforce' | 'observe';
export interface TtpOptions extends ControlOptions, KillOptions {
    readonly identity: Identity;
    readonly policy: PolicySource | readonly (PolicySource | LayerSource)[];
    readonly limits?: {
        readonly policyBytes?: number;
    };
    readonly names?: NameRegistry;
    readonly resolver?: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
    readonly storage: Storage;
    readonly trace?: TraceId;
    readonly labels?: LabelledSources;
    readonly callMap?: string | Uint8Array | JsonObject;
    readonly fresh?: boolean;
    readonly operators?: Operators;
    readonly owners?: readonly string[];
    readonly approvalWaitMs?: number;
    readonly mode?: TtpMode;
    readonly decisionPoint?: DecisionPoint;
    readonly grants?: readonly (Envelope | string)[];
    readonly reputation?: ReputationSource;
    readonly budget?: AgentBudget;
    readonly delegation?: DelegationControl;
    readonly decisions?: DecisionCache;
    readonly thresholds?: JsonObject;
    readonly ports?: {
        readonly clock?: Clock;
        readonly timer?: Timer;
        readonly random?: Random;
    };
    readonly handlers?: readonly ObligationHandler[];
    readonly anomalies?: AnomalyOptions;
    readonly notifier?: Notifier;
    readonly onEvent?: (entry: Entry) => void;
    readonly logSigner?: Signer;
}
export declare const actingBy: (chain: readonly (Envelope | string)[], { grants }?: {
    readonly grants?: readonly (Envelope | string)[];
}) => DelegationControl;
export declare function attest(ttp: Pick<Ttp, 'note'>, rating: {
    readonly subject: Did;
    readonly session: string;
    readonly receipt: Hash;
    readonly rating: Rating;
    readonly signer: Signer;
    readonly now: number;
    readonly expiresAt?: number;
}): Promise<Envelope<'ttp/attestation@1', AttestationBody>>;
export declare const attestationSource: (options: AttestationSourceOptions) => ReputationSource;
export declare function continuesLog(later: string | Uint8Array, earlier: TraceReport, key: string): boolean;
export declare function createOverrides({ store, clock, operators, owners, }: {
    readonly store: Store;
    readonly clock: Clock;
    readonly operators: Operators;
    readonly owners?: readonly string[];
}): Overrides;
export declare function createTtp(options: TtpOptions): Promise<Ttp>;
export declare function decisionCache({ maxEntries, maxAgeMs, }?: {
    readonly maxEntries?: number;
    readonly maxAgeMs?: number;
}): DecisionCache;
export declare const logProofs: (origin: string) => LogProofs;
export declare function logRangeOf(store: Store, agent: Did, key: Uint8Array): Promise<{
    readonly from: number;
    readonly to?: number;
}>;
export declare function logSignerOf({ did, seed }: Pick<Identity, 'did' | 'seed'>): Signer;
export declare function observationsOf(bundle: string | Uint8Array): ObservedCalls;
export declare function recordedDecisions(bundle: string | Uint8Array): readonly RecordedDecision[];
export declare const replayBundle: (bundle: string | Uint8Array) => readonly ReplayedDecision[];
export declare function replayRecorded({ entry, decision: recorded, inputs, }: RecordedDecision): Pick<ReplayedDecision, 'result' | 'code'>;
export declare function webhookNotifier(options: {
    readonly url: string;
    readonly fetch: Fetch;
    readonly timer: Timer;
    readonly headers?: Readonly<Record<string, string>>;
}): Notifier;

// referred to

export declare const ANOMALY_RESPONSES: readonly ['log', 'alert', 'throttle', 'approve', 'suspend'];
export interface ActingBy {
    readonly above: readonly Did[];
    requireInForce(): Promise<void>;
    readonly budgets: readonly SharedBudget[];
    narrowed<I extends Interaction>(sources: readonly EvidenceSource<I>[]): readonly EvidenceSource<I>[];
}
export interface AgentReputation {
    readonly facts: Pick<TrustFacts, 'attestations' | 'restingPosterior' | 'securityEvents'>;
    readonly above: readonly StandingFacts[];
    readonly vouched: boolean;
    readonly fraud: Signals;
}
export interface CacheMoment {
    readonly policy: Hash;
    readonly epoch: Epoch;
    readonly drops: number;
    readonly now: number;
}
export interface CachedFacts {
    readonly facts: Evidence['facts'];
    readonly onlyDenies: boolean;
}
export interface Decided {
    readonly evidence: Evidence;
    readonly decision: Decision;
}
interface DelegationPorts {
    readonly agent: Did;
    readonly store: Store;
    readonly clock: Clock;
    readonly operators: Operators | undefined;
    readonly resolver: TtpOptions['resolver'];
}
export interface Reputation {
    now(): Promise<AgentReputation>;
}
export interface ReputationContext {
    readonly agent: Did;
    readonly above: readonly Did[];
    readonly clock: Clock;
    readonly operators: Operators | undefined;
    readonly raise: (subject: string, finding: JsonObject & {
        readonly code: ErrorCode;
    }) => void;
}
