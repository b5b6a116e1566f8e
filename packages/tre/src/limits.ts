/** Share of the identity factor: 25 %, in basis points (decision D22). */
export const IDENTITY_WEIGHT_BP = 2500;

/** Share of the reputation factor: 25 %, in basis points (decision D22). */
export const REPUTATION_WEIGHT_BP = 2500;

/** Share of the behavioral factor: 20 %, in basis points (decision D22). */
export const BEHAVIORAL_WEIGHT_BP = 2000;

/** Share of the fraud factor, collusion included: 30 %, in basis points (decision D22). */
export const FRAUD_WEIGHT_BP = 3000;

/** Clusters of verified issuers that speak well of an agent before sensitive things open without a vouch: 3 (decision D24). */
export const INDEPENDENT_CLUSTERS_MIN = 3;

/** How long an override may be in force, ms: 24 h after it was signed. */
export const OVERRIDE_LIFE_MAX_MS = 86_400_000;

/** Longest envelope of an override, bytes. */
export const OVERRIDE_MAX_BYTES = 8192;

/** Longest reason of an override or a change of thresholds, UTF-16 code units. */
export const OVERRIDE_REASON_MAX_CHARS = 1000;

/** The most that patterns in ratings come to, basis points: below the critical level, since whoever rates can bring them about. */
export const RATING_RISK_MAX_BP = 7999;

/** The least that ratings in quarantine come to, basis points: somebody has to look. */
export const QUARANTINE_RISK_BP = 5000;

/** Similar past decisions that are shown: the first 5. */
export const SIMILAR_SHOWN_MAX = 5;

/** Similarity below which a past decision is not shown, basis points. */
export const SIMILAR_MIN_BP = 5000;

/** The time over which changes of a threshold are added up, ms: 7 days (decisions.md, table of numbers). */
export const THRESHOLD_WINDOW_MS = 604_800_000;

/** How far a threshold may be moved within that time: 5 % of where it stood, in percent (decisions.md, table of numbers). */
export const THRESHOLD_STEP_PERCENT = 5;

/** Outcomes that people judged before a threshold is proposed to move: 20. */
export const PROPOSAL_OUTCOMES_MIN = 20;

/** Share of soft denials that people let through from which the threshold is proposed to rise, in percent: 95. */
export const PROPOSAL_OVERTURNED_MIN_PERCENT = 95;

/** Share of permitted calls that did harm from which the threshold is proposed to fall, in percent: 5. */
export const PROPOSAL_HARM_MAX_PERCENT = 5;

/** Longest envelope of a change of thresholds, bytes. */
export const THRESHOLD_CHANGE_MAX_BYTES = 8192;
