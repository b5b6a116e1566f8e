/** How long one evidence source may take, ms. */
export const EVIDENCE_TIMEOUT_MS = 5000;

/** Longest answer of a decision point, bytes: 64 KiB. */
export const DECISION_POINT_MAX_BYTES = 65_536;

/** How long a verified identity may be relied on before it is challenged again, ms: 5 min (decision D33). */
export const IDENTITY_VALID_MS = 300_000;

/** How long a fact computed on the spot stays valid, ms: the time a call may wait before it is decided again. */
export const LOCAL_FACT_VALID_MS = 60_000;

/** How long the last reading of others' statements holds when they cannot be had any more, ms: 5 min (decision D33). */
export const REPUTATION_VALID_MS = 300_000;

/** Findings about others' statements that one process puts on the record: 1000. */
export const REPUTATION_FINDINGS_MAX = 1000;

/** The window over which `request.rate` and `errorRate` are counted, ms (decisions.md, table of numbers). */
export const ACTIVITY_WINDOW_MS = 60_000;

/** At most this many attempts are kept for the rate; more within the window count as this many. */
export const ACTIVITY_MAX = 10_000;

/** Observations that one component of behavior remembers: 2000; with one more all of them count half, so that a change shows. */
export const BEHAVIOR_TALLY_MAX = 2000;

/** Latency of an effect, ms, within which it counts as well: 5 s, where a breaker would trip (decision D34). */
export const BEHAVIOR_LATENCY_TARGET_MS = 5000;

/** Share of the effects of a minute that may be slower, for its 95th percentile to be within the target: 5 %. */
export const SLOW_EFFECTS_MAX_PERCENT = 5;

/** How long a call without a lease waits for the kill records to be read, ms. */
export const LEASE_RENEWAL_MS = 1000;

/** How far the clock may move before its high-water mark is written again, ms. */
export const CLOCK_MARK_STEP_MS = 10_000;

/** How often a write of the clock's mark is tried again when another process gets in between. */
export const CLOCK_WRITE_ATTEMPTS = 3;

/** Length of the random id of an interaction, bytes. */
export const INTERACTION_ID_BYTES = 16;

/** Longest target or id of an interaction, UTF-16 code units: both stand in the leaf in clear. */
export const TARGET_MAX_CHARS = 1024;

/** How long closing waits for calls under way before it aborts them, and then for those that ignore it, ms. */
export const CLOSE_GRACE_MS = 5000;

/** How long a registry of names may take, ms; it may have a domain and a network of its own to ask. */
export const NAME_LOOKUP_MAX_MS = 10_000;

/** How often a pinned name is looked up again, ms: a name that changed hands refuses within this time. */
export const NAME_CHECK_MS = 60_000;

/** How long a webhook may take to answer, ms: 10 s. */
export const WEBHOOK_TIMEOUT_MS = 10_000;

/** Parts of a result that are counted for its size: 1 000 000. One with more has moved more than may leave. */
export const BEHAVIOR_NODES_MAX = 1_000_000;

/** Deepest nesting that is counted for the size of a result: 64 levels. */
export const BEHAVIOR_DEPTH_MAX = 64;

/** Logs of one enforcement point that are looked at for the first that nobody has written: 64, as many as it may have. */
export const LOGS_MAX_COUNT = 64;

/** Calls whose facts a decision cache keeps: 10 000. */
export const DECISION_CACHE_MAX_ENTRIES = 10_000;

/** How long a decision cache relies on facts at most, ms: 5 min (decision D33). */
export const DECISION_CACHE_MAX_AGE_MS = 300_000;

/** Score from which an agent that was killed for its score may be reinstated, basis points: 20 of 100 (ttp-protocol.txt L2805). */
export const SCORE_RECOVERED_BP = 2_000;
