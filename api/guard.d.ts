// @ttp/guard

export declare const AGENT_BREAKER_DEFAULTS: AgentBreakerOptions;
export declare const ANOMALIES: readonly ['bulk_access', 'off_hours', 'data_exfiltration', 'high_error_rate', 'privilege_escalation', 'baseline_deviation'];
export type AgentBehaviour = {
    readonly type: 'violation' | 'failure';
    readonly authenticated: boolean;
} | {
    readonly type: 'score';
    readonly score: number;
};
export interface AgentBreaker {
    observe(behaviour: AgentBehaviour): void;
    ended(outcome: Outcome<unknown>): void;
    opened(): void;
    reset(): void;
    state(): AgentBreakerState;
}
export type AgentBreakerEvent = 
{
    readonly type: 'violation';
    readonly now: number;
    readonly authenticated: boolean;
}
 | {
    readonly type: 'failure';
    readonly now: number;
    readonly authenticated: boolean;
}
 | {
    readonly type: 'score';
    readonly now: number;
    readonly score: number;
}
 | {
    readonly type: 'kill';
    readonly now: number;
}
 | {
    readonly type: 'reset';
    readonly now: number;
} | {
    readonly type: 'tick';
    readonly now: number;
};
export interface AgentBreakerOptions {
    readonly maxRateLimitViolations: number;
    readonly rateLimitWindow: number;
    readonly trustScoreThreshold: number;
    readonly maxFailedRequests: number;
    readonly cooldownMs: number;
    readonly requireOperatorApproval: boolean;
}
export type AgentBreakerOut = {
    readonly do: 'kill';
    readonly reason: 'circuit_breaker_trip' | 'trust_score_critical';
    readonly cooldownMs: number;
    readonly operatorOnly: boolean;
} | {
    readonly do: 'closed';
};
export interface AgentBreakerPorts {
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly kill: KillSwitch['kill'];
}
export type AgentBreakerState = 
{
    readonly at: 'closed';
    readonly violations: readonly number[];
    readonly failures: number;
}
 | {
    readonly at: 'open';
    readonly reason: KillReason | 'killed';
    readonly deadline?: number;
};
export interface AgentBudget {
    open(ports: Pick<BudgetOptions, 'store' | 'clock' | 'operators' | 'shared' | 'emit'>): Budgets;
}
export type Anomaly = (typeof ANOMALIES)[number];
export interface AnomalyFinding {
    readonly anomaly: Anomaly;
    readonly evidence: JsonObject;
}
export interface BaselineRule {
    readonly periodMs: number;
    readonly deviationMilli: number;
}
export interface BehaviorMetrics {
    readonly requestRate: number;
    readonly errorRate?: number;
    readonly patterns: readonly Anomaly[];
}
export interface BehaviorReport extends BehaviorMetrics {
    readonly agent: UsageProfile;
    readonly resources: {
        readonly [resource: string]: UsageProfile;
    };
}
export interface BehaviorWatch {
    attempted(): void;
    ended(seen: Seen): void;
    metrics(): BehaviorMetrics;
    patterns(): readonly Anomaly[];
    report(): BehaviorReport;
    require(): void;
    close(): Promise<void>;
}
export interface BehaviorWatchOptions {
    readonly agent: Did;
    readonly store: Store;
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly timer: Timer;
    readonly hours?: OffHours;
    readonly baseline?: BaselineRule;
    readonly raised?: (finding: AnomalyFinding) => void;
}
export interface BreakerChange {
    readonly key: string;
    readonly change: Extract<ToolBreakerOut, {
        do: 'opened' | 'half-opened' | 'closed';
    }>;
}
export interface BreakerStatus {
    readonly key: string;
    readonly state: ToolBreakerState;
}
export type BreakerTrip = 'errors' | 'latency' | 'probe-failed' | 'probe-lost';
export interface BudgetEvent {
    readonly type: 'budget-alerted' | 'cost-recorded';
    readonly subject: string;
    readonly agent: Did;
    readonly at: number;
    readonly data: JsonObject;
}
export interface BudgetLimit extends Money {
    readonly subject: Did;
    readonly serial: number;
}
export interface BudgetLimitPorts {
    readonly store: Pick<Store, 'get' | 'put'>;
    readonly now: () => number;
    readonly operators: Operators | undefined;
}
export interface BudgetOptions {
    readonly store: Store;
    readonly clock: Clock;
    readonly prices: PriceTable;
    readonly meter: Meter;
    readonly limit?: Money;
    readonly operators?: Operators;
    readonly shared?: readonly SharedBudget[];
    readonly emit?: (event: BudgetEvent) => void;
}
export interface BudgetStatus {
    readonly currency: string;
    readonly period: string;
    readonly spent: number;
    readonly reserved: number;
    readonly calls: number;
    readonly alerted: readonly number[];
    readonly usage: readonly UsageRow[];
    readonly history: readonly PastPeriod[];
}
export interface Budgets {
    obligations(interaction: Interaction): readonly Obligation[];
    handler(): ObligationHandler;
}
export declare const CASCADE_CAP = 100;
export declare const CASCADE_EDGES_MAX = 100000;
export declare const CASCADE_MAX = 10000;
export interface CascadePlan {
    readonly root: Did;
    readonly steps: readonly CascadeStep[];
    readonly beyond: number;
}
export interface CascadeStep {
    readonly agent: Did;
    readonly distance: number;
    readonly causes: readonly Did[];
    readonly via: readonly string[];
}
export interface CircuitBreaker {
    readonly agent: Did;
    start(ports: AgentBreakerPorts): AgentBreaker;
}
export interface Contained {
    readonly sessionsTerminated: number;
    readonly requestsBlocked: number;
    readonly circuitsOpened: number;
    readonly faults: readonly ErrorCode[];
}
export type Covers = (outer: string, inner: string) => boolean;
export interface Delegation extends DelegationScope {
    readonly subject: Did;
    readonly budget: Money;
}
export interface DelegationLink {
    readonly id: Hash;
    readonly issuer: Did;
    readonly delegation: Delegation;
}
export interface DelegationScope {
    readonly capabilities: readonly Capability[];
    readonly resources: readonly string[];
    readonly budget: Money | undefined;
    readonly depth: number;
    readonly notAfter: number;
}
export interface DependencyEdge {
    readonly parent: Did;
    readonly child: Did;
    readonly id: string;
}
export interface Enforced {
    readonly confirmed: number;
    readonly configured: number;
    readonly quorum: number;
}
export interface EnforcementPoint {
    readonly kid: string;
    readonly publicKey: Uint8Array;
}
export interface Estimate {
    readonly provider: string;
    readonly model: string;
    readonly endpoint?: string;
    readonly most: Usage;
}
export type FileReach = 'none' | 'read-only' | 'sandbox' | 'full';
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
    readonly GUARD_CASCADE_CAPPED: 'More agents depend on a stopped one than its cascade may suspend.';
    readonly GUARD_STEP_FAILED: 'Something that had to end with a kill did not, or not in time.';
    readonly GUARD_NOT_RECOVERED: 'The score that led to the kill is not known to have recovered.';
    readonly GUARD_DEPENDENCY_STOPPED: 'The target was suspended with another agent that is still stopped.';
    readonly GUARD_BAD_POINTS: 'The other enforcement points, their quorum or the wait for it are not usable.';
    readonly GUARD_NOTICE_INVALID: 'A notice of a kill, or its acknowledgement, does not have the shape that its type demands.';
    readonly GUARD_NOTICE_UNANSWERED: 'Fewer enforcement points than the quorum acknowledged a kill in time.';
    readonly GUARD_KEY_HOLDERS: 'The record of which identities hold a key cannot be read, or is full.';
    readonly GUARD_CASCADE_INVALID: 'The cap of a cascade, or the number of its edges, is outside its bounds.';
    readonly GUARD_OBLIGATION_INVALID: 'The parameters of an obligation are not ones that its handler can fulfil.';
    readonly GUARD_GRANT_INVALID: 'The body of the grant does not have the shape that its type demands.';
    readonly GUARD_GRANT_SUBJECT: 'The grant is for another agent.';
    readonly GUARD_GRANT_SELF: 'The grant comes from the agent that it is for.';
    readonly GUARD_GRANT_EXPIRED: 'The grant was for a time that has passed.';
    readonly GUARD_WINDOW_EXCEEDED: 'The call would bring a windowed sum or count above what its permission allows.';
    readonly GUARD_WINDOW_UNCOUNTED: 'The permission limits a sum, and the call has no amount that could be added to it.';
    readonly GUARD_WINDOW_UNREADABLE: 'The record of a windowed sum or count cannot be read, so it may be used up.';
    readonly GUARD_WINDOW_CONTENTION: 'Other processes wrote the record of a window each time this one tried to.';
    readonly GUARD_BAD_RATE: 'A rate is not made of positive integers, or what is asked for has no rate or is no count.';
    readonly GUARD_RATE_EXCEEDED: 'The rate is used up; what is refused is not counted.';
    readonly GUARD_RATE_UNCOUNTED: 'The permission limits tokens, and the call does not say how many it takes.';
    readonly GUARD_RATE_FULL: 'A limiter in memory counts as many as it can, and all of them still count.';
    readonly GUARD_RATE_UNREADABLE: 'The record of a rate cannot be read, so it may be used up.';
    readonly GUARD_RATE_CONTENTION: 'Other processes wrote the record of a rate each time this one tried to.';
    readonly GUARD_BREAKER_OPEN: 'The breaker of the tool or service is open: too many calls failed, or took too long.';
    readonly GUARD_BREAKER_PROBING: 'The breaker of the tool or service lets one call at a time try, and one is under way.';
    readonly GUARD_BREAKER_FULL: 'As many breakers as can be are known here, and none of them can be forgotten.';
    readonly GUARD_BREAKER_UNREADABLE: 'The record of a breaker cannot be read, so it may be open.';
    readonly GUARD_BREAKER_CONTENTION: 'Other processes wrote the record of a breaker each time this one tried to.';
    readonly GUARD_BAD_BREAKER: 'An option of a breaker lies outside its bounds.';
    readonly GUARD_NOT_JSON: 'The value is not plain JSON data, so it can be neither transformed nor scanned.';
    readonly GUARD_VALUE_TOO_LARGE: 'The value is larger or deeper than what is transformed and scanned.';
    readonly GUARD_TRANSFORM_PATH: 'A transformation cannot be applied: the value does not have the shape its path expects.';
    readonly GUARD_DLP_BLOCKED: 'The value holds data that may not be transferred.';
    readonly GUARD_DLP_TOO_ENCODED: 'The text decodes to more than what is scanned.';
    readonly GUARD_LABELS_INVALID: 'Labels are not a list of lowercase names of up to 32 characters, or are more than a trace may have.';
    readonly GUARD_LABELS_TOO_MANY: 'The trace would have more labels of its own than it may have.';
    readonly GUARD_LABELS_UNREADABLE: 'The labels of the trace cannot be read, so it may have any.';
    readonly GUARD_LABELS_CONTENTION: 'Other processes wrote the labels of the trace each time this one tried to.';
    readonly GUARD_LABELS_CHANGED: 'The labels of the trace are not those that the operator saw when he ordered to clear them.';
    readonly GUARD_BUDGET_MONEY: 'An amount of money is not a currency and whole micro-units within their bounds.';
    readonly GUARD_BUDGET_INVALID: 'The body of the limit of a budget does not have the shape that its type demands.';
    readonly GUARD_BUDGET_SUBJECT: 'The limit of a budget is for another agent, or comes from the agent that it is for.';
    readonly GUARD_BUDGET_STALE: 'A limit with the same or a higher serial is in force.';
    readonly GUARD_BUDGET_ABSENT: 'The call costs something, and nobody set a budget for the agent.';
    readonly GUARD_BUDGET_CURRENCY: 'A limit is in another currency than the prices.';
    readonly GUARD_BUDGET_EXCEEDED: 'The call could bring the spending above the limit of a budget.';
    readonly GUARD_BUDGET_CROWDED: 'More calls of one budget are under way than can be told apart.';
    readonly GUARD_BUDGET_UNREADABLE: 'The record of a budget cannot be read, so it may be spent.';
    readonly GUARD_BUDGET_CONTENTION: 'Other processes wrote the record of a budget each time this one tried to.';
    readonly GUARD_BUDGET_UNPRICED: 'The price table has no price for what a call uses.';
    readonly GUARD_BUDGET_ESTIMATE: 'The estimate of a call does not name a provider, a model and an endpoint.';
    readonly GUARD_BUDGET_METER_FAILED: 'What a call cost could not be found out, so what was reserved was charged.';
    readonly GUARD_USAGE_INVALID: 'A usage is not whole numbers of units that cost an amount that is counted.';
    readonly GUARD_PRICES_INVALID: 'The price table does not have the shape of one.';
    readonly GUARD_ANOMALY_FOUND: 'The behaviour of the agent shows the pattern that the finding names.';
    readonly GUARD_TRIGGER_TRIPPED: 'A kill trigger of the policy holds, and the agent was killed.';
    readonly GUARD_SUSPENDED: 'The agent is suspended for a time, since its behaviour raised an alarm.';
    readonly GUARD_ANOMALY_UNREADABLE: 'The record of what was counted of an agent cannot be read, so an alarm may stand.';
    readonly GUARD_ANOMALY_CONTENTION: 'Other processes wrote the record of what was counted each time this one tried to.';
    readonly GUARD_DELEGATION_INVALID: 'The body of a delegation does not have the shape that its type demands.';
    readonly GUARD_DELEGATION_LENGTH: 'A chain of delegations has no link, or more than it may have.';
    readonly GUARD_DELEGATION_BROKEN: 'A link of a chain does not follow the one before it.';
    readonly GUARD_DELEGATION_CYCLE: 'Somebody stands in a chain of delegations twice.';
    readonly GUARD_DELEGATION_FORBIDDEN: 'Whoever signed a link was not given leave to delegate.';
    readonly GUARD_DELEGATION_WIDENS: 'A link allows more than the one before it, or is not shown to allow no more.';
    readonly GUARD_DELEGATION_SUBJECT: 'The chain of delegations is for another agent.';
    readonly GUARD_DELEGATION_EXPIRED: 'The delegation was for a time that has passed.';
    readonly GUARD_DELEGATION_REVOKED: 'A link of the chain of delegations was revoked.';
    readonly GUARD_DELEGATION_FOREIGN: 'The revocation is of a link of another chain, or by somebody who is not above it.';
    readonly GUARD_CAPABILITY_MISSING: 'The call needs a capability that its agent does not hold.';
    readonly GUARD_DELEGATION_RESOURCE: 'The call is about a resource that the chain of delegations does not allow.';
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
export declare const KILL_QUORUM = 3;
export declare const KILL_REPORT_MS = 500;
export interface KillChannel {
    send(point: Did, notice: string, signal: AbortSignal): Promise<string>;
}
export type KillEvent = Pick<TtpEvent, 'type' | 'at' | 'subject' | 'data'>;
export interface KillInput {
    readonly reason: KillReason;
    readonly message?: string;
    readonly by: string;
    readonly cooldownMs?: number;
    readonly operatorOnly?: boolean;
}
export interface KillPropagation {
    announce(record: KillRecord): Promise<Enforced>;
    open(notice: string): HeardKill;
    acknowledge(heard: HeardKill, epoch: number): Promise<string>;
}
export interface KillPropagationOptions {
    readonly signer: Signer;
    readonly points: readonly EnforcementPoint[];
    readonly channel: KillChannel;
    readonly clock: Clock;
    readonly timer: Timer;
    readonly random: Random;
    readonly quorum?: number;
    readonly timeoutMs?: number;
}
export interface KillReport extends Contained {
    readonly durable: boolean;
    readonly enforced: Enforced;
}
export interface KillResult {
    readonly epoch: Epoch;
    readonly durable: Promise<void>;
    report(): Promise<KillReport>;
}
export interface KillStatus extends KillRecord {
    readonly suspended: boolean;
    readonly durable: boolean;
    readonly fault?: ErrorCode;
}
export type KillStep = (stopped: Stopped) => number | Promise<number>;
export interface KillSteps {
    readonly sessions?: KillStep;
    readonly requests?: KillStep;
    readonly circuit?: KillStep;
}
export interface KillSwitch {
    enrol(agent: Did, fresh: boolean, above?: readonly Did[], key?: string): Promise<void>;
    epochOf(agent: Did): Epoch;
    isKilled(agent: Did): boolean;
    permit(agent: Did, epoch: Epoch): Permit;
    kill(target: KillTarget, input: KillInput): KillResult;
    suspend(plan: CascadePlan, by: string): readonly KillResult[];
    obey(order: Envelope | string): Promise<KillResult>;
    receive(notice: string): Promise<string>;
    reinstate(orders: readonly (Envelope | string)[]): Promise<KillStatus>;
    appeal(target: KillTarget): Promise<KillStatus>;
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
    readonly steps?: KillSteps;
    readonly propagation?: KillPropagation;
    readonly recovery?: Recovery;
}
export type KillTarget = Did | '*';
export declare const LABELS_HEADER = "ttp-labels";
export declare const LABELS_MEMBER = "ttp/labels";
export interface LabelClear {
    readonly agent: Did;
    readonly trace: TraceId;
    readonly serial: number;
    readonly labels: readonly string[];
    readonly notAfter: number;
}
export interface LabelEvent {
    readonly type: 'labels-added' | 'labels-cleared';
    readonly trace: TraceId;
    readonly subject: string;
    readonly data: JsonObject;
}
export interface LabelRecord {
    readonly serial: number;
    readonly labels: readonly string[];
}
export interface MemoryRates extends RateMeter {
    take(key: string, rate: Rate, units: number): RateAnswer;
    giveBack(key: string, rate: Rate, units: number, mark: RateAnswer['mark']): void;
    readonly size: number;
}
export interface Meter {
    estimate(interaction: Interaction): Estimate | undefined;
    actual?(interaction: Interaction, outcome: Outcome<unknown>): Usage | undefined;
}
export interface Money {
    readonly currency: string;
    readonly micros: number;
}
export declare const NEW_AGENT_BREAKER: At<'closed'>;
export declare const NEW_TOOL_BREAKER: At<'closed'>;
export type NetworkReach = 'none' | 'allowlist' | 'full';
export declare const OWN_LABELS_MAX = 16;
export interface OffHours {
    readonly from: number;
    readonly to: number;
}
export interface OpenDelegationOptions {
    readonly subject: Did;
    readonly now: number;
    readonly covers: Covers;
    readonly keysOf: (agent: Did) => Promise<(kid: string) => Uint8Array | undefined>;
    readonly operators?: Operators;
    readonly grants?: readonly (Envelope | string)[];
}
export interface Order {
    readonly target: KillTarget;
    readonly epoch: Epoch;
    readonly reason: KillReason;
    readonly notAfter: number;
}
export type OrderType = 'ttp/kill-order@1' | 'ttp/reinstate-order@1';
export declare const PEER_RATES: RateTable;
export interface PastPeriod {
    readonly period: string;
    readonly calls: number;
    readonly spent: number;
}
export interface PeerLimits {
    admit(source: PeerSource, what: string): RateAnswer;
}
export type PeerSource = {
    readonly peer: Did;
} | {
    readonly address: string;
};
export interface PriceRate {
    readonly unit: string;
    readonly micros: number;
    readonly per: number;
}
export interface PriceRow {
    readonly provider: string;
    readonly model: string;
    readonly rates: readonly PriceRate[];
}
export interface PriceTable {
    readonly v: 1;
    readonly source: string;
    readonly date: string;
    readonly currency: string;
    readonly prices: readonly PriceRow[];
}
export declare const RATE_KEYS_MAX = 10000;
export declare const RATE_SLOTS_MAX = 1024;
export interface RateStatus {
    readonly of: readonly string[];
    readonly use: {
        readonly used: number;
        readonly windowMs: number;
    } | {
        readonly available: number;
        readonly capacity: number;
        readonly refill: number;
        readonly perMs: number;
    };
}
export type RateTable = Readonly<Record<string, Rate>>;
export type ReceiveKill = (notice: string) => Promise<string>;
export interface Recovery {
    scoreRecovered?(target: KillTarget): Promise<boolean>;
    rulingOn?(target: KillTarget): Promise<string | undefined>;
}
export declare const STAGE_RATES: Readonly<Partial<Record<Stage, Rate>>>;
export interface SandboxBounds {
    readonly tier: 0 | 1 | 2 | 3;
    readonly network: NetworkReach;
    readonly filesystem: FileReach;
    readonly maxMs: number;
}
export interface Seen {
    readonly resource: string;
    readonly classification: Classification;
    readonly status: Outcome<unknown>['status'];
    readonly code?: string;
    readonly denied: boolean;
    readonly bytes: number;
    readonly tookMs: number;
    readonly minute: number | undefined;
}
export interface SharedBudget {
    readonly name: string;
    readonly limit: Money;
}
export interface Stopped {
    readonly target: KillTarget;
    readonly includes: (agent: Did) => boolean;
}
export interface StoreKillChannel extends KillChannel {
    serve(own: Did, receive: ReceiveKill): Dispose;
}
export declare const THROTTLED_REQUESTS = 10;
export declare const TOPIC_RATES: RateTable;
export type ToolBreakerEvent = {
    readonly type: 'ask';
    readonly now: number;
    readonly id: string;
    readonly authenticated: boolean;
} | ({
    readonly type: 'success';
} & Ended) | ({
    readonly type: 'failure';
} & Ended)
 | {
    readonly type: 'cancel';
    readonly now: number;
    readonly id: string;
} | {
    readonly type: 'tick';
    readonly now: number;
};
export type ToolBreakerOut = {
    readonly do: 'admit';
    readonly probe: boolean;
} | {
    readonly do: 'refuse';
    readonly code: 'GUARD_BREAKER_OPEN' | 'GUARD_BREAKER_PROBING';
    readonly retryMs: number;
} | {
    readonly do: 'opened';
    readonly why: BreakerTrip;
    readonly until: number;
} | {
    readonly do: 'half-opened';
} | {
    readonly do: 'closed';
};
export type ToolBreakerState = 
{
    readonly at: 'closed';
    readonly calls: readonly BreakerCall[];
}
 | {
    readonly at: 'open';
    readonly why: BreakerTrip;
    readonly deadline: number;
}
 | {
    readonly at: 'half-open';
    readonly successes: number;
    readonly probe?: string;
    readonly deadline?: number;
};
export interface ToolBreakers {
    handler(): ObligationHandler;
    measure<R>(interaction: Interaction, effect: () => Promise<R>, failed?: (result: R) => boolean): Promise<R>;
    onChange(listener: (change: BreakerChange) => void): Dispose;
    states(): Iterable<readonly [string, ToolBreakerState]>;
}
export interface ToolPromise {
    readonly slaMs?: number;
    readonly tierMs?: number;
}
export interface TraceLabels {
    of(trace: TraceId): Promise<LabelRecord>;
    add(trace: TraceId, labels: readonly string[], subject?: string): Promise<void>;
    clear(order: Envelope | string): Promise<void>;
    watch(): () => boolean;
}
export interface TraceLabelsOptions {
    readonly store: Store;
    readonly agent: Did;
    readonly shared: boolean;
    readonly now: () => number;
    readonly operators?: Operators | undefined;
    readonly record: (event: LabelEvent) => Promise<void>;
}
export type Usage = {
    readonly [unit: string]: number;
};
export interface UsageProfile extends Pick<Profile, 'accesses' | 'bytes' | 'failures' | 'denials' | 'hours'> {
    readonly latencyMs: {
        readonly p50: number;
        readonly p95: number;
        readonly p99: number;
    };
}
export interface UsageRow {
    readonly name: string;
    readonly calls: number;
    readonly micros: number;
}
export declare const VALUE_MAX_UNITS = 1048576;
export interface VerifiedBudgetLimit extends BudgetLimit {
    readonly operator: string;
}
export interface VerifiedDelegation {
    readonly links: readonly DelegationLink[];
    readonly scope: Delegation;
    readonly operator: string | undefined;
}
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
export declare function agentBreakerMachine(given?: Partial<AgentBreakerOptions>): Machine<State, AgentBreakerEvent, Out>;
export declare const agentBudget: (config: Pick<BudgetOptions, 'prices' | 'meter' | 'limit'>) => AgentBudget;
export declare function applyTransform(value: Json, params: JsonObject, mark?: string): Json;
export declare function breakerStatus(store: Store, clock: Pick<Clock, 'now'>): Promise<readonly BreakerStatus[]>;
export declare function bucketPerMinute(perMinute: number, burst?: number): BucketRate;
export declare function budgetStatus(agent: Did, { store, clock }: {
    readonly store: Store;
    readonly clock: Clock;
}): Promise<readonly BudgetStatus[]>;
export declare function capabilitiesOf(stage: Stage): readonly Capability[];
export declare const capabilityHandler: () => ObligationHandler;
export declare function circuitBreaker(agent: Did, options?: Partial<AgentBreakerOptions>): CircuitBreaker;
export declare function createBudgets(options: BudgetOptions): Budgets;
export declare function createKillPropagation(options: KillPropagationOptions): KillPropagation;
export declare function createKillSwitch(options: KillSwitchOptions): Promise<KillSwitch>;
export declare function createTraceLabels(options: TraceLabelsOptions): TraceLabels;
export declare function createWindows({ store, clock }: {
    readonly store: Store;
    readonly clock: Clock;
}): Windows;
export declare function decodeLabels(header: string | undefined): readonly string[];
export declare const edgesOf: ({ links }: VerifiedDelegation) => readonly DependencyEdge[];
export declare const encodeLabels: (labels: readonly string[]) => string;
export declare const isStopped: ({ status, code, }: {
    readonly status: string;
    readonly code?: string;
}) => boolean;
export declare const labelHandler: (labels: Pick<TraceLabels, 'add'>) => ObligationHandler;
export declare function labelsOfMetadata(metadata: Json | undefined): readonly string[];
export declare function latencyLimit({ slaMs, tierMs, }: {
    readonly slaMs?: number;
    readonly tierMs?: number;
}): number;
export declare const localKillChannel: (receivers: ReadonlyMap<Did, ReceiveKill>) => KillChannel;
export declare function memoryRates({ clock, keys, }: {
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly keys?: number;
}): MemoryRates;
export declare function openDelegation(chain: readonly (Envelope | string)[], options: OpenDelegationOptions): Promise<VerifiedDelegation>;
export declare function openGrant(input: Envelope | string, options: {
    readonly subject: Did;
    readonly operators: Operators | undefined;
    readonly now: number;
}): Promise<VerifiedGrant>;
export declare function parsePriceTable(input: Json): PriceTable;
export declare function peerLimits({ clock, rates, keys, }: {
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly rates?: RateTable;
    readonly keys?: number;
}): PeerLimits;
export declare function planCascade(root: Did, edges: readonly DependencyEdge[], cap?: number): CascadePlan;
export declare function priceOf({ currency, prices }: PriceTable, { provider, model }: {
    readonly provider: string;
    readonly model: string;
}, usage: Usage): Money | undefined;
export declare function rateHandler({ meter, sources, }: {
    readonly meter: RateMeter;
    readonly sources: RateMeter;
}): ObligationHandler;
export declare function rateStatus(store: Store, clock: Pick<Clock, 'now'>): Promise<readonly RateStatus[]>;
export declare function readAgentState(given: Json): AgentBreakerState | undefined;
export declare function readBudgetLimit(agent: Did, { store, now, operators }: BudgetLimitPorts): Promise<VerifiedBudgetLimit | undefined>;
export declare function readLabels(value: unknown): readonly string[];
export declare function readToolState(given: JsonObject): ToolBreakerState | undefined;
export declare function requireUnrevoked({ links }: Pick<VerifiedDelegation, 'links'>, store: Pick<Store, 'get'>): Promise<void>;
export declare function revokeDelegation(input: Envelope | string, { links }: Pick<VerifiedDelegation, 'links'>, { store, now, keysOf, operators, }: Pick<OpenDelegationOptions, 'now' | 'keysOf'> & {
    readonly store: Pick<Store, 'put'>;
    readonly operators?: Operators;
}): Promise<Hash>;
export declare function sandboxBounds({ stage, capabilities, full, }: {
    readonly stage: Stage;
    readonly capabilities: readonly Capability[];
    readonly full?: boolean;
}): SandboxBounds;
export declare function signBudget(limit: BudgetLimit, signer: Signer, now: number): Promise<Envelope<'ttp/budget@1'>>;
export declare function signDelegation(delegation: Delegation, signer: Signer, { now, after }: {
    readonly now: number;
    readonly after?: Hash;
}): Promise<Envelope<'ttp/delegation@1'>>;
export declare const signDelegationRevocation: (link: Hash, signer: Signer, now: number) => Promise<Envelope<typeof TYPE>>;
export declare function signGrant(grant: Grant, signer: Signer, now: number): Promise<Envelope<'ttp/grant@1'>>;
export declare const signKillOrder: (order: Order, signer: Signer, at: number) => Promise<Envelope<'ttp/kill-order@1'>>;
export declare function signLabelClear(order: LabelClear, signer: Signer, now: number): Promise<Envelope<typeof TYPE>>;
export declare const signReinstateOrder: (order: Order, signer: Signer, at: number) => Promise<Envelope<'ttp/reinstate-order@1'>>;
export declare function storeBudgetLimit(input: Envelope | string, agent: Did, ports: BudgetLimitPorts): Promise<VerifiedBudgetLimit>;
export declare function storeKillChannel({ store, timer, }: {
    readonly store: Store;
    readonly timer: Timer;
}): StoreKillChannel;
export declare function storeRates({ store, clock, }: {
    readonly store: Pick<Store, 'get' | 'put'>;
    readonly clock: Pick<Clock, 'now'>;
}): RateMeter;
export declare const toolBreakerMachine: Machine<State, ToolBreakerEvent, Out>;
export declare function toolBreakers({ clock, random, store, promised, }: {
    readonly clock: Clock;
    readonly random: Random;
    readonly store?: Pick<Store, 'get' | 'put'>;
    readonly promised?: Readonly<Record<string, ToolPromise>>;
}): ToolBreakers;
export declare function transformHandler(): ObligationHandler;
export declare function watchBehavior(options: BehaviorWatchOptions): Promise<BehaviorWatch>;
export declare function withLabels(metadata: JsonObject, labels: readonly string[]): JsonObject;

