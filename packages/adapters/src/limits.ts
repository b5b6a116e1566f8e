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
