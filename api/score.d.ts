// @ttp/score

export declare const ACCESS_LEVELS: readonly ['blocked', 'limited', 'cautious', 'standard', 'full'];
export declare const ATTESTATIONS_MAX_COUNT = 100000;
export declare const ATTESTATION_LIFE_MS = 15552000000;
export declare const ATTESTATION_MAX_LIFE_MS = 31536000000;
export declare const AUDIENCES: readonly ['subject', 'peers', 'public'];
export type AccessLevel = (typeof ACCESS_LEVELS)[number];
export interface Attestation {
    readonly kind: 'attestation';
    readonly id: Hash;
    readonly attestation: string;
    readonly subject: Did;
    readonly issuer: Did;
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly session: string;
    readonly receipt: Hash;
    readonly rating: Rating;
}
export type AttestationBody = {
    readonly version: '1.0';
    readonly id: string;
    readonly type: 'rating';
    readonly subject: Did;
    readonly issuer: Did;
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly session: string;
    readonly receipt: Hash;
    readonly trust: StandingClaim;
    readonly rating: Rating;
};
export interface AttestationBook {
    readonly findings: readonly (BookFinding | GamingFinding)[];
    standingOf(subject: Did, now: number): RatedStanding;
    isVouchedFor(subject: Did, now: number): boolean;
    nextChange(now: number): number;
    readonly gaming: GamingReport;
    ratingsOf(subject: Did): readonly Slot[];
    sharedWith(subject: Did, audience: Audience): readonly Slot[];
}
export interface AttestationContext extends StatementKeys {
    readonly receiptOf: (id: Hash) => InteractionReceipt | undefined;
    readonly now: number;
}
export interface AttestationFact {
    readonly issuer: Did;
    readonly cluster: string;
    readonly tier: IssuerTier;
    readonly rating: number;
    readonly at: number;
    readonly multiplierBp?: number;
    readonly rooted?: boolean;
}
export type Audience = (typeof AUDIENCES)[number];
export declare const BADGE_CACHE_MAX_SECONDS = 60;
export declare const BADGE_COLORS: {
    readonly green: '#2da44e';
    readonly yellow: '#bf8700';
    readonly red: '#cf222e';
    readonly revoked: '#6e7781';
};
export declare const BADGE_HEADERS: {
    readonly 'cache-control': string;
    readonly 'content-security-policy': string;
    readonly 'content-type': string;
    readonly 'x-content-type-options': string;
};
export declare const BADGE_STYLES: readonly ['flat', 'detailed'];
export declare const BEHAVIORAL_MAX_BP = 2500;
export declare const BEHAVIOR_COMPONENTS: readonly ['policyCompliance', 'uptime', 'errorRate', 'latencyP95', 'securityEvents', 'dataPatterns'];
export declare const BEHAVIOR_PRIOR_COUNT = 100;
export declare const BEHAVIOR_WEIGHTS_BP: {
    readonly [C in BehaviorComponent]: number;
};
export declare const BOND_DELTAS_BP: {
    readonly activated: 500;
    readonly 'interaction-completed': 100;
    readonly 'commitment-kept': 200;
    readonly 'consent-renewed': 200;
    readonly 'interaction-failed': -200;
    readonly 'commitment-broken': -800;
    readonly suspended: -1000;
    readonly 'violation-minor': -500;
    readonly 'violation-major': -2500;
};
export interface BadgeFacts {
    readonly score: TrustScore;
    readonly revoked: boolean;
    readonly since: number;
    readonly transactions: number;
    readonly address: string;
}
export interface BadgeLook {
    readonly style?: BadgeStyle;
    readonly theme?: Theme;
}
export type BadgeStyle = (typeof BADGE_STYLES)[number];
export interface Behavior {
    readonly bp: number;
    readonly conduct: number;
    readonly observed: number;
}
export type BehaviorComponent = (typeof BEHAVIOR_COMPONENTS)[number];
export type BehaviorFacts = {
    readonly [C in BehaviorComponent]: Tally;
};
export interface BondEvent {
    readonly type: BondEventType;
    readonly at: number;
}
export type BondEventType = keyof typeof BOND_DELTAS_BP;
export interface BondMove {
    readonly event: BondEvent;
    readonly delta: number;
    readonly bp: BasisPoints;
}
export interface BondScore {
    readonly bp: BasisPoints;
    readonly lastEventAt?: number;
}
export interface BookFinding {
    readonly code: ErrorCode;
    readonly id: Hash;
    readonly issuer: Did;
}
export interface BookOptions {
    readonly roots: readonly Did[];
    readonly clusterOf?: (did: Did) => string;
    readonly createdAt?: ReadonlyMap<Did, number>;
}
export declare const CLUSTER_CAP_DIVISOR = 5;
export declare const CLUSTER_NAME_MAX_CHARS = 2048;
export declare const CRITICAL_EVENT_CAP_BP = 0;
export declare const EVIDENCE_MAX = 20;
export declare const GAMING_MULTIPLIERS_BP: {
    readonly 'low-diversity': 7000;
    readonly reciprocal: 5000;
    readonly 'new-issuers': 5000;
    readonly 'perfect-scores': 6000;
    readonly 'account-clustering': 5000;
};
export interface GamingFacts {
    readonly ratings: readonly RatingFact[];
    readonly createdAt: ReadonlyMap<Did, number>;
    readonly weights?: ReadonlyMap<Did, number>;
}
export interface GamingFinding {
    readonly pattern: GamingFlag | 'burst' | 'self-dealing';
    readonly subject: Did;
    readonly found: number;
    readonly among: number;
    readonly issuers: readonly Did[];
}
export type GamingFlag = keyof typeof GAMING_MULTIPLIERS_BP;
export interface GamingReport {
    readonly findings: readonly GamingFinding[];
    readonly verdicts: ReadonlyMap<Did, GamingVerdict>;
}
export interface GamingVerdict {
    readonly multiplierBp: BasisPoints;
    readonly flags: readonly GamingFlag[];
    readonly quarantined: boolean;
}
export interface Gates {
    readonly identityVerified: boolean;
    readonly killed: boolean;
    readonly revoked: boolean;
}
export declare const HIGH_EVENT_CAP_BP = 1000;
export declare const IDENTITY_MAX_BP = 4000;
export declare const INTERACTION_RESULTS: readonly ['opened', 'completed', 'failed'];
export declare const ISNAD_STANDINGS: readonly ['confirmed', 'disputed', 'upheld'];
export declare const ISNAD_WEIGHTS: {
    readonly [C in keyof IsnadComponents]: number;
};
export declare const ISSUER_TIERS: readonly ['institutional', 'enhanced', 'highTrust', 'basic', 'standard', 'lowTrust', 'provisional', 'unverified'];
export declare const ISSUER_TIER_WEIGHTS_CENTI: {
    readonly [T in IssuerTier]: number;
};
export interface Ignored {
    readonly index: number;
    readonly code: ErrorCode;
    readonly field?: string;
}
export interface InteractionReceipt {
    readonly id: Hash;
    readonly session: string;
    readonly parties: readonly [Did, Did];
    readonly result: InteractionResult;
    readonly at: number;
    readonly keys: ReadonlyMap<string, Uint8Array>;
}
export type InteractionResult = (typeof INTERACTION_RESULTS)[number];
export interface InvocationThresholds {
    readonly combinedBp: BasisPoints;
    readonly toolBp: BasisPoints;
    readonly callerBp: BasisPoints;
}
export interface IsnadComponents {
    readonly volume: number;
    readonly consistency: number;
    readonly diversity: number;
    readonly longevity: number;
    readonly disputePenalty: number;
}
export interface IsnadEntry {
    readonly partner: Did;
    readonly cluster?: string;
    readonly at: number;
    readonly standing: IsnadStanding;
    readonly amountCents?: number;
}
export interface IsnadFacts {
    readonly entries: readonly IsnadEntry[];
    readonly since: number;
}
export type IsnadFlag = 'burst' | 'self-dealing' | 'young' | 'upheld';
export interface IsnadPoint {
    readonly at: number;
    readonly score: IsnadScore;
    readonly entries: {
        readonly confirmed: number;
        readonly disputed: number;
        readonly upheld: number;
    };
}
export interface IsnadScore extends IsnadComponents {
    readonly total: number;
    readonly shown: string;
    readonly flags: readonly IsnadFlag[];
    readonly ignored: number;
}
export type IsnadSeries = readonly IsnadPoint[];
export type IsnadStanding = (typeof ISNAD_STANDINGS)[number];
export type IssuerTier = (typeof ISSUER_TIERS)[number];
export declare const MEDIUM_EVENT_CAP_BP = 2000;
export declare const NO_BEHAVIOR: BehaviorFacts;
export declare const OBSERVATIONS_MAX_COUNT = 1000000000;
export interface OpenSecurityEvents {
    readonly open: readonly SecurityEvent[];
    readonly ignored: readonly {
        readonly index: number;
        readonly code: ErrorCode;
    }[];
}
export declare const PROVISIONAL_CAP_DIVISOR = 70;
export declare const RATING_DIMENSIONS: readonly ['reliability', 'quality', 'speed', 'communication', 'safety'];
export declare const REPUTATION_LEVELS: readonly ['none', 'low', 'medium', 'high'];
export declare const REPUTATION_MAX_BP = 3500;
export declare const REPUTATION_PRIOR_WEIGHT_CENTI = 500;
export declare const RETRACTION_REASONS: readonly ['mistaken', 'wrong-session', 'disputed', 'withdrawn'];
export interface RatedStanding {
    readonly attestations: readonly AttestationFact[];
    readonly restingPosterior: number;
}
export type Rating = {
    readonly overall: number;
    readonly dimensions: {
        readonly reliability: number;
        readonly quality: number;
        readonly speed: number;
        readonly communication: number;
        readonly safety: number;
    };
    readonly wouldWorkAgain: boolean;
};
export type RatingDimension = (typeof RATING_DIMENSIONS)[number];
export interface RatingFact {
    readonly issuer: Did;
    readonly subject: Did;
    readonly rating: number;
    readonly at: number;
}
export interface RatingWeights {
    readonly gaming?: GamingReport;
    readonly flow?: ReadonlyMap<Did, number>;
}
export interface ReadContext extends VouchContext {
    readonly receiptOf?: (id: Hash) => InteractionReceipt | undefined;
    readonly now: number;
}
export interface ReadStatements {
    readonly stated: readonly StatedAt[];
    readonly receipts: ReadonlyMap<Hash, InteractionReceipt>;
    readonly ignored: readonly Ignored[];
}
export interface Reputation {
    readonly posterior: number;
    readonly counted: readonly AttestationFact[];
    readonly independentClusters: number;
}
export type ReputationLevel = (typeof REPUTATION_LEVELS)[number];
export interface Retraction {
    readonly kind: 'retraction';
    readonly id: Hash;
    readonly issuer: Did;
    readonly attestation: Hash;
    readonly reason: RetractionReason;
    readonly at: number;
}
export type RetractionReason = (typeof RETRACTION_REASONS)[number];
export declare const SCORE_ERRORS: {
    readonly SCORE_BAD_ATTESTATION: 'An attestation, or a fact made of one, has a member that is missing, unknown or none.';
    readonly SCORE_ATTESTATION_SELF: 'Issuer and subject of an attestation are one: the same inception, or the same key.';
    readonly SCORE_ATTESTATION_RECEIPT: 'An attestation names no known receipt that both sides signed, or one of others or of another session.';
    readonly SCORE_ATTESTATION_EARLY: 'An attestation is older than the interaction it rates, or issued in the future.';
    readonly SCORE_ATTESTATION_EXPIRED: 'An attestation has expired.';
    readonly SCORE_ATTESTATION_TWICE: 'An issuer rated one session twice: the worse rating counts.';
    readonly SCORE_ATTESTATION_IN_HOUSE: 'Issuer and subject of an attestation belong to one cluster: it does not count.';
    readonly SCORE_BAD_RECEIPT: 'The receipt of an interaction has a member that is missing, unknown or none.';
    readonly SCORE_BAD_RETRACTION: 'A retraction has a member that is missing, unknown or none.';
    readonly SCORE_RETRACTION_FOREIGN: 'A retraction is not by who issued the attestation.';
    readonly SCORE_ATTESTATION_UNKNOWN: 'An attestation that is named is not known here.';
    readonly SCORE_ATTESTATION_RETRACTED: 'An attestation was taken back by its issuer.';
    readonly SCORE_BAD_SHARE: 'The choice of what to share has a member that is missing, unknown or none.';
    readonly SCORE_NOT_SHARED: 'The subject does not share its reputation with whom it is asked for.';
    readonly SCORE_BAD_VOUCH: 'A vouch has a member that is missing, unknown or none.';
    readonly SCORE_VOUCH_UNAUTHORISED: 'A vouch is by somebody who may not vouch for the subject.';
    readonly SCORE_BAD_CLOSURE: 'The closure of a security event has a member that is missing, unknown or none.';
    readonly SCORE_BAD_MESH_SCORE: 'A score of the mesh is no whole number from 0 to 1000.';
    readonly SCORE_UNKNOWN_STATEMENT: 'An envelope is none of the statements that reputation is made of.';
    readonly SCORE_TOO_MANY_ATTESTATIONS: 'There are more attestations than one report may take in.';
    readonly SCORE_BAD_BEHAVIOR: 'A tally of behavior is missing, or its numbers are not counts with good <= total.';
    readonly SCORE_BAD_GATE: 'Whether the agent is verified, killed or revoked is neither true nor false.';
    readonly SCORE_BAD_SECURITY_EVENT: 'The severity of an open security event is not medium, high or critical.';
    readonly SCORE_BAD_EXECUTION: 'An execution of a tool has a member that is none.';
    readonly SCORE_BAD_SERVICE: 'An indicator of a service is neither counts with good <= total nor a latency.';
    readonly SCORE_BAD_BOND_EVENT: 'An event of a bond has a type or time that is none.';
    readonly SCORE_BAD_ENTRY: 'An entry of a trust chain has a partner, time, standing or amount that is none.';
    readonly SCORE_TOO_MANY_ENTRIES: 'There are more entries than one isnad score may take in.';
    readonly SCORE_BAD_BADGE: 'A badge or the picture of a report has a style, theme, time, number or report that is none.';
    readonly SCORE_BAD_RATING: 'A rating has an issuer, subject, value or time that is none.';
    readonly SCORE_BAD_ROOT: 'There is no root for trust to flow from.';
};
export declare const SECURITY_SEVERITIES: readonly ['medium', 'high', 'critical'];
export declare const SERVICE_LEVELS_FROM_BP: {
    readonly verified: 8000;
    readonly trusted: 6000;
    readonly limited: 4000;
    readonly untrusted: 0;
};
export declare const SERVICE_PARTS_BP: {
    readonly availability: 3500;
    readonly performance: 2500;
    readonly security: 2500;
    readonly reliability: 1500;
};
export declare const SHARES: readonly ['none', 'peers', 'public'];
export declare const STAGE_BUILDING_FROM_BP = 5600;
export declare const STAGE_ESTABLISHED_FROM_BP = 7500;
export declare const STAGE_NEW_FROM_BP = 4100;
export type ScoreErrorCode = keyof typeof SCORE_ERRORS;
export interface SecurityEvent {
    readonly id: Hash;
    readonly subject: Did;
    readonly severity: SecuritySeverity;
}
export type SecuritySeverity = (typeof SECURITY_SEVERITIES)[number];
export interface ServiceFacts extends Readonly<Record<Indicator, Tally>> {
    readonly latency?: {
        readonly averageMs: number;
        readonly p95Ms: number;
        readonly p99Ms: number;
        readonly slaMs: number;
    };
}
export type ServiceLevel = keyof typeof SERVICE_LEVELS_FROM_BP;
export interface ServiceTrust {
    readonly totalBp: BasisPoints;
    readonly availabilityBp: BasisPoints;
    readonly performanceBp: BasisPoints;
    readonly securityBp: BasisPoints;
    readonly reliabilityBp: BasisPoints;
    readonly level: ServiceLevel;
}
export type Share = (typeof SHARES)[number];
export interface ShareChoice {
    readonly kind: 'share';
    readonly id: Hash;
    readonly subject: Did;
    readonly share: Share;
    readonly at: number;
}
export interface Slot {
    readonly attestation: Attestation;
    readonly at: number;
    readonly retraction?: Retraction;
}
export type StandingClaim = {
    readonly stage: Stage;
    readonly identityVerified: boolean;
    readonly reputationLevel: ReputationLevel;
};
export type StandingFacts = Pick<TrustFacts, 'killed' | 'revoked' | 'securityEvents' | 'attestations'>;
export interface Stated {
    readonly envelope: Envelope | string;
    readonly at?: number;
}
export interface StatedAt {
    readonly statement: Statement;
    readonly at: number;
}
export type Statement = Attestation | Retraction | ShareChoice | Vouch;
export interface StatementKeys {
    readonly keyOf: (kid: string, id: Hash) => Uint8Array | undefined;
}
export declare const TOOL_PARTS_BP: {
    readonly reliability: 4000;
    readonly performance: 2500;
    readonly efficiency: 2000;
    readonly compliance: 1500;
};
export type Tally = {
    readonly good: number;
    readonly total: number;
};
export type Theme = 'light' | 'dark';
export interface ToolExecution {
    readonly successful: boolean;
    readonly compliant: boolean;
    readonly latencyMs: number;
    readonly usage: {
        readonly cpu: number;
        readonly memory: number;
        readonly network: number;
    };
}
export interface ToolTrust {
    readonly totalBp: BasisPoints;
    readonly reliabilityBp: BasisPoints;
    readonly performanceBp: BasisPoints;
    readonly efficiencyBp: BasisPoints;
    readonly complianceBp: BasisPoints;
    readonly executions: number;
}
export interface TrustFacts extends Gates {
    readonly attestations: readonly AttestationFact[];
    readonly restingPosterior?: number;
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
export interface Vouch {
    readonly kind: 'vouch';
    readonly id: Hash;
    readonly subject: Did;
    readonly by: 'operator' | 'publisher';
    readonly tier?: IssuerTier;
    readonly at: number;
    readonly notAfter: number;
}
export interface VouchContext extends StatementKeys {
    readonly operators?: Operators;
    readonly ancestorsOf: (did: Did) => readonly Did[];
}
export declare function accessOf(stage: Stage): AccessLevel;
export declare function analyseGaming(facts: GamingFacts): GamingReport;
export declare function attestationBook(stated: readonly StatedAt[], options: BookOptions): AttestationBook;
export declare function attestationCredential(book: Pick<AttestationBook, 'sharedWith'>, subject: Did, attestation: Hash): JsonObject;
export declare const attestationId: (slot: {
    readonly issuer: Did;
    readonly subject: Did;
    readonly session: string;
}) => string;
export declare const badgeJson: (facts: BadgeFacts) => BadgeFacts & {
    readonly color: keyof typeof BADGE_COLORS;
};
export declare function badgeSvg(facts: BadgeFacts, look?: BadgeLook): string;
export declare function behaviorOf(facts: BehaviorFacts): Behavior;
export declare function bondHistory(events: readonly BondEvent[]): readonly BondMove[];
export declare function bondScore(events: readonly BondEvent[], now: number): BondScore;
export declare function decayedBond(score: BondScore, now: number): BondScore;
export declare function descendantFacts(own: TrustFacts, above: readonly StandingFacts[]): TrustFacts;
export declare function invocationTrust(tool: BasisPoints, caller: BasisPoints, needs: InvocationThresholds): {
    readonly combinedBp: BasisPoints;
    readonly enough: boolean;
};
export declare function isTrustReport(value: Json): value is TrustReport & JsonObject;
export declare function isnadScore(facts: IsnadFacts, now: number): IsnadScore;
export declare const isnadScoreAt: (series: IsnadSeries, at: number) => IsnadScore | undefined;
export declare function isnadSeries(series: IsnadSeries, facts: IsnadFacts, now: number): IsnadSeries;
export declare const isnadTotal: (components: IsnadComponents) => number;
export declare function judgeRatings(facts: GamingFacts, roots: readonly Did[]): RatingWeights;
export declare const meshScoreOf: (score: TrustScore) => number;
export declare function nextServiceScore(published: BasisPoints, computed: BasisPoints): BasisPoints;
export declare function openAttestation(input: Envelope | string, context: AttestationContext): Attestation;
export declare function openReceipt(input: Envelope | string, { keyOf }: StatementKeys): InteractionReceipt;
export declare function openRetraction(input: Envelope | string, { keyOf }: StatementKeys): Retraction;
export declare function openSecurityEvents(events: readonly SecurityEvent[], closures: readonly (Envelope | string)[], { operators, now }: {
    readonly operators: Operators;
    readonly now: number;
}): Promise<OpenSecurityEvents>;
export declare function openShare(input: Envelope | string, { keyOf }: StatementKeys): ShareChoice;
export declare function openVouch(input: Envelope | string, context: VouchContext): Promise<Vouch>;
export declare function readStatements(inputs: readonly Stated[], context: ReadContext): Promise<ReadStatements>;
export declare function reputationOf(attestations: readonly AttestationFact[]): Reputation;
export declare function serviceLevel(bp: number): ServiceLevel;
export declare function serviceTrust(facts: ServiceFacts): ServiceTrust;
export declare function signAttestation(input: {
    readonly subject: Did;
    readonly session: string;
    readonly receipt: Hash;
    readonly rating: Rating;
    readonly signer: Signer;
    readonly now: number;
    readonly expiresAt?: number;
    readonly trust?: StandingClaim;
}): Promise<Envelope<'ttp/attestation@1', AttestationBody>>;
export declare function signClosure({ id, subject }: Pick<SecurityEvent, 'id' | 'subject'>, signer: Signer, now: number): Promise<Envelope<'ttp/security-closure@1'>>;
export declare function signReceipt(input: {
    readonly session: string;
    readonly peer: Did;
    readonly result: InteractionResult;
    readonly signer: Signer;
    readonly now: number;
}): Promise<Envelope<'ttp/receipt@1'>>;
export declare function signRetraction(input: {
    readonly attestation: Hash;
    readonly reason: RetractionReason;
    readonly signer: Signer;
    readonly now: number;
}): Promise<Envelope<'ttp/attestation-retraction@1'>>;
export declare function signShare(share: Share, signer: Signer, now: number): Promise<Envelope<'ttp/reputation-share@1'>>;
export declare function signVouch(vouch: {
    readonly subject: Did;
    readonly tier?: IssuerTier;
    readonly notAfter: number;
}, signer: Signer, now: number): Promise<Envelope<'ttp/vouch@1'>>;
export declare function stageOf(bp: number, gates: Gates): Stage;
export declare function toolTrust(executions: readonly ToolExecution[], slaMs?: number): ToolTrust;
export declare function trustFlow(facts: GamingFacts, roots: readonly Did[]): ReadonlyMap<Did, number>;
export declare function trustReport(facts: TrustFacts): TrustReport;
export declare function trustReportSvg(report: TrustReport, { history, theme }?: {
    readonly history?: readonly number[];
    readonly theme?: Theme;
}): string;
export declare function trustReportText(report: TrustReport): string;
export declare function trustScoreOfMesh(score: number): TrustScore;
export declare function weighAttestations(subject: Did, attestations: readonly AttestationFact[], { gaming, flow }: RatingWeights): readonly AttestationFact[];

// referred to

declare const INDICATORS: {
    readonly availability: readonly ['success', 'uptime', 'endpointHealth'];
    readonly security: readonly ['policyCompliance', 'dlpClean', 'authenticated'];
    readonly reliability: readonly ['handled', 'inTime', 'untripped'];
};
type Indicator = (typeof INDICATORS)[keyof typeof INDICATORS][number];