// referred to

type At<Name extends State['at']> = Extract<State, {
    at: Name;
}>;
type At<Name extends State['at']> = Extract<State, {
    at: Name;
}>;
export type Baseline = readonly BaselineSlice[];
export type BaselineSlice = readonly [slice: number, samples: number, sum: number, squares: number];
export interface BreakerCall {
    readonly ok: boolean;
    readonly ms: number;
}
export interface BucketRate {
    readonly capacity: number;
    readonly refill: number;
    readonly perMs: number;
}
export interface Closing extends Pick<Latch, 'reasons' | 'causes' | 'by' | 'message' | 'at' | 'cooldownMs' | 'operatorOnly' | 'told'> {
}
interface Ended {
    readonly now: number;
    readonly id?: string;
    readonly ms: number;
    readonly limitMs?: number;
    readonly jitterMs?: number;
    readonly authenticated: boolean;
}
export interface HeardKill {
    readonly id: Hash;
    readonly target: KillTarget;
    readonly epoch: number;
    readonly why: Closing;
}
export interface KillRecord {
    readonly target: KillTarget;
    readonly epoch: Epoch;
    readonly killed: boolean;
    readonly reasons: readonly KillReason[];
    readonly causes?: readonly Did[];
    readonly by: string;
    readonly message: string;
    readonly at: number;
    readonly cooldownMs?: number;
    readonly operatorOnly?: true;
}
export interface Latch {
    readonly target: KillTarget;
    known: boolean;
    epoch: number;
    killed: boolean;
    reasons: readonly KillReason[];
    causes: readonly Did[];
    by: string;
    message: string;
    at: number;
    cooldownMs: number;
    operatorOnly: boolean;
    mayBeAbsent: boolean;
    version: number;
    unsaved: boolean;
    told: boolean;
    readAt: number;
    fault: ErrorCode | undefined;
}
export interface Measure {
    readonly samples: number;
    readonly meanMilli: number;
    readonly deviationMilli: number;
    readonly most: number;
}
export interface Minute {
    readonly index: number;
    readonly accesses: number;
    readonly bytes: number;
    readonly failures: number;
    readonly took: number;
    readonly tainted: boolean;
}
type Out = AgentBreakerOut;
type Out = ToolBreakerOut;
export interface Profile {
    readonly accesses: number;
    readonly bytes: number;
    readonly failures: number;
    readonly denials: number;
    readonly hours: readonly number[];
    readonly latency: readonly number[];
    readonly minute: Minute;
    readonly baselines: {
        readonly [metric in UsageMetric]: Baseline;
    };
    readonly usual: {
        readonly [metric in UsageMetric]?: Measure;
    };
}
type State = AgentBreakerState;
type State = ToolBreakerState;
declare const TYPE = "ttp/delegation-revocation@1";
declare const TYPE = "ttp/label-clear@1";
export declare const USAGE_METRICS: readonly ['accesses', 'kib', 'failures', 'latency'];
export type UsageMetric = (typeof USAGE_METRICS)[number];
export declare const tainted: (profile: Profile) => Profile;

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
    readonly label: Label;
    readonly find: (text: string) => Iterable<readonly [number, number]>;
}
export type DlpSeverity = 'high' | 'critical';
export declare const REDACTED = "[REDACTED]";
export interface Redaction<T extends Json = Json> {
    readonly value: T;
    readonly reports: readonly DlpReport[];
}
export declare function dlpHandler({ found }?: DlpHandlerOptions): ObligationHandler;
export declare function redactJson(value: Json): Redaction;
export declare function scanJson(value: Json): readonly DlpReport[];
export declare function scanText(text: string): readonly DlpFinding[];

// referred to

export interface DlpHandlerOptions {
    readonly found?: (labels: readonly Label[], interaction: Interaction) => Promise<void>;
}
