/** Length of every hash of the tree: 32 bytes (RFC 9162 section 2.1.1 with SHA-256). */
export const HASH_BYTES = 32;

/** The largest tree size and, less one, the largest index: 2^64-1, as RFC 9162 section 4.10 encodes them. */
export const TREE_SIZE_MAX: bigint = 18_446_744_073_709_551_615n;

/** Hashes of a proof, at most: 64 levels for an inclusion proof, one more for a consistency proof. */
export const PROOF_HASHES_MAX = 65;

/** Length of a signed note: 1 MiB of UTF-8, which leaves room for far more than 16 signatures (C2SP signed-note). */
export const NOTE_MAX_BYTES = 1_048_576;

/** Signature lines of a note: 64; C2SP signed-note asks for 16 at least. */
export const NOTE_SIGNATURES_MAX = 64;

/** Length of a leaf: 64 KiB of canonical JSON (decision D28). */
export const LEAF_MAX_BYTES = 65_536;

/** Length of a payload: 4 MiB of canonical JSON. */
export const PAYLOAD_MAX_BYTES = 4_194_304;

/** Salt of a commitment: 32 random bytes, so that a guessed payload cannot be confirmed from its hash (decision D30). */
export const SALT_BYTES = 32;

/** Entries that share one append: 256, unless a single call brings more (decision D29). */
export const GROUP_COMMIT_MAX = 256;

/** How long a recorded denial may wait in memory for a batch to share: 1 s. */
export const DENIAL_FLUSH_MS = 1_000;

/** Entries that wait to be written before a denial has to wait too: 10 000 (decision D29). */
export const DENIAL_QUEUE_MAX = 10_000;

/** How long an entry may wait for a signed tree head that covers it: 60 s (flaw.E3). */
export const CHECKPOINT_INTERVAL_MS = 60_000;

/** Entries without a signed tree head before one is made ahead of time: 4096. */
export const CHECKPOINT_ENTRIES = 4_096;

/** Logs of one recorder that other processes may hold before opening gives up: 64. */
export const LOGS_MAX = 64;

/** Commitments that one entry names as taken out: 500, which a leaf has room for. */
export const HASHES_PER_ENTRY = 500;

/** Length of what a legal hold is for: 128 characters. */
export const HOLD_REFERENCE_MAX_CHARS = 128;

/** Chains of agents, open traces and marks of a log's state that are kept with a tree head: 1000, else it is not kept. */
export const STATE_MAX_CHAINS = 1_000;

/** Findings that a check of a storage lists; the rest it counts: 1000. */
export const FSCK_FINDINGS_MAX = 1_000;

/** Entries that a check of a storage reads between two turns of the event loop: 64. */
export const FSCK_SLICE_ENTRIES = 64;

/** What is verified between two turns of the event loop: 64 KiB of a bundle, a few milliseconds. */
export const VERIFY_SLICE_BYTES = 65_536;

/** Nesting of the data of an event: 29 levels, so that the leaf fits strict JSON (decision D7). */
export const DATA_MAX_DEPTH = 29;

/** Length of the component's name in an event: 64 characters. */
export const COMPONENT_MAX_CHARS = 64;
