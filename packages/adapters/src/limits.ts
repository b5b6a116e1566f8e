/** Longest key of a store, in characters (port Store of @ttp/core). */
export const STORE_KEY_CHARS = 512;

/** Largest value of a store, in bytes. */
export const STORE_VALUE_BYTES = 16_777_216;

/** Longest name of a log, in characters (port Storage of @ttp/core). */
export const LOG_NAME_CHARS = 512;

/** Largest entry of a log, in bytes; leaves of the audit log stay below 64 KiB (decision D28). */
export const LOG_ENTRY_BYTES = 1_048_576;

/** Most entries of one append: the batch is one transaction. */
export const LOG_BATCH_ENTRIES = 65_536;

/** Most random bytes of one request. */
export const RANDOM_BYTES = 1_048_576;

/** Most entries, and single writes, that share one transaction (decision D29). */
export const GROUP_COMMIT_ENTRIES = 256;

/** Most bytes that share one group of writes to files; a single write may have more. */
export const GROUP_COMMIT_BYTES = 16_777_216;

/** Most bytes of one append, its entries together. */
export const LOG_BATCH_BYTES = 67_108_864;

/** Size of a segment file after which a log goes on in the next, in bytes. */
export const LOG_SEGMENT_BYTES = 8_388_608;

/** Segment files of a log, beside the last one, that stay open for reading. */
export const LOG_OPEN_SEGMENTS = 4;

/** Size from which the file of keys and values is written anew once half of it is overwritten or deleted, in bytes. */
export const STORE_COMPACT_BYTES = 4_194_304;

/** What is read of a file for the description at its beginning, in bytes: a name of 512 characters, escaped, fits. */
export const FILE_DESCRIPTION_BYTES = 8192;

/** What is read of a file at once when it is looked through, in bytes. */
export const FILE_READ_BYTES = 1_048_576;

/** How long a write or read waits by default for a file that another process has locked, ms. */
export const STORE_BUSY_MS = 5000;

/** The longest wait that an option may set for a locked file, ms. */
export const STORE_BUSY_MS_MAX = 60_000;

/** How long one attempt to lock the file blocks the event loop at most, ms; the rest of the wait is asynchronous. */
export const STORE_LOCK_ATTEMPT_MS = 10;

/** Commits after which the write-ahead log of SQLite is carried over into the database file. */
export const CHECKPOINT_COMMITS = 256;

/** Bytes written after which the write-ahead log of SQLite is carried over, however few commits they were. */
export const CHECKPOINT_BYTES = 4_194_304;

/** Keys that a listing takes from the database at once. */
export const STORE_LIST_KEYS = 256;

/** Entries that a read of a log takes from the database at once. */
export const LOG_READ_ENTRIES = 32;

/** The schema of PostgreSQL that the tables are in unless an option names another. */
export const PG_SCHEMA = 'ttp';

/** How often a write to PostgreSQL is tried that lost to another transaction, before it is STORE_BUSY. */
export const PG_ATTEMPTS = 20;

/** Longest time that a lock is granted for at once, ms: a day. */
export const LOCK_TTL_MS_MAX = 86_400_000;

/** How often a fenced write tries anew when somebody got in between. */
export const FENCED_ROUNDS = 100;

/** Longest URL of a guarded request or redirect, in characters. */
export const FETCH_URL_CHARS = 8192;

/** Most redirects that are followed (flaw.G3). */
export const FETCH_REDIRECTS = 3;

/** Most addresses of one host that are looked at; a host with more is refused. */
export const FETCH_ADDRESSES = 64;

/** Largest request body, in bytes. */
export const FETCH_REQUEST_BYTES = 16_777_216;

/** Largest head of a response, in bytes. */
export const FETCH_HEAD_BYTES = 16_384;

/** Largest response body by default, in bytes. */
export const FETCH_RESPONSE_BYTES = 4_194_304;

/** Largest response body that an option may allow, in bytes. */
export const FETCH_RESPONSE_BYTES_MAX = 268_435_456;

/** Longest exchange by default, with resolution, redirects and the whole body, ms. */
export const FETCH_MS = 30_000;

/** Longest exchange that an option may allow, ms. */
export const FETCH_MS_MAX = 600_000;

/** Messages of a connection within a process that wait to be received, before its sender waits too: 64. */
export const DUPLEX_MAX_WAITING = 64;

/** What the keys of the limiter in Redis begin with unless an option says otherwise. */
export const REDIS_PREFIX = 'ttp:rate:';

/**
 * Most requests of a window in Redis: 100 000. Each is a member of a set, and a script that adds them keeps everybody
 * else waiting; more, and tokens, take a bucket.
 */
export const REDIS_REQUESTS_MAX = 100_000;
