// @ttp/core

export interface AppendLog {
    append(entries: readonly Uint8Array[], expectedSize?: bigint): Promise<bigint>;
    read(from: bigint, to: bigint): AsyncIterable<Uint8Array>;
    size(): Promise<bigint>;
}
export type BasisPoints = Brand<number, 'BasisPoints'>;
export declare const CAPABILITIES: readonly ['data:text', 'data:code', 'data:structured', 'data:binary', 'data:read', 'data:write', 'data:financial', 'data:phi', 'data:pii', 'data:confidential', 'file:read', 'file:write', 'file:execute', 'network:internal', 'network:external', 'context:workspace', 'context:session', 'context:user', 'payment:process', 'refund:process', 'agent:delegate'];
export declare const CLASSIFICATIONS: readonly ['public', 'internal', 'confidential', 'restricted'];
export declare const CORE_ERRORS: {
    readonly CORE_BAD_DID: 'The text is not a DID in the syntax of W3C DID Core.';
    readonly CORE_BAD_HASH: 'The text is not "sha256:" followed by 64 lowercase hexadecimal digits.';
    readonly CORE_BAD_TRACE: 'The text is not a trace id of 32 lowercase hexadecimal digits, not all zero.';
    readonly CORE_BAD_SCORE: 'The number is not an integer from 0 to 100.';
    readonly CORE_BAD_BASIS_POINTS: 'The number is not an integer from 0 to 10000.';
    readonly CORE_BAD_EPOCH: 'The number is not a non-negative safe integer.';
    readonly CORE_BAD_TIME: 'The number is not a time in whole, non-negative milliseconds.';
    readonly CORE_UNKNOWN_TERM: 'The word is not in the closed list it was looked up in.';
    readonly CORE_MACHINE_INCOMPLETE: 'The transition table of a state machine misses or invents a cell.';
    readonly CORE_MACHINE_UNKNOWN_STATE: 'The state is not one of the machine.';
    readonly CORE_MACHINE_UNKNOWN_EVENT: 'The event is not one of the machine.';
    readonly CORE_CLOCK_REGRESSED: 'The wall clock stands more than a minute before a time already seen.';
};
export type Capability = (typeof CAPABILITIES)[number];
export type Cell<S extends MachineState, Here, E, Out> = ((state: Here, event: E) => Step<S, Out>) | 'stay' | {
    readonly refuse: ErrorCode;
};
export type Classification = (typeof CLASSIFICATIONS)[number];
export interface Clock {
    now(): number;
    monotonic(): number;
}
export type CoreErrorCode = keyof typeof CORE_ERRORS;
export declare const DECISION_OUTCOMES: readonly ['allow', 'warn', 'deny-soft', 'deny-hard'];
export interface Dating {
    before(id: Hash): Promise<number | undefined>;
}
export interface Decision {
    readonly v: 1;
    readonly outcome: DecisionOutcome;
    readonly effect: Effect;
    readonly obligations: readonly Obligation[];
    readonly risk: {
        readonly score: BasisPoints;
        readonly level: RiskLevel;
    };
    readonly confidence: BasisPoints;
    readonly humanOverridable: boolean;
    readonly factors: readonly Factor[];
    readonly reasons: readonly Reason[];
    readonly inputs: {
        readonly interaction: Hash;
        readonly evidence: Hash;
        readonly policy: Hash;
        readonly thresholds: Hash;
    };
    readonly epoch: Epoch;
    readonly at: number;
}
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];
export type Did = Brand<string, 'Did'>;
export interface DidDocument {
    readonly '@context': readonly string[];
    readonly id: Did;
    readonly verificationMethod: readonly VerificationMethod[];
    readonly authentication: readonly string[];
    readonly assertionMethod?: readonly string[];
    readonly service?: readonly DidService[];
}
export interface DidService {
    readonly id: string;
    readonly type: string;
    readonly serviceEndpoint: string;
}
export interface Disk {
    open(path: string): Promise<DiskFile>;
    rename(from: string, to: string): Promise<void>;
    list(): Promise<readonly string[]>;
}
export interface DiskFile {
    append(bytes: Uint8Array): Promise<void>;
    read(position: number, length: number): Promise<Uint8Array>;
    size(): Promise<number>;
    sync(): Promise<void>;
    truncate(size: number): Promise<void>;
    close(): Promise<void>;
}
export type Dispose = () => void;
export interface Duplex {
    readonly remote: string;
    send(bytes: Uint8Array): Promise<void>;
    receive(): AsyncIterable<Uint8Array>;
    close(): Promise<void>;
}
export declare const EFFECTS: readonly ['allow', 'warn', 'allow_with_approval', 'deny'];
export declare const EVENT_TYPES: readonly ['trace-opened', 'evidence-gathered', 'decision-made', 'intent-recorded', 'effect-finished', 'outcome-unknown', 'interaction-settled', 'trace-sealed', 'policy-armed', 'policy-refused', 'agent-killed', 'agent-reinstated', 'approval-requested', 'approval-decided', 'approval-used', 'approval-expired', 'tools-pinned', 'tool-quarantined', 'tool-released', 'payload-erased', 'finding-raised', 'labels-added', 'labels-cleared', 'handshake-advanced', 'handshake-failed', 'message-sent', 'message-received', 'request-received', 'resource-accessed', 'negotiation-advanced', 'attestation-issued', 'notification-sent', 'breaker-tripped', 'kill-cascaded', 'checkpoint-noted', 'log-continued', 'mode-set', 'payload-superseded', 'payload-deleted', 'trace-archived', 'trace-restored', 'hold-placed', 'hold-released', 'budget-alerted', 'cost-recorded'];
export type Effect = (typeof EFFECTS)[number];
export interface Envelope<T extends string = string, B extends JsonObject = JsonObject> {
    readonly type: T;
    readonly head: EnvelopeHead;
    readonly body: B;
    readonly sigs: readonly EnvelopeSignature[];
}
export interface EnvelopeHead {
    readonly iss: Did;
    readonly iat: number;
    readonly exp?: number;
    readonly aud?: Did;
    readonly nonce?: string;
    readonly prev?: Hash;
}
export interface EnvelopeSignature {
    readonly kid: string;
    readonly sig: string;
}
export type Epoch = Brand<number, 'Epoch'>;
export type ErrorCode = `${Uppercase<string>}_${Uppercase<string>}`;
export interface EventSink {
    emit(event: TtpEvent): void;
}
export type EventType = (typeof EVENT_TYPES)[number];
export interface Evidence {
    readonly now: number;
    readonly epoch: Epoch;
    readonly facts: {
        readonly [source: string]: Fact;
    };
    readonly absent: {
        readonly [source: string]: ErrorCode;
    };
}
export interface EvidenceSource<I extends Interaction = Interaction> {
    readonly name: string;
    readonly optional?: true;
    gather(interaction: I, signal: AbortSignal): Promise<Fact>;
}
export interface Fact<V extends Json = Json> {
    readonly value: V;
    readonly at: number;
    readonly validFor: number;
}
export interface Factor {
    readonly name: 'identity' | 'reputation' | 'behavioral' | 'fraud' | 'policy';
    readonly risk: BasisPoints;
    readonly weight: BasisPoints;
    readonly backed: boolean;
    readonly reason: string;
}
export interface Fetch {
    fetch(request: FetchRequest): Promise<FetchResponse>;
}
export interface FetchRequest {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array;
    readonly signal: AbortSignal;
}
export interface FetchResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: AsyncIterable<Uint8Array>;
}
export declare const HANDLER_ORDER: {
    readonly capability: 10;
    readonly breaker: 20;
    readonly sandbox: 30;
    readonly approval: 40;
    readonly rate: 50;
    readonly window: 55;
    readonly budget: 60;
    readonly vault: 70;
    readonly transform: 80;
    readonly dlp: 85;
    readonly label: 87;
    readonly encrypt: 90;
    readonly alert: 95;
    readonly audit: 99;
};
export type Hash = Brand<string, 'Hash'>;
export interface Hold {
    settle(outcome: Outcome<unknown>): Promise<void>;
    release(): Promise<void>;
}
export interface Interaction {
    readonly id: string;
    readonly mode: Mode;
    readonly trace: TraceId;
    readonly agent: Did;
    readonly target: string;
    readonly action: string;
    readonly resource: string;
    readonly input: Json;
    readonly claims: JsonObject;
    readonly at: number;
}
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
    readonly [key: string]: Json;
}
export declare const KILL_REASONS: readonly ['rate_limit_exceeded', 'trust_score_critical', 'pattern_threat_detected', 'manual_operator_action', 'circuit_breaker_trip', 'security_violation', 'anomaly_detected', 'revocation_received', 'cascade_failure'];
export type KillReason = (typeof KILL_REASONS)[number];
export declare const LABELS: readonly ['pii', 'secret', 'untrusted'];
export type Label = (typeof LABELS)[number];
export interface Lease {
    readonly fence: bigint;
    readonly until: number;
    renew(ttl: number): Promise<boolean>;
    release(): Promise<void>;
}
export interface Lock {
    acquire(name: string, ttl: number): Promise<Lease | undefined>;
}
export interface LogPlace {
    readonly index: bigint;
    readonly size: bigint;
    readonly root: Hash;
}
export interface LogProofs {
    verify(leafHash: Hash, proof: JsonObject, logKey: Uint8Array): LogPlace | undefined;
}
export declare const MESSAGE_MAX_AGE_MS = 300000;
export declare const MESSAGE_MAX_AHEAD_MS = 60000;
export declare const MODES: readonly ['a2a', 'a2h', 'a2t', 'a2s', 'a2r', 'a2api'];
export interface Machine<S extends MachineState, E extends MachineEvent, Out> {
    readonly name: string;
    readonly states: readonly S['at'][];
    readonly final: readonly S['at'][];
    readonly events: readonly E['type'][];
    step(state: S, event: E): Step<S, Out>;
}
export interface MachineEvent {
    readonly type: string;
    readonly now: number;
}
export interface MachineSpec<S extends MachineState, E extends MachineEvent, Out, Final extends S['at']> {
    readonly name: string;
    readonly events: readonly E['type'][];
    readonly final: readonly Final[];
    readonly table: {
        readonly [A in Exclude<S['at'], Final>]: {
            readonly [T in E['type']]: Cell<S, At<S, A>, Of<E, T>, Out>;
        };
    };
    readonly expire?: (state: S, now: number) => Step<S, Out>;
}
export interface MachineState {
    readonly at: string;
    readonly deadline?: number;
}
export type Mode = (typeof MODES)[number];
export declare const NONCE_BYTES = 32;
export interface Notification {
    readonly subject: string;
    readonly text: string;
    readonly to?: readonly string[];
    readonly link?: string;
}
export interface Notifier {
    notify(message: Notification): Promise<void>;
}
export interface Obligation<Kind extends string = string> {
    readonly kind: Kind;
    readonly from: string;
    readonly params: JsonObject;
}
export interface ObligationHandler<O extends Obligation = Obligation> {
    readonly kind: O['kind'];
    readonly order: number;
    check(obligation: O, interaction: Interaction): ErrorCode | undefined;
    hold?(obligation: O, interaction: Interaction, decision: Decision, signal: AbortSignal): Promise<Hold>;
    after?(obligation: O, value: unknown, interaction: Interaction): Promise<unknown>;
    through?(obligation: O, chunks: AsyncIterable<Uint8Array>, interaction: Interaction): AsyncIterable<Uint8Array>;
}
export interface Observed {
    readonly status: 'done' | 'blocked' | 'withheld';
    readonly code?: ErrorCode;
    readonly asks?: true;
    readonly changed?: true;
    readonly found?: readonly string[];
}
export interface Operator {
    readonly id: string;
    readonly kid: string;
    readonly publicKey: Uint8Array;
    readonly human: string;
    readonly level: 1 | 2 | 3;
    readonly privileges: readonly Privilege[];
}
export interface Operators {
    byKid(kid: string): Promise<Operator | undefined>;
}
export type Outcome<R> = {
    readonly status: 'done';
    readonly decision: Decision;
    readonly value: R;
    readonly receipt: Receipt;
    readonly auditFault?: ErrorCode;
    readonly observed?: Observed;
}
 | {
    readonly status: 'blocked';
    readonly code: ErrorCode;
    readonly decision?: Decision;
    readonly receipt?: Receipt;
    readonly auditFault?: ErrorCode;
}
 | {
    readonly status: 'failed' | 'withheld';
    readonly code: ErrorCode;
    readonly decision: Decision;
    readonly receipt?: Receipt;
    readonly auditFault?: ErrorCode;
    readonly observed?: Observed;
};
export declare const PRIVILEGES: readonly ['review:basic', 'review:senior', 'review:final', 'intervene:pause', 'intervene:resume', 'intervene:restrict', 'intervene:override', 'intervene:terminate', 'kill:order', 'kill:reinstate', 'policy:sign', 'operator:manage'];
export interface Permit {
    readonly epoch: Epoch;
    readonly signal: AbortSignal;
    enter(): void;
}
export type Privilege = (typeof PRIVILEGES)[number];
export interface Profile<I extends Interaction, R> {
    readonly mode: I['mode'];
    readonly evidence: readonly EvidenceSource<I>[];
    readonly obligations: (interaction: I, evidence: Evidence, decision: Decision) => readonly Obligation[];
    readonly perform: (interaction: I, permit: Permit) => Promise<R>;
    readonly failed?: (result: R) => boolean;
    readonly feedback?: (interaction: I, outcome: Outcome<R>) => Promise<void>;
}
export interface PubSub {
    publish(topic: string, bytes: Uint8Array): Promise<void>;
    subscribe(topic: string, fn: (bytes: Uint8Array, from: string) => void): Dispose;
}
export declare const RISK_LEVELS: readonly ['none', 'low', 'medium', 'high', 'critical'];
export interface Random {
    bytes(n: number): Uint8Array;
}
export type Rate = {
    readonly requests: number;
    readonly windowMs: number;
} | {
    readonly capacity: number;
    readonly refill: number;
    readonly perMs: number;
};
export interface RateAnswer {
    readonly granted: boolean;
    readonly remaining: number;
    readonly retryMs: number;
    readonly mark: number | string;
}
export interface RateMeter {
    take(key: string, rate: Rate, units: number): RateAnswer | Promise<RateAnswer>;
    giveBack(key: string, rate: Rate, units: number, mark: RateAnswer['mark']): void | Promise<void>;
}
export interface Reason {
    readonly code: string;
    readonly text: string;
    readonly rule?: string;
    readonly layer?: string;
}
export interface Receipt {
    readonly trace: TraceId;
    readonly log: string;
    readonly index: bigint;
    readonly leafHash: Hash;
}
export interface Recorder {
    record(events: readonly TtpEvent[]): Promise<readonly bigint[]>;
}
export interface Registry<T> {
    get(id: string): Promise<T | undefined>;
    search(query: JsonObject): AsyncIterable<T>;
}
export interface Resolver {
    resolve(did: Did): Promise<DidDocument>;
}
export type RiskLevel = (typeof RISK_LEVELS)[number];
export declare const STAGES: readonly ['blocked', 'unverified', 'provisional', 'new', 'building', 'established'];
export interface SandboxRunner {
    readonly tier: 0 | 1 | 2 | 3;
    call(code: Uint8Array, input: Uint8Array, limits: {
        readonly ms: number;
        readonly bytes: number;
    }): Promise<Uint8Array>;
}
export interface Signer {
    readonly kid: string;
    readonly publicKey: Uint8Array;
    readonly purposes: readonly string[];
    sign(purpose: string, payload: Uint8Array): Promise<Uint8Array>;
}
export type Stage = (typeof STAGES)[number];
export interface Step<S, Out> {
    readonly state: S;
    readonly out: readonly Out[];
}
export interface Storage {
    readonly store: Store;
    log(name: string): AppendLog;
    logs?(): AsyncIterable<string>;
    readonly shared: boolean;
    close(): Promise<void>;
}
export interface Store {
    get(key: string): Promise<Versioned | undefined>;
    put(key: string, value: Uint8Array, expected?: number): Promise<boolean>;
    delete(key: string, expected?: number): Promise<boolean>;
    list(prefix: string): AsyncIterable<string>;
}
export interface Testimony {
    readonly witness: string;
    readonly at: number;
    readonly cosignature: string;
}
export interface Timer {
    after(ms: number, fn: () => void): Dispose;
}
export type TraceId = Brand<string, 'TraceId'>;
export type TrustScore = Brand<number, 'TrustScore'>;
export declare class TtpError<Code extends ErrorCode = ErrorCode> extends Error {
    readonly code: Code;
    readonly field: string | undefined;
    constructor(code: Code, message: string, options?: TtpErrorOptions);
    toJSON(): {
        readonly code: Code;
        readonly message: string;
        readonly field?: string;
    };
}
export interface TtpErrorOptions {
    readonly field?: string;
    readonly cause?: unknown;
}
export interface TtpEvent {
    readonly type: EventType;
    readonly component: string;
    readonly at: number;
    readonly trace: TraceId;
    readonly agent: Did;
    readonly subject: string;
    readonly data: JsonObject;
}
export interface VerificationMethod {
    readonly id: string;
    readonly type: 'Ed25519VerificationKey2020' | 'Multikey';
    readonly controller: Did;
    readonly publicKeyMultibase: string;
}
export interface Versioned {
    readonly value: Uint8Array;
    readonly version: number;
}
export declare const WALL_CLOCK_TOLERANCE_MS = 60000;
export interface Witness {
    testify(checkpoint: string): Promise<Testimony>;
}
export declare function advanceClock(mark: number, now: number): number;
export declare function asBasisPoints(n: number): BasisPoints;
export declare function asDid(text: string): Did;
export declare function asEpoch(n: number): Epoch;
export declare function asHash(text: string): Hash;
export declare function asTerm<T extends string>(terms: readonly T[], word: string, field?: string): T;
export declare function asTime(ms: number): number;
export declare function asTraceId(text: string): TraceId;
export declare function asTrustScore(n: number): TrustScore;
export declare function atLeast<T extends string>(terms: readonly T[], a: T, b: T): boolean;
export declare function codeOf(error: unknown, otherwise: ErrorCode): ErrorCode;
export declare function highest<T extends string>(terms: readonly T[], a: T, b: T): T;
export declare const isDid: (text: string) => text is Did;
export declare const isHash: (text: string) => text is Hash;
export declare const isJsonObject: (value: Json | undefined) => value is JsonObject;
export declare const isLabel: (text: string) => boolean;
export declare const isTraceId: (text: string) => text is TraceId;
export declare function isTtpError<Code extends ErrorCode>(error: unknown, ...codes: readonly Code[]): error is TtpError<Code>;
export declare function machine<S extends MachineState, E extends MachineEvent, Out, Final extends S['at']>(spec: MachineSpec<S, E, Out, Final>): Machine<S, E, Out>;

// referred to

type At<S extends MachineState, Name> = S extends {
    readonly at: Name;
} ? S : never;
declare const BRAND: unique symbol;
type Brand<Base, Name extends string> = Base & {
    readonly [BRAND]: Name;
};
type Of<E extends MachineEvent, Name> = E extends {
    readonly type: Name;
} ? E : never;
