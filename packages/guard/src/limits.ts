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

/** Attempts to write a record of a window, quota or budget against other processes before the call is refused: 100. */
export const RECORD_WRITE_ATTEMPTS = 100;

/** How many agents a cascade suspends unless the caller says otherwise: 100, the nearest first. */
export const CASCADE_CAP = 100;

/** The widest blast radius that a caller may give a cascade: 10 000 agents. */
export const CASCADE_MAX = 10_000;

/** Most edges of a graph of dependencies that one cascade looks at: 100 000. */
export const CASCADE_EDGES_MAX = 100_000;
