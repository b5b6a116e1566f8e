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

/** Highest epoch that an order may name: 2^32; it bounds how far one order can raise the epoch. */
export const ORDER_EPOCH_MAX = 4_294_967_296;

/** Slices that a windowed sum or count is kept in: 120. What was used counts up to 1/120 of the window too long. */
export const WINDOW_BUCKETS = 120;

/** Largest amount that a windowed sum adds: 10^12 major units. A call with a larger one has no amount. */
export const WINDOW_AMOUNT_CEILING = 1_000_000_000_000;

/** Labels of one's own that a trace may have beside those of the closed list: 16. What brings more is withheld. */
export const OWN_LABELS_MAX = 16;

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
