// @ttp/score

export declare const ACCESS_LEVELS: readonly ['blocked', 'limited', 'cautious', 'standard', 'full'];
export declare const ATTESTATIONS_MAX_COUNT = 100000;
export type AccessLevel = (typeof ACCESS_LEVELS)[number];
export interface AttestationFact {
    readonly issuer: Did;
    readonly cluster: string;
    readonly tier: IssuerTier;
    readonly rating: number;
    readonly at: number;
}
export declare const BEHAVIORAL_MAX_BP = 2500;
export declare const BEHAVIOR_COMPONENTS: readonly ['policyCompliance', 'uptime', 'errorRate', 'latencyP95', 'securityEvents', 'dataPatterns'];
export declare const BEHAVIOR_PRIOR_COUNT = 100;
export declare const BEHAVIOR_WEIGHTS_BP: {
    readonly [C in BehaviorComponent]: number;
};
export interface Behavior {
    readonly bp: number;
    readonly conduct: number;
    readonly observed: number;
}
export type BehaviorComponent = (typeof BEHAVIOR_COMPONENTS)[number];
export type BehaviorFacts = {
    readonly [C in BehaviorComponent]: Tally;
};
export declare const CLUSTER_CAP_DIVISOR = 5;
export declare const CLUSTER_NAME_MAX_CHARS = 2048;
export declare const CRITICAL_EVENT_CAP_BP = 0;
export interface Gates {
    readonly identityVerified: boolean;
    readonly killed: boolean;
    readonly revoked: boolean;
}
export declare const HIGH_EVENT_CAP_BP = 1000;
export declare const IDENTITY_MAX_BP = 4000;
export declare const ISSUER_TIERS: readonly ['institutional', 'enhanced', 'highTrust', 'basic', 'standard', 'lowTrust', 'provisional', 'unverified'];
export declare const ISSUER_TIER_WEIGHTS_CENTI: {
    readonly [T in IssuerTier]: number;
};
export type IssuerTier = (typeof ISSUER_TIERS)[number];
export declare const MEDIUM_EVENT_CAP_BP = 2000;
export declare const NO_BEHAVIOR: BehaviorFacts;
export declare const OBSERVATIONS_MAX_COUNT = 1000000000;
export declare const PROVISIONAL_CAP_DIVISOR = 70;
export declare const REPUTATION_MAX_BP = 3500;
export declare const REPUTATION_PRIOR_WEIGHT_CENTI = 500;
export interface Reputation {
    readonly posterior: number;
    readonly counted: readonly AttestationFact[];
    readonly independentClusters: number;
}
export declare const SCORE_ERRORS: {
    readonly SCORE_BAD_ATTESTATION: 'An attestation has an issuer, cluster, tier, rating or time that is none.';
    readonly SCORE_TOO_MANY_ATTESTATIONS: 'There are more attestations than one report may take in.';
    readonly SCORE_BAD_BEHAVIOR: 'A tally of behavior is missing, or its numbers are not counts with good <= total.';
    readonly SCORE_BAD_GATE: 'Whether the agent is verified, killed or revoked is neither true nor false.';
    readonly SCORE_BAD_SECURITY_EVENT: 'The severity of an open security event is not medium, high or critical.';
};
export declare const SECURITY_SEVERITIES: readonly ['medium', 'high', 'critical'];
export declare const STAGE_BUILDING_FROM_BP = 5600;
export declare const STAGE_ESTABLISHED_FROM_BP = 7500;
export declare const STAGE_NEW_FROM_BP = 4100;
export type ScoreErrorCode = keyof typeof SCORE_ERRORS;
export type SecuritySeverity = (typeof SECURITY_SEVERITIES)[number];
export type Tally = {
    readonly good: number;
    readonly total: number;
};
export interface TrustFacts extends Gates {
    readonly attestations: readonly AttestationFact[];
    readonly behavior: BehaviorFacts;
    readonly securityEvents: readonly SecuritySeverity[];
}
export type TrustReport = {
    readonly totalBp: BasisPoints;
    readonly identityBp: BasisPoints;
    readonly reputationBp: BasisPoints;
    readonly behavioralBp: BasisPoints;
    readonly capBp: BasisPoints;
    readonly totalScore: TrustScore;
    readonly identityScore: TrustScore;
    readonly reputationScore: TrustScore;
    readonly behavioralScore: TrustScore;
    readonly stage: Stage;
    readonly access: AccessLevel;
    readonly posterior: number;
    readonly conduct: number;
    readonly attestationCount: number;
    readonly independentClusters: number;
    readonly observed: number;
    readonly inputs: Hash;
};
export declare const VERIFIED_TIERS: readonly IssuerTier[];
export declare const VOUCHING_RATING_MIN = 4;
export declare function accessOf(stage: Stage): AccessLevel;
export declare function behaviorOf(facts: BehaviorFacts): Behavior;
export declare function isTrustReport(value: Json): value is TrustReport & JsonObject;
export declare function reputationOf(attestations: readonly AttestationFact[]): Reputation;
export declare function stageOf(bp: number, gates: Gates): Stage;
export declare function trustReport(facts: TrustFacts): TrustReport;
