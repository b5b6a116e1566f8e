/** Points of a verified identity: 4000 bp, 40 of 100 (decision D23, ttp-protocol.txt L561). */
export const IDENTITY_MAX_BP = 4000;

/** Points that attestations can give: 3500 bp, 35 of 100 (decision D23, ttp-protocol.txt L565). */
export const REPUTATION_MAX_BP = 3500;

/** Points that observed behavior can give: 2500 bp, 25 of 100 (decision D23, ttp-protocol.txt L569). */
export const BEHAVIORAL_MAX_BP = 2500;

/** Weight of the neutral prior of reputation: 5.00, in hundredths of a standard attestation (decisions.md, table of numbers). */
export const REPUTATION_PRIOR_WEIGHT_CENTI = 500;

/** One cluster of issuers holds at most one part in 5 of the weight, prior included: 20 % (decision D23). */
export const CLUSTER_CAP_DIVISOR = 5;

/** All provisional issuers together hold at most one part in 70 of what the others and the prior weigh: their effect stays below 1.00 point (decisions.md, table of numbers). */
export const PROVISIONAL_CAP_DIVISOR = 70;

/** Lowest rating that counts as speaking for the subject: 4 of 5. */
export const VOUCHING_RATING_MIN = 4;

/** Weight of the prior of behavior, which is zero points: 100 observations of each component (flaw.S8, Laplace). */
export const BEHAVIOR_PRIOR_COUNT = 100;

/** Observations in one tally: 10^9, so that products stay exact integers. */
export const OBSERVATIONS_MAX_COUNT = 1_000_000_000;

/** Attestations that one report takes in: 100 000; the effort is linear in them but for one sort of the clusters. */
export const ATTESTATIONS_MAX_COUNT = 100_000;

/** Characters of a cluster's name: 2048, as long as a DID may be. */
export const CLUSTER_NAME_MAX_CHARS = 2048;

/** Most that a score reaches while a medium security event is open: 2000 bp (decision D24). */
export const MEDIUM_EVENT_CAP_BP = 2000;

/** Most that a score reaches while a high security event is open: 1000 bp (decision D24). */
export const HIGH_EVENT_CAP_BP = 1000;

/** Most that a score reaches while a critical security event is open: 0 bp (decision D24). */
export const CRITICAL_EVENT_CAP_BP = 0;

/** Where the stage `new` begins: 4100 bp; `provisional` begins at IDENTITY_MAX_BP (decision D24). */
export const STAGE_NEW_FROM_BP = 4100;

/** Where the stage `building` begins: 5600 bp (decision D24). */
export const STAGE_BUILDING_FROM_BP = 5600;

/** Where the stage `established` begins: 7500 bp (decision D24). */
export const STAGE_ESTABLISHED_FROM_BP = 7500;

/** Executions that tool trust looks at, the latest: 100. */
export const TOOL_WINDOW_COUNT = 100;

/** Longest latency that is told apart, and the most that a usage may say: 86 400 000, a day in ms. */
export const LATENCY_MAX_MS = 86_400_000;

/** Share of the tool in the trust of an invocation: 6000 bp (decisions.md, table of numbers). */
export const TOOL_SHARE_BP = 6000;

/** Share of the caller in the trust of an invocation: 4000 bp (decisions.md, table of numbers). */
export const CALLER_SHARE_BP = 4000;

/** Most that one call raises the published score of a service: 10 bp, 0.1 points (ttp-protocol.txt L1045). */
export const SERVICE_STEP_UP_BP = 10;

/** Most that one call lowers the published score of a service: 50 bp, 0.5 points. */
export const SERVICE_STEP_DOWN_BP = 50;

/** Where a bond begins, and where time takes it back to: 5000 bp (decisions.md, table of numbers). */
export const BOND_START_BP = 5000;

/** How long anybody may keep a badge: 60 s (flaw.S14). */
export const BADGE_CACHE_MAX_SECONDS = 60;

/** An hour, ms: the window of the burst rule. */
export const HOUR_MS = 3_600_000;

/** Entries of a trust chain that one score takes in: 100 000. */
export const ISNAD_ENTRIES_MAX = 100_000;

/** What entries without an amount count together at most: 1023, where the volume is full. */
export const ISNAD_COUNT_MAX = 1023;

