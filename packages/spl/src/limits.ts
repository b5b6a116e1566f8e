/** Default size limit of a policy text, and the fixed one of a policy from elsewhere: 50 KB of UTF-8 (decision D16). */
export const POLICY_MAX_BYTES = 51_200;

/** How far a host may raise the size limit: 1 MiB (decision D16). */
export const POLICY_CEILING_BYTES = 1_048_576;

/** Rules of one policy (decision D16, ttp-protocol.txt L528). */
export const POLICY_MAX_RULES = 1000;

/** Levels of nesting in a policy, the document being the first (decision D16). */
export const POLICY_MAX_DEPTH = 16;

/** Elements of one list inside a policy (flaw.P16). */
export const LIST_MAX_ELEMENTS = 1000;

/** Length of one text inside a policy: 2048 UTF-16 code units (flaw.P16). */
export const TEXT_MAX_CHARACTERS = 2048;

/** Size of a resource or pattern: 2048 bytes of UTF-8 (flaw.P5). */
export const RESOURCE_MAX_BYTES = 2048;

/** Wildcards of one pattern (decision D15). */
export const PATTERN_MAX_WILDCARDS = 8;

/** Segments of one pattern: as many as its matcher has bits for (law.P-8). */
export const PATTERN_MAX_SEGMENTS = 28;

/** Dropped attributes a verdict names; an attacker chooses how many there are: 32 entries. */
export const DROPPED_MAX_ENTRIES = 32;

/** Length of an attribute name as a verdict reports it: 80 UTF-16 code units. */
export const DROPPED_NAME_CHARACTERS = 80;

/** Time for an approval whose rule gives none: 300 s (ttp-protocol.txt L2267). */
export const APPROVAL_TIMEOUT_SECONDS = 300;

/** Longest time a rule may give for an approval: 30 days. */
export const APPROVAL_CEILING_SECONDS = 2_592_000;

/** Resources seen directly in one folder from which a recommendation opens the folder: 3. */
export const GLOB_MIN_SIBLINGS = 3;

/** Values of one argument that a recommended rule lists: 100; a tool with more is left out. */
export const LISTED_VALUES_MAX = 100;

/** Arguments beside the first that a recommended rule lists the values of: 4; a tool with more is left out. */
export const LISTED_ARGUMENTS_MAX = 4;

/** Lowest limit of `request.rate` that a recommendation sets: 60 attempts in 60 s. */
export const RECOMMENDED_RATE_MIN = 60;

/** Tools that the comment of a recommended rule names: 8. */
export const COMMENT_MAX_TOOLS = 8;

/** Recorded calls from which on a linter says what most of them have in common: 20. */
export const ROUTINE_CALLS_MIN = 20;

/** Tests in one file of policy tests: 10 000. */
export const POLICY_TESTS_MAX = 10_000;

/** Combinations of values that a comparison of policies tries for one action and resource: 512. */
export const DIFF_COMBINATIONS_MAX = 512;

/** Requests that one comparison of policies tries: 100 000. */
export const DIFF_REQUESTS_MAX = 100_000;

/** Kinds of change that one comparison of policies lists: 200. */
export const DIFF_FLIPS_MAX = 200;

/** Longest window of a sum or count: 366 days, in ms. */
export const WINDOW_MAX_MS = 31_622_400_000;

/** Different windows of one policy: 16. Every permitted call is added to each of them, durably. */
export const POLICY_MAX_WINDOWS = 16;

/** Largest amount that a windowed sum counts or is compared with: 10^12 major units, far inside exact arithmetic. */
export const WINDOW_AMOUNT_MAX = 1_000_000_000_000;

/** Evaluations of one AuthZEN batch: 1000. */
export const AUTHZEN_EVALUATIONS_MAX = 1000;

/** Rules that one Cedar policy may become: each alternative of its conditions is one: 64. */
export const CEDAR_ALTERNATIVES_MAX = 64;

/** Levels of nesting in Cedar policies that are imported, and conditions of one of them: 128. */
export const CEDAR_DEPTH_MAX = 128;

/** Layers of policies that are in force together: 8. */
export const LAYERS_MAX = 8;

/** Labels that the result of one tool may bring, by its call map: 16. */
export const CALL_LABELS_MAX = 16;

/** Steps of a proof that one pattern includes another: 1024. One that needs more is no proof. */
export const INCLUSION_MAX_STATES = 1024;
