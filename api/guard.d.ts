// @ttp/guard

export declare const GUARD_ERRORS: {
    readonly GUARD_KILLED: 'The agent is killed, or not known to be alive.';
    readonly GUARD_STALE_EPOCH: 'The decision was made in another kill epoch than the current one.';
    readonly GUARD_LEASE_EXPIRED: 'The kill record could not be read again in time, so nobody knows whether the agent still may act.';
    readonly GUARD_BAD_TARGET: 'The target of a kill is neither "*" nor a DID of at most 500 characters.';
    readonly GUARD_KILL_NOT_DURABLE: 'The kill holds in this process, but it could not be written to the store.';
    readonly GUARD_NOT_KILLED: 'The target is alive, so there is nothing to reinstate.';
    readonly GUARD_STORE_FAILED: 'The store failed with an error that has no code of its own.';
    readonly GUARD_BAD_LEASE: 'The lease or the time between two reads is not a number of ms within its bounds.';
    readonly GUARD_OPERATORS_ABSENT: 'No roster of operators is configured, so no order can be verified.';
    readonly GUARD_ORDER_INVALID: 'The body of the order does not have the shape that its type demands.';
    readonly GUARD_ORDER_EXPIRED: 'The order was to be obeyed until a time that has passed.';
    readonly GUARD_ORDER_STALE: 'The order was given for another kill epoch than the current one.';
    readonly GUARD_ORDER_MISMATCH: 'The orders of one reinstatement differ in target, epoch or reason, or name another reason than the kill.';
    readonly GUARD_QUORUM_MISSING: 'Fewer distinct people ordered the reinstatement than the reason of the kill demands.';
    readonly GUARD_APPEAL_ONLY: 'A received revocation is lifted by a ruling on appeal, not by an order.';
    readonly GUARD_OBLIGATION_INVALID: 'The parameters of an obligation are not ones that its handler can fulfil.';
    readonly GUARD_GRANT_INVALID: 'The body of the grant does not have the shape that its type demands.';
    readonly GUARD_GRANT_SUBJECT: 'The grant is for another agent.';
    readonly GUARD_GRANT_SELF: 'The grant comes from the agent that it is for.';
    readonly GUARD_GRANT_EXPIRED: 'The grant was for a time that has passed.';
    readonly GUARD_WINDOW_EXCEEDED: 'The call would bring a windowed sum or count above what its permission allows.';
    readonly GUARD_WINDOW_UNCOUNTED: 'The permission limits a sum, and the call has no amount that could be added to it.';
    readonly GUARD_WINDOW_UNREADABLE: 'The record of a windowed sum or count cannot be read, so it may be used up.';
    readonly GUARD_WINDOW_CONTENTION: 'Other processes wrote the record of a window each time this one tried to.';
    readonly GUARD_NOT_JSON: 'The value is not plain JSON data, so it can be neither transformed nor scanned.';
    readonly GUARD_VALUE_TOO_LARGE: 'The value is larger or deeper than what is transformed and scanned.';
    readonly GUARD_TRANSFORM_PATH: 'A transformation cannot be applied: the value does not have the shape its path expects.';
    readonly GUARD_DLP_BLOCKED: 'The value holds data that may not be transferred.';
    readonly GUARD_DLP_TOO_ENCODED: 'The text decodes to more than what is scanned.';
};
export interface Grant {
    readonly subject: Did;
    readonly capability: Capability;
    readonly notAfter: number;
}
export type GuardErrorCode = keyof typeof GUARD_ERRORS;
export declare const KILL_COOLDOWN_MS = 300000;
export declare const KILL_LEASE_MAX_MS = 30000;
export declare const KILL_LEASE_MS = 5000;
export declare const KILL_POLL_MS = 250;
export type KillEvent = Pick<TtpEvent, 'type' | 'at' | 'subject' | 'data'>;
export interface KillInput {
    readonly reason: KillReason;
    readonly message?: string;
    readonly by: string;
}
export interface KillResult {
    readonly epoch: Epoch;
    readonly durable: Promise<void>;
    readonly enforced: {
        readonly confirmed: number;
        readonly configured: number;
    };
}
export interface KillStatus extends KillRecord {
    readonly durable: boolean;
    readonly fault?: ErrorCode;
}
export interface KillSwitch {
    enrol(agent: Did, fresh: boolean, above?: readonly Did[]): Promise<void>;
    epochOf(agent: Did): Epoch;
    isKilled(agent: Did): boolean;
    permit(agent: Did, epoch: Epoch): Permit;
    kill(target: KillTarget, input: KillInput): KillResult;
    obey(order: Envelope | string): Promise<KillResult>;
    reinstate(orders: readonly (Envelope | string)[]): Promise<KillStatus>;
    status(target: KillTarget): KillStatus;
    refresh(): Promise<void>;
    close(): void;
}
export interface KillSwitchOptions {
    readonly storage: Storage;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly operators?: Operators;
    readonly emit?: (event: KillEvent) => void;
    readonly leaseMs?: number;
    readonly pollMs?: number;
}
export type KillTarget = Did | '*';
export interface Order {
    readonly target: KillTarget;
    readonly epoch: Epoch;
    readonly reason: KillReason;
    readonly notAfter: number;
}
export type OrderType = 'ttp/kill-order@1' | 'ttp/reinstate-order@1';
export declare const VALUE_MAX_UNITS = 1048576;
export interface VerifiedGrant extends Grant {
    readonly id: Hash;
    readonly operator: Operator;
}
export declare const WINDOW_AMOUNT_CEILING = 1000000000000;
export declare const WINDOW_BUCKETS = 120;
export interface WindowParams {
    readonly adds?: string;
    readonly windowMs: number;
}
export interface Windows {
    valueWith(interaction: Interaction, span: WindowParams): Promise<number | undefined>;
    handler(): ObligationHandler;
}
export declare function applyTransform(value: Json, params: JsonObject, mark?: string): Json;
export declare function capabilitiesOf(stage: Stage): readonly Capability[];
export declare function createKillSwitch(options: KillSwitchOptions): Promise<KillSwitch>;
export declare function createWindows({ store, clock }: {
    readonly store: Store;
    readonly clock: Clock;
}): Windows;
export declare function openGrant(input: Envelope | string, options: {
    readonly subject: Did;
    readonly operators: Operators | undefined;
    readonly now: number;
}): Promise<VerifiedGrant>;
export declare function signGrant(grant: Grant, signer: Signer, now: number): Promise<Envelope<'ttp/grant@1'>>;
export declare const signKillOrder: (order: Order, signer: Signer, at: number) => Promise<Envelope<'ttp/kill-order@1'>>;
export declare const signReinstateOrder: (order: Order, signer: Signer, at: number) => Promise<Envelope<'ttp/reinstate-order@1'>>;
export declare function transformHandler(): ObligationHandler;

