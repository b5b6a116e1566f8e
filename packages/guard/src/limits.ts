/** How often the kill record in a shared store is read again: 250 ms (decision D32). */
export const KILL_POLL_MS = 250;

/** How long permits hold after the last successful read of the kill record in a shared store: 5 s (decision D32). */
export const KILL_LEASE_MS = 5_000;

/** The longest lease that may be configured: 30 s (decision D32). */
export const KILL_LEASE_MAX_MS = 30_000;

/** Before a rate or breaker kill ends by itself: 5 min on monotonic time (ttp-protocol.txt L2807). */
export const KILL_COOLDOWN_MS = 300_000;

/** Longest target of a kill, so that its key fits a store: 500 characters (Store port: keys up to 512). */
export const KILL_TARGET_MAX_UNITS = 500;

/** Longest explanation kept with a kill; the rest is cut off: 500 UTF-16 units. */
export const KILL_TEXT_MAX_UNITS = 500;

/** Attempts to write a kill record against other writers before giving up: 100. */
export const KILL_WRITE_ATTEMPTS = 100;

/** Most orders that one reinstatement may bring: 8 (the reasons demand at most two). */
export const REINSTATE_ORDERS_MAX = 8;

/** Largest value that is transformed or scanned: 1 MiB, in UTF-16 units of its strings plus one a node. */
export const VALUE_MAX_UNITS = 1_048_576;

/** Largest text that is read as JSON inside such a value: 4 MiB of UTF-8, more than its units can take. */
export const VALUE_MAX_BYTES = 4_194_304;

/** Deepest nesting of such a value: 64 levels (decision D7, foreign data). */
export const VALUE_MAX_DEPTH = 64;

/** Layers of encoding that are undone: 3 (decision D36). */
export const DLP_DECODE_LAYERS = 3;

/** Most text that decoding may yield, per unit of the text scanned: 6. More is refused, not skipped. */
export const DLP_DECODED_FACTOR = 6;

/** How far one order, or one notice, can raise the epoch of its target: by 2^32. Two million of them leave room for more. */
export const KILL_EPOCH_RAISE_MAX = 4_294_967_296;

/** Slices that a windowed sum or count is kept in: 120. What was used counts up to 1/120 of the window too long. */
export const WINDOW_BUCKETS = 120;

/** Largest amount that a windowed sum adds: 10^12 major units. A call with a larger one has no amount. */
export const WINDOW_AMOUNT_CEILING = 1_000_000_000_000;

/** Attempts to write a record of a window, quota or budget against other processes before the call is refused: 100. */
export const RECORD_WRITE_ATTEMPTS = 100;

/** How many agents a cascade suspends unless the caller says otherwise: 100, the nearest first. */
export const CASCADE_CAP = 100;

/** The widest blast radius that a caller may give a cascade: 10 000 agents. */
export const CASCADE_MAX = 10_000;

/** Most edges of a graph of dependencies that one cascade looks at: 100 000. */
export const CASCADE_EDGES_MAX = 100_000;

/** Labels of one's own that a trace may have beside those of the closed list: 16. What brings more is withheld. */
export const OWN_LABELS_MAX = 16;

/** Largest amount of money that is counted: 10^15 micro-units, a thousand million of the main unit. */
export const BUDGET_MICROS_MAX = 1_000_000_000_000_000;

/** Shares of a budget that are told when they are reached, once a period: 50, 80 and 90 % (ttp-protocol.txt L1569). */
export const BUDGET_ALERT_PERCENTS: readonly number[] = [50, 80, 90];

/** Calls of one budget that may be under way: 256. */
export const BUDGET_OPEN_MAX = 256;

/** Before a reservation that nobody ended is moved to what was spent: 24 h. It counts as used all the time. */
export const BUDGET_OPEN_MS = 86_400_000;

/** Models and endpoints that a budget is broken down by: 100; what comes later is counted as `others` of its kind. */
export const BUDGET_USAGE_ROWS = 100;

/** Periods that a budget remembers after they have ended: 24. */
export const BUDGET_HISTORY_PERIODS = 24;

/** Largest record of a budget, bytes: 256 KiB, more than its reservations, rows and periods can take. */
export const BUDGET_RECORD_MAX_BYTES = 262_144;

/** Models of a price table: 1000. */
export const PRICE_ROWS_MAX = 1000;

/** Units that one model has a price for: 16. */
export const PRICE_UNITS_MAX = 16;

/** Requests of a window that are told apart to the millisecond: 1024. More share as many slots of the window. */
export const RATE_SLOTS_MAX = 1024;

/** Windows, and buckets, that a limiter in memory remembers: 10 000 of each (ttp-protocol.txt L2974). */
export const RATE_KEYS_MAX = 10_000;

/** Entries that a full table in memory looks at to make room for a new one: 16. */
export const TABLE_SWEEP = 16;

/** How long behaviour is looked at for an anomaly, ms: the documents' minute (ttp-protocol.txt L1453). */
export const ANOMALY_WINDOW_MS = 60_000;