/** Amount from which an entry counts whole: 100 cents of US dollars. */
export const ISNAD_AMOUNT_FULL_CENTS = 100;

/** Volume where more than 80 % of the entries are with one partner: 3000, 30 points (isnad-architecture.txt L194). */
export const ISNAD_SELF_DEALING_CAP = 3000;

/** Days below which an account is young: 30 (isnad-architecture.txt L195). */
export const ISNAD_YOUNG_DAYS = 30;

/** Most that a young account reaches: 4000, 40 points. */
export const ISNAD_YOUNG_CAP = 4000;

/** Most that an account reaches a third of whose entries were upheld against it: 2000, 20 points (decision D26). */
export const ISNAD_UPHELD_CAP = 2000;

/** How long a computed isnad score stands while nothing changes: 6 h (isnad-architecture.txt L198). */
export const ISNAD_RECOMPUTE_MS = 21_600_000;

/** Points of a series of isnad scores: 1460, a year of one every 6 h; the oldest are left out. */
export const ISNAD_SERIES_MAX = 1460;

/** Ratings that one analysis takes in: 1 000 000. */
export const GAMING_RATINGS_MAX = 1_000_000;

/** Entries with one partner, and ratings of one issuer for one subject, that count in an hour: 10 (isnad-architecture.txt L189; decisions.md, table of numbers). */
export const BURST_MAX = 10;

/** Issuers below which ratings are of a small set: 5. */
export const DIVERSITY_ISSUERS_MIN = 5;

/** Share of the ratings above which one issuer dominates: 40 %. */
export const DIVERSITY_SHARE_MAX_PERCENT = 40;

/** Share of the issuers above which mutual ratings are a pattern: 30 %. */
export const RECIPROCAL_SHARE_MAX_PERCENT = 30;

/** Accounts up to which those that reach one another by good ratings are a ring, and not a market: 50. */
export const RING_ACCOUNTS_MAX = 50;

/** Partners of a partner that are looked at for a circle: 100, so that the work stays linear in the ratings. */
export const CIRCLE_PARTNERS_MAX = 100;

/** One part in 2 of the mutual partners, from which two that have them in common are in a circle. */
export const CIRCLE_COMMON_DIVISOR = 2;

/** Age below which an account is new: 30 days. */
export const NEW_ACCOUNT_DAYS = 30;

/** Share of the issuers above which their being new is a pattern: 50 %. */
export const NEW_ISSUERS_SHARE_MAX_PERCENT = 50;

/** Ratings from which uniformity shows: 10. */
export const PERFECT_RATINGS_MIN = 10;

/** Share of perfect ratings from which they are too uniform: 95 %. */
export const PERFECT_SHARE_MIN_PERCENT = 95;

/** Issuers created within 24 hours from which they are a cluster: 3. */
export const CLUSTER_ISSUERS_MIN = 3;

/** One part in 3 of the issuers, from which those created together are a cluster. */
export const CLUSTER_SHARE_DIVISOR = 3;

/** Patterns from which an account is put into quarantine: 3. */
export const QUARANTINE_FLAGS_MIN = 3;

/** What a root has to give, in hundredths of a standard attestation: 100 000, a thousand attestations. */
export const FLOW_ROOT_UNITS = 100_000;

/** Part of what an account was given that it passes on: 50 %, so that all beyond an edge weigh together at most twice what came over it. */
export const FLOW_PASSED_PERCENT = 50;

/** What an edge carries at most, in hundredths of a standard attestation: 100, one attestation. */
export const FLOW_EDGE_UNITS = 100;

/** Steps from a root that trust goes: 8. */
export const FLOW_ROUNDS = 8;

/** How long an attestation counts unless its issuer says otherwise: 180 days, ms. */
export const ATTESTATION_LIFE_MS = 15_552_000_000;

/** Longest that an attestation may count: 365 days, ms (decision D25: attestations expire). */
export const ATTESTATION_MAX_LIFE_MS = 31_536_000_000;

/** Steps in which the attestations for one subject expire when nothing new comes: 64. With more, those that follow one another expire together, with the first of them. */
export const EXPIRY_STEPS_MAX = 64;

/** Statements that one book takes in: 1 000 000. */
export const STATEMENTS_MAX = 1_000_000;

/** The most that a score of the mesh's own scale says: 1000 (trust-mesh-spec.txt L50). */
export const MESH_SCORE_MAX = 1000;
