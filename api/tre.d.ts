// @ttp/tre

export declare const BEHAVIORAL_WEIGHT_BP = 2000;
export declare const DEFAULT_THRESHOLDS: Thresholds;
export interface DecideInput {
    readonly interaction: Interaction;
    readonly evidence: Evidence;
    readonly policy: Policy | PolicyLayers;
    readonly thresholds: Thresholds;
}
export declare const FRAUD_WEIGHT_BP = 3000;
export declare const IDENTITY_WEIGHT_BP = 2500;
export declare const INDEPENDENT_CLUSTERS_MIN = 3;
export interface JudgedOutcome {
    readonly at: number;
    readonly risk: number;
    readonly verdict: 'upheld' | 'overturned' | 'harmless' | 'harmful';
}
export interface Judgment {
    readonly outcome: DecisionOutcome;
    readonly effect: Effect;
    readonly obligations: readonly Obligation[];
    readonly risk: Decision['risk'];
    readonly confidence: Decision['confidence'];
    readonly humanOverridable: boolean;
    reasons(): readonly Reason[];
    decision(): Decision;
}
export declare const OVERRIDE_LIFE_MAX_MS = 86400000;
export declare const OVERRIDE_MAX_BYTES = 8192;
export declare const OVERRIDE_REASON_MAX_CHARS = 1000;
export interface Override {
    readonly decision: Hash;
    readonly call: {
        readonly id: string;
        readonly trace: TraceId;
        readonly at: number;
    };
    readonly epoch: Epoch;
    readonly notAfter: number;
    readonly reason: string;
}
export interface OverrideContext {
    readonly denied: Decision;
    readonly interaction: Interaction;
    readonly operators: Operators | undefined;
    readonly owners?: readonly string[];
    readonly now: number;
}
export type OverrideFact = {
    readonly envelope: string;
    readonly decision: string;
    readonly operator: string;
    readonly epoch: number;
    readonly policy: string;
    readonly notAfter: number;
    readonly grounds: readonly string[];
};
export declare const PROPOSAL_HARM_MAX_PERCENT = 5;
export declare const PROPOSAL_OUTCOMES_MIN = 20;
export declare const PROPOSAL_OVERTURNED_MIN_PERCENT = 95;
export interface PastDecision {
    readonly interaction: Interaction;
    readonly decision: Decision;
}
export interface Preflight {
    readonly v: 1;
    readonly outcome: DecisionOutcome;
    readonly risk: Decision['risk'];
    readonly confidence: Decision['confidence'];
    readonly factors: readonly Factor[];
    readonly reasons: readonly Reason[];
    readonly inputs: {
        readonly evidence: Hash;
        readonly thresholds: Hash;
    };
    readonly epoch: Epoch;
    readonly at: number;
}
export declare const QUARANTINE_RISK_BP = 5000;
export declare const RATING_RISKS_BP: Readonly<Record<GamingFinding['pattern'], number>>;
export declare const RATING_RISK_MAX_BP = 7999;
export declare const REPUTATION_WEIGHT_BP = 2500;
export declare const REQUEST_RISKS_BP: Readonly<Record<string, number>>;
export interface RecordedCall {
    readonly interaction: Interaction;
    readonly request: PolicyRequest;
    readonly isSensitive: boolean;
}
export interface ReplayInput {
    readonly interaction: Json | undefined;
    readonly evidence: Json | undefined;
    readonly policyText: string | undefined;
    readonly thresholds: Json | undefined;
}
export declare const SIMILARITY_SHARES_BP: {
    readonly agent: 1000;
    readonly target: 1500;
    readonly action: 2000;
    readonly resource: 2500;
    readonly effect: 1000;
    readonly risk: 1000;
    readonly reasons: 1000;
};
export declare const SIMILAR_MIN_BP = 5000;
export declare const SIMILAR_SHOWN_MAX = 5;
export type Signals = {
    readonly risk: number;
    readonly signals: readonly string[];
};
export interface SimilarDecision<P extends PastDecision = PastDecision> {
    readonly past: P;
    readonly similarity: BasisPoints;
    readonly same: readonly Aspect[];
}
export declare const THRESHOLD_CHANGE_MAX_BYTES = 8192;
export declare const THRESHOLD_STEP_PERCENT = 5;
export declare const THRESHOLD_WINDOW_MS = 604800000;
export declare const TRE_ERRORS: {
    readonly TRE_BAD_THRESHOLDS: 'A threshold is unknown, outside its safe bounds, or out of order.';
    readonly TRE_POLICY_FAULT: 'The policy could not be evaluated, for a reason that has no code; the call is denied.';
    readonly TRE_REPLAY_INPUT_ABSENT: 'A payload that the replay needs was erased or not disclosed.';
    readonly TRE_REPLAY_BAD_INPUT: 'A payload is not an interaction, evidence or thresholds.';
    readonly TRE_OPERATORS_ABSENT: 'What operators sign needs a roster of operators.';
    readonly TRE_OVERRIDE_INVALID: 'The body of an override is malformed, or it is to be in force for too long.';
    readonly TRE_OVERRIDE_MISMATCH: 'An override is of another decision, another call or another kill epoch.';
    readonly TRE_OVERRIDE_EXPIRED: 'The override is not in force any more.';
    readonly TRE_OVERRIDE_CONFLICT: 'An override was signed by the agent itself or by one of its owners.';
    readonly TRE_NOT_OVERRIDABLE: 'The decision is no soft denial: nobody overrules it.';
    readonly TRE_CHANGE_INVALID: 'The body of a change of thresholds is malformed, or a rollback to what was never in force.';
    readonly TRE_CHANGE_STALE: 'A change of thresholds is of others than those in force, or of another number.';
    readonly TRE_CHANGE_TOO_FAR: 'A threshold would be moved by more than 5 percent within seven days.';
    readonly TRE_BAD_OUTCOME: 'An outcome has a time, risk or verdict that is none.';
};
export declare const TRE_REASONS: {
    readonly TRE_FACT_MISSING: 'A source of evidence was not asked or could not answer.';
    readonly TRE_FACT_STALE: 'A fact is older than it may be relied on.';
    readonly TRE_FACT_MALFORMED: 'A fact has not the shape of its kind, or is stamped in the future.';
    readonly TRE_ATTRIBUTE_DROPPED: 'A value stood under a name that belongs to another source, and was not used.';
    readonly TRE_POLICY_EFFECT: 'What the policy says.';
    readonly TRE_POLICY_FAILED: 'The evaluation of the policy broke off, which denies the call.';
    readonly TRE_BLOCKED: 'The agent is killed, revoked, or capped below the floor of a verified identity.';
    readonly TRE_UNVERIFIED: 'The identity of the agent is not verified: only reading what is public is open to it.';
    readonly TRE_SCORE_ALONE: 'Score alone opens nothing sensitive: it takes a vouch or three independent clusters.';
    readonly TRE_RISK: 'The assessed risk, and what its level leads to.';
    readonly TRE_LOW_CONFIDENCE: 'Too little of the risk is backed by fresh evidence: a human decides.';
    readonly TRE_OVERRIDDEN: 'An operator who may do so has overruled exactly this soft denial.';
};
export interface ThresholdChange {
    readonly to: Thresholds;
    readonly rollback?: boolean;
    readonly reason: string;
}
export interface ThresholdEntry {
    readonly thresholds: Thresholds;
    readonly at: number;
    readonly by?: {
        readonly envelope: Hash;
        readonly operator: string;
    };
}
export interface ThresholdHistory {
    readonly current: Thresholds;
    readonly entries: readonly ThresholdEntry[];
}
export interface ThresholdProposal {
    readonly to: Thresholds;
    readonly changes: readonly {
        readonly name: 'medium' | 'high';
        readonly from: number;
        readonly to: number;
        readonly because: 'harm' | 'overturned';
        readonly found: number;
        readonly among: number;
    }[];
}
export type Thresholds = {
    readonly low: BasisPoints;
    readonly medium: BasisPoints;
    readonly high: BasisPoints;
    readonly critical: BasisPoints;
    readonly confidence: BasisPoints;
    readonly overridable: BasisPoints;
};
export type TreErrorCode = keyof typeof TRE_ERRORS;
export type TreReasonCode = keyof typeof TRE_REASONS;
export declare function applyThresholdChange(history: ThresholdHistory, input: Envelope | string, { operators, now }: {
    readonly operators: Operators | undefined;
    readonly now: number;
}): Promise<ThresholdHistory>;
export declare const canonicalDecision: (decision: Decision) => string;
export declare const decide: (input: DecideInput) => Decision;
export declare const decisionHash: (decision: Decision) => Hash;
export declare function explainDecision(decision: Decision): string;
export declare function holdsSensitiveData(evidence: Evidence): boolean;
export declare const isOverridable: ({ outcome, effect, humanOverridable }: Decision) => boolean;
export declare function judge({ interaction, evidence, policy, thresholds }: DecideInput): Judgment;
export declare function openOverride(input: Envelope | string, { denied, interaction, operators, owners, now }: OverrideContext): Promise<OverrideFact>;
export declare function parseEvidence(json: Json): Evidence;
export declare function parseInteraction(json: Json): Interaction;
export declare function parseThresholds(input: Json): Thresholds;
export declare function preflight({ evidence, thresholds, }: {
    readonly evidence: Evidence;
    readonly thresholds: Thresholds;
}): Preflight;
export declare function proposeThresholds(history: ThresholdHistory, outcomes: readonly JudgedOutcome[], now: number): ThresholdProposal | undefined;
export declare function ratingSignals({ findings, verdicts }: GamingReport, subject: Did): Signals;
export declare function reachable({ entries }: ThresholdHistory, name: keyof Thresholds, now: number): {
    readonly min: number;
    readonly max: number;
};
export declare function readRecordedCall(interactionJson: Json, evidenceJson: Json): RecordedCall;
export declare function replay(input: ReplayInput): Decision;
export declare const requestSignals: (anomalies: readonly string[]) => Signals;
export declare function signOverride(input: {
    readonly denied: Decision;
    readonly interaction: Interaction;
    readonly notAfter: number;
    readonly reason: string;
}, signer: Signer, now: number): Promise<Envelope<typeof TYPE>>;
export declare function signThresholdChange(history: ThresholdHistory, { to, rollback, reason }: ThresholdChange, signer: Signer, now: number): Promise<Envelope<typeof TYPE>>;
export declare function similarDecisions<P extends PastDecision>(one: PastDecision, past: readonly P[]): readonly SimilarDecision<P>[];
export declare const thresholdHistory: (configured: Thresholds, at: number) => ThresholdHistory;

// referred to

type Aspect = keyof typeof SIMILARITY_SHARES_BP;
declare const TYPE = "ttp/override@1";
declare const TYPE = "ttp/threshold-change@1";