/** Accesses of a minute from which one more is bulk_access: 100. */
export const BULK_ACCESS_MAX = 100;

/** Bytes of a minute, arguments and results, from which one more is data_exfiltration: 100 MB. */
export const EXFILTRATION_MAX_BYTES = 100_000_000;

/** Failures of a hundred calls from which more are high_error_rate: 30. */
export const ERROR_RATE_MAX_PERCENT = 30;

/** Calls that have to have ended before a rate of errors or a mean says anything: 10 (decision D34). */
export const ANOMALY_MIN_VOLUME = 10;

/** Denials on restricted resources that are privilege_escalation: 3 within {@link ESCALATION_WINDOW_MS}. */
export const ESCALATION_DENIALS = 3;

/** How long denials on restricted resources are remembered, ms: 5 min. */
export const ESCALATION_WINDOW_MS = 300_000;

/** Where the hours begin in which nobody should see confidential data: 22:00, in minutes since midnight (ttp-protocol.txt L1454). */
export const OFF_HOURS_FROM = 1_320;

/** Where they end: 06:00. */
export const OFF_HOURS_TO = 360;

/** How long an alarm stands after the last observation that raised it, ms: 5 min. */
export const ANOMALY_HOLD_MS = 300_000;

/** How long a count may be in memory alone, ms: 1 s. */
export const ANOMALY_WRITE_MS = 1_000;

/** Minutes of activity before a baseline says anything: 30. */
export const BASELINE_MIN_SAMPLES = 30;

/** Slices that the period of a baseline is kept in: 30. */
export const BASELINE_SLICES = 30;

/** Largest value that a baseline learns from: 400 000; what is larger counts as this much. */
export const BASELINE_SAMPLE_MAX = 400_000;

/** Most minutes that one slice of a baseline learns from: 50 000, so that its sums stay exact. */
export const BASELINE_SLICE_SAMPLES_MAX = 50_000;

/** Resources that have a profile of their own: 32. All others share one. */
export const PROFILE_RESOURCES_MAX = 32;

/** Longest wait for what a kill does elsewhere, and for the quorum that acknowledges it: 500 ms (ttp-protocol.txt L2740). */
export const KILL_REPORT_MS = 500;

/** Enforcement points that have to acknowledge a kill unless the caller says otherwise: 3, or all where there are fewer. */
export const KILL_QUORUM = 3;

/** Most other enforcement points that one tells: 256. */
export const KILL_POINTS_MAX = 256;

/** Longest notice of a kill, and longest acknowledgement, that is read: 64 KiB. */
export const KILL_NOTICE_MAX_BYTES = 65_536;

/** Notices that are looked at in one reading of a store: 1000; the others with the next. */
export const KILL_NOTICES_MAX = 1_000;

/** How often an acknowledgement is looked for in a store, ms. */
export const KILL_ACK_POLL_MS = 25;

/** Identities that may hold one key: 64. A further one is refused, not forgotten. */
export const KEY_HOLDERS_MAX = 64;

/** Requests of a minute that an agent keeps while an alarm throttles it: 10. */
export const THROTTLED_REQUESTS = 10;

/** Calls that a tool's breaker judges by, and the least that it judges: 10 (decision D34). */
export const BREAKER_CALLS = 10;

/** Failed calls of those that a breaker bears: 5, which is 50 %. One more trips it. */
export const BREAKER_ERRORS_MAX = 5;

/** Mean latency that a breaker bears: 5 s (ttp-protocol.txt L904), unless a manifest promises another. */
export const BREAKER_LATENCY_MS = 5_000;

/** How long a breaker is open at least: 30 s (ttp-protocol.txt L905). */
export const BREAKER_COOLDOWN_MS = 30_000;

/** How much longer it may be, at random: 6 s. */
export const BREAKER_JITTER_MS = 6_000;

/** Successes in a row that close a breaker that tries: 3 (ttp-protocol.txt L906). */
export const BREAKER_SUCCESSES = 3;

/** After which a probe that nobody has heard of counts as failed: 15 min, longer than an approval and any tier take. */
export const BREAKER_PROBE_MS = 900_000;

/** Longest time of a call that a breaker counts, ms: 10^9. A longer one counts as this. */
export const BREAKER_CALL_MAX_MS = 1_000_000_000;

/** Tools and services, or agents, that breakers in memory know: 10 000. Another one is refused. */
export const BREAKER_KEYS_MAX = 10_000;

/** Most violations that an agent's breaker may be told to bear within its window: 10 000. */
export const AGENT_BREAKER_COUNT_MAX = 10_000;

/** Longest chain of delegations: 8 links. */
export const DELEGATION_MAX_LINKS = 8;

/** Most patterns of resources in one delegation: 32. */
export const DELEGATION_MAX_RESOURCES = 32;

/** Longest pattern of a resource in a delegation, UTF-16 units: 2048, as in a policy. */
export const DELEGATION_RESOURCE_MAX_UNITS = 2048;