// referred to

export interface KillRecord {
    readonly target: KillTarget;
    readonly epoch: Epoch;
    readonly killed: boolean;
    readonly reasons: readonly KillReason[];
    readonly by: string;
    readonly message: string;
    readonly at: number;
}

// @ttp/guard/dlp

export declare const DLP_RULES: readonly DlpRule[];
export type DlpAction = 'redact' | 'block';
export interface DlpFinding {
    readonly rule: string;
    readonly start: number;
    readonly end: number;
    readonly severity: DlpSeverity;
    readonly action: DlpAction;
}
export interface DlpReport {
    readonly rule: string;
    readonly path: string;
    readonly count: number;
    readonly severity: DlpSeverity;
    readonly action: DlpAction;
}
export interface DlpRule {
    readonly id: string;
    readonly name: string;
    readonly pattern: string;
    readonly severity: DlpSeverity;
    readonly action: DlpAction;
    readonly find: (text: string) => Iterable<readonly [number, number]>;
}
export type DlpSeverity = 'high' | 'critical';
export declare const REDACTED = "[REDACTED]";
export interface Redaction<T extends Json = Json> {
    readonly value: T;
    readonly reports: readonly DlpReport[];
}
export declare function dlpHandler(): ObligationHandler;
export declare function redactJson(value: Json): Redaction;
export declare function scanJson(value: Json): readonly DlpReport[];
export declare function scanText(text: string): readonly DlpFinding[];
