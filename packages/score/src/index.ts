export {
  type Attestation,
  type AttestationBody,
  type AttestationContext,
  attestationId,
  openAttestation,
  REPUTATION_LEVELS,
  type ReputationLevel,
  type StandingClaim,
  signAttestation,
} from './attestation/attestation.js';
export {
  type AttestationBook,
  attestationBook,
  type BookOptions,
  type RatedStanding,
} from './attestation/book.js';
export { attestationCredential } from './attestation/credential.js';
export { RATING_DIMENSIONS, type Rating, type RatingDimension } from './attestation/rating.js';
export {
  type Ignored,
  type ReadContext,
  type ReadStatements,
  readStatements,
  type Stated,
  type StatedAt,
  type Statement,
} from './attestation/read.js';
export {
  INTERACTION_RESULTS,
  type InteractionReceipt,
  type InteractionResult,
  openReceipt,
  signReceipt,
} from './attestation/receipt.js';
export {
  openRetraction,
  RETRACTION_REASONS,
  type Retraction,
  type RetractionReason,
  signRetraction,
} from './attestation/retraction.js';
export {
  AUDIENCES,
  type Audience,
  openShare,
  SHARES,
  type Share,
  type ShareChoice,
  signShare,
} from './attestation/share.js';
export type { BookFinding, Slot } from './attestation/slots.js';
export type { StatementKeys } from './attestation/statement.js';
export { openVouch, signVouch, type Vouch, type VouchContext } from './attestation/vouch.js';
export {
  BEHAVIOR_COMPONENTS,
  BEHAVIOR_WEIGHTS_BP,
  type Behavior,
  type BehaviorComponent,
  type BehaviorFacts,
  behaviorOf,
  NO_BEHAVIOR,
  type Tally,
} from './behavior.js';
export {
  BOND_DELTAS_BP,
  type BondEvent,
  type BondEventType,
  type BondMove,
  type BondScore,
  bondHistory,
  bondScore,
  decayedBond,
} from './bond.js';
export { SCORE_ERRORS, type ScoreErrorCode } from './errors.js';
export {
  analyseGaming,
  EVIDENCE_MAX,
  GAMING_MULTIPLIERS_BP,
  type GamingFinding,
  type GamingFlag,
  type GamingReport,
  type GamingVerdict,
} from './gaming/analyse.js';
export type { GamingFacts, RatingFact } from './gaming/facts.js';
export { trustFlow } from './gaming/flow.js';
export { judgeRatings } from './gaming/judge.js';
export { type RatingWeights, weighAttestations } from './gaming/weigh.js';
export {
  ISNAD_STANDINGS,
  ISNAD_WEIGHTS,
  type IsnadComponents,
  type IsnadEntry,
  type IsnadFacts,
  type IsnadFlag,
  type IsnadScore,
  type IsnadStanding,
  isnadScore,
  isnadTotal,
} from './isnad.js';
export { type IsnadPoint, type IsnadSeries, isnadScoreAt, isnadSeries } from './isnad-series.js';
export {
  ATTESTATION_LIFE_MS,
  ATTESTATION_MAX_LIFE_MS,
  ATTESTATIONS_MAX_COUNT,
  BADGE_CACHE_MAX_SECONDS,
  BEHAVIOR_PRIOR_COUNT,
  BEHAVIORAL_MAX_BP,
  CLUSTER_CAP_DIVISOR,
  CLUSTER_NAME_MAX_CHARS,
  CRITICAL_EVENT_CAP_BP,
  HIGH_EVENT_CAP_BP,
  IDENTITY_MAX_BP,
  MEDIUM_EVENT_CAP_BP,
  OBSERVATIONS_MAX_COUNT,
  PROVISIONAL_CAP_DIVISOR,
  REPUTATION_MAX_BP,
  REPUTATION_PRIOR_WEIGHT_CENTI,
  STAGE_BUILDING_FROM_BP,
  STAGE_ESTABLISHED_FROM_BP,
  STAGE_NEW_FROM_BP,
  VOUCHING_RATING_MIN,
} from './limits.js';
export { descendantFacts, type StandingFacts } from './lineage.js';
export { meshScoreOf, trustScoreOfMesh } from './mesh-scale.js';
export {
  isTrustReport,
  SECURITY_SEVERITIES,
  type SecuritySeverity,
  type TrustFacts,
  type TrustReport,
  trustReport,
} from './report.js';
export { type AttestationFact, type Reputation, reputationOf } from './reputation.js';
export {
  type OpenSecurityEvents,
  openSecurityEvents,
  type SecurityEvent,
  signClosure,
} from './security-events.js';
export {
  nextServiceScore,
  SERVICE_LEVELS_FROM_BP,
  SERVICE_PARTS_BP,
  type ServiceFacts,
  type ServiceLevel,
  type ServiceTrust,
  serviceLevel,
  serviceTrust,
} from './service.js';
export { ACCESS_LEVELS, type AccessLevel, accessOf, type Gates, stageOf } from './stages.js';
export { ISSUER_TIER_WEIGHTS_CENTI, ISSUER_TIERS, type IssuerTier, VERIFIED_TIERS } from './tiers.js';
export {
  type InvocationThresholds,
  invocationTrust,
  TOOL_PARTS_BP,
  type ToolExecution,
  type ToolTrust,
  toolTrust,
} from './tool.js';
export {
  BADGE_COLORS,
  BADGE_HEADERS,
  BADGE_STYLES,
  type BadgeFacts,
  type BadgeLook,
  type BadgeStyle,
  badgeJson,
  badgeSvg,
} from './view/badge.js';
export { trustReportSvg, trustReportText } from './view/report.js';
export type { Theme } from './view/svg.js';
