/** Longest file that a command reads whole, unless it is a bundle: 4 MiB. */
export const FILE_MAX_BYTES = 4_194_304;

/** Longest audit bundle that is verified: 512 MiB, near the longest text of the runtime. */
export const BUNDLE_MAX_BYTES = 536_870_912;

/** Longest passphrase that is read from a terminal: 1024 characters. */
export const PASSPHRASE_MAX_CHARACTERS = 1024;

/**
 * Shortest passphrase of a new key: 12 characters, 56 bits if they are random letters. Whoever has the file may guess for
 * ever, and scrypt makes each guess expensive, but cannot make up for a passphrase that is among the first million.
 */
export const PASSPHRASE_MIN_CHARACTERS = 12;

/** Longest line of the conformance protocol: 16 MiB. */
export const CONFORMANCE_LINE_MAX_BYTES = 16_777_216;

/** How long an order to kill or reinstate is to be obeyed: 10 min. */
export const ORDER_VALID_MS = 600_000;

/**
 * How long a call through `ttp mcp` waits for an approval unless told otherwise: 45 s, since common MCP clients give
 * up after 60 s. A call that was given up finds the decision when it is made again.
 */
export const MCP_APPROVAL_WAIT_MS = 45_000;

/** Score from which an operator may reinstate an agent that was killed for its score: 20 of 100. */
export const SCORE_RECOVERED = 20;

/** How often a view that is watched is looked at again: 500 ms. */
export const WATCH_MS = 500;

/** Calls in one list of forbidden ones: 1000. */
export const FORBIDDEN_MAX_CALLS = 1_000;

/** Operators in one roster: 1000. */
export const OPERATORS_MAX_COUNT = 1_000;

/** Longest message that is read from an agent over stdio: 4 MiB, as the gateway reads from a server. */
export const MCP_MESSAGE_MAX_BYTES = 4_194_304;

/** Largest token or header that is read from a file: 8 KiB. */
export const MCP_SECRET_MAX_BYTES = 8192;

/** Logs of one enforcement point in one storage: 64, as many as it opens before it gives up. */
export const LOGS_MAX = 64;

/** How long an installation under test may take to answer a line: 30 s. */
export const CONFORMANCE_ANSWER_MS = 30_000;

/** Entries, or keys, that the copy of a storage writes at once. */
export const COPY_BATCH = 256;

/** Bytes of them, but for a single one that is larger: 16 MiB. A storage takes 64 MiB at once. */
export const COPY_BATCH_BYTES = 16_777_216;

/** Key logs of parents and guardians in one identity file: 64, as many as a resolver looks at for one identity. */
export const RELATED_LOGS_MAX = 64;

/** How long facts that a file gives without a time may be relied on: 1 min, and nobody waits that long. */
export const FACTS_VALID_MS = 60_000;
