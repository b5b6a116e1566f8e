// @ttp/sdk

export declare const ACTIVITY_WINDOW_MS = 60000;
export interface ApprovalRequest {
    readonly checked: Check;
    readonly reviews: readonly Review[];
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
export interface DecisionPoint {
    readonly url: string;
    readonly fetch: Fetch;
    readonly headers?: Readonly<Record<string, string>>;
    readonly properties?: (interaction: Interaction) => JsonObject;
}
export declare const EVIDENCE_TIMEOUT_MS = 5000;
export declare const IDENTITY_VALID_MS = 300000;
export declare const LOCAL_FACT_VALID_MS = 60000;
export interface LayerSource {
    readonly layer: string;
    readonly policy: PolicySource;
}
export type PolicySource = string | Uint8Array | JsonObject | SignedPolicySource;
export interface ReplayedDecision {
    readonly index: bigint;
    readonly subject: string;
    readonly result: 'same' | 'absent' | 'differs';
    readonly code?: ErrorCode;
}
export declare const SDK_ERRORS: {
    readonly SDK_BAD_CALL: 'The call to be checked is not well formed.';
    readonly SDK_BAD_HANDLER: 'A handler of an obligation is not one, or its kind has a handler already.';
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
    readonly SDK_POLICY_UNEVALUATED: 'The policy has parts, such as kill triggers, that nothing here evaluates yet.';
    readonly SDK_EVIDENCE_CLASH: 'Two evidence sources have the same name.';
    readonly SDK_EVIDENCE_FAILED: 'A required evidence source failed without a code of its own.';
    readonly SDK_EVIDENCE_TIMEOUT: 'A required evidence source did not answer in time.';
    readonly SDK_EVIDENCE_MALFORMED: 'An evidence source returned something that is not a fact.';
    readonly SDK_DECISION_POINT_FAILED: 'The other decision point answered with another status than 200, or at too great a length.';
    readonly SDK_UNKNOWN_OBLIGATION: 'The decision obliges to something that no handler here can do.';
    readonly SDK_OBLIGATION_FAILED: 'The handler of an obligation failed without a code of its own.';
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
    readonly evidence?: readonly EvidenceSource[];
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
    note(type: EventType, subject: string, data: JsonObject, component?: string): Promise<Receipt>;
    trace(id?: TraceId): TraceView;
    checkpoint(): Promise<string>;
    exportBundle(options?: ExportOptions): Promise<string>;
    close(): Promise<void>;
}
export type TtpMode = 'enforce' | 'observe';
export interface TtpOptions {
    readonly identity: Identity;
    readonly policy: PolicySource | readonly (PolicySource | LayerSource)[];
    readonly limits?: {
        readonly policyBytes?: number;
    };
    readonly names?: NameRegistry;
    readonly resolver?: Pick<KeyLogResolver, 'resolve' | 'ancestors'>;
    readonly storage: Storage;
    readonly callMap?: string | Uint8Array | JsonObject;
    readonly fresh?: boolean;
    readonly operators?: Operators;
    readonly owners?: readonly string[];
    readonly approvalWaitMs?: number;
    readonly mode?: TtpMode;
    readonly decisionPoint?: DecisionPoint;
    readonly grants?: readonly (Envelope | string)[];
    readonly thresholds?: JsonObject;
    readonly ports?: {
        readonly clock?: Clock;
        readonly timer?: Timer;
        readonly random?: Random;
    };
    readonly handlers?: readonly ObligationHandler[];
    readonly onEvent?: (entry: Entry) => void;
    readonly logSigner?: Signer;
}
export declare function continuesLog(later: string | Uint8Array, earlier: TraceReport, key: string): boolean;
export declare function createTtp(options: TtpOptions): Promise<Ttp>;
export declare const logProofs: (origin: string) => LogProofs;
export declare function logRangeOf(store: Store, agent: Did, key: Uint8Array): Promise<{
    readonly from: number;
    readonly to?: number;
}>;
export declare function logSignerOf({ did, seed }: Pick<Identity, 'did' | 'seed'>): Signer;
export declare function observationsOf(bundle: string | Uint8Array): ObservedCalls;
export declare function replayBundle(bundle: string | Uint8Array): readonly ReplayedDecision[];
