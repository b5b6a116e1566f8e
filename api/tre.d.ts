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
export declare const REPUTATION_WEIGHT_BP = 2500;
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
export declare const TRE_ERRORS: {
    readonly TRE_BAD_THRESHOLDS: 'A threshold is unknown, outside its safe bounds, or out of order.';
    readonly TRE_POLICY_FAULT: 'The policy could not be evaluated, for a reason that has no code; the call is denied.';
    readonly TRE_REPLAY_INPUT_ABSENT: 'A payload that the replay needs was erased or not disclosed.';
    readonly TRE_REPLAY_BAD_INPUT: 'A payload is not an interaction, evidence or thresholds.';
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
};
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
export declare const canonicalDecision: (decision: Decision) => string;
export declare function decide({ interaction, evidence, policy, thresholds }: DecideInput): Decision;
export declare const decisionHash: (decision: Decision) => Hash;
export declare function holdsSensitiveData(evidence: Evidence): boolean;
export declare function parseThresholds(input: Json): Thresholds;
export declare function readRecordedCall(interactionJson: Json, evidenceJson: Json): RecordedCall;
export declare function replay(input: ReplayInput): Decision;
