/** Longest identifier of any form: 512 characters. */
export const DID_MAX_CHARS = 512;

/** Longest identifier part of a `did:tessorium` name: 64 characters (ttp-protocol.txt L1595). */
export const NAME_MAX_CHARS = 64;

/** Shortest identifier part of a `did:tessorium` name: 3 characters (ttp-protocol.txt L1595). */
export const NAME_MIN_CHARS = 3;

/** Longest number in a version: 9 digits. */
export const VERSION_MAX_DIGITS = 9;

/** Longest semantic version in a `did:service` name: 64 characters. */
export const SEMVER_MAX_CHARS = 64;

/** Shortest hexadecimal part of an `isnad` name: 6 digits (isnad-architecture.txt L25). */
export const ISNAD_MIN_DIGITS = 6;

/** Longest hexadecimal part of an `isnad` name: 64 digits. */
export const ISNAD_MAX_DIGITS = 64;

/** Longest host name of a `did:web`: 253 characters (RFC 1035 2.3.4). */
export const HOST_MAX_CHARS = 253;

/** Entries of one key log: 256. Each costs its reader up to three signature checks. */
export const KEY_LOG_MAX_ENTRIES = 256;

/** One key log: 196 608 characters of canonical JSON, so that two of them fit into one stored value. */
export const KEY_LOG_MAX_CHARS = 196_608;

/** Guardians of one identity: 16. */
export const GUARDIANS_MAX_COUNT = 16;

/** How long a recovery has to be known before it is in force, so that the owner can veto it: 24 h (decision D3). */
export const RECOVERY_DELAY_MS = 86_400_000;

/** Identities that a resolver looks at to verify one, its parents and guardians with theirs: 64. */
export const RELATED_MAX_COUNT = 64;

/** Services of one document: 16. */
export const SERVICES_MAX_COUNT = 16;

/** Longest service endpoint: 1024 characters. */
export const ENDPOINT_MAX_CHARS = 1024;

/** Components of one multiaddress: 16. */
export const MULTIADDR_MAX_PARTS = 16;

/** What a verified identity is worth in the trust score: 40 of 100 points (decision D23). */
export const IDENTITY_SCORE_POINTS = 40;

/** How often a resolver tries again when another writer was faster: 8 times. */
export const STORE_MAX_TRIES = 8;

/** Parents above one identity that a resolver follows: 8. */
export const PARENTS_MAX_DEPTH = 8;

/** Longest handshake, from INIT to COMPLETE: 10 s (threats.md H7). */
export const HANDSHAKE_MAX_MS = 10_000;

/** One handshake message: 8192 bytes of canonical JSON; two DIDs and two key ids are most of an INIT. */
export const HANDSHAKE_MAX_BYTES = 8192;

/** Half-open handshakes that one responder keeps: 1024 (threats.md H7). */
export const HALF_OPEN_MAX_TOTAL = 1024;

/** Half-open handshakes that one responder keeps for one source: 8 (threats.md H7). */
export const HALF_OPEN_MAX_PER_SOURCE = 8;

/** Half-open handshakes from which a responder asks for a cookie before it keeps another one: 512. */
export const HALF_OPEN_COOKIES_FROM = 512;

/** Length of a cookie: 38 bytes, six of time and 32 of MAC. */
export const COOKIE_BYTES = 38;

/** How long a cookie is good: 10 s, like the handshake it begins. */
export const COOKIE_MAX_MS = 10_000;

/** Records under one key of a session: 2^20 (decision D9). */
export const REKEY_AFTER_RECORDS = 1_048_576;

/** Time under one key of a session: 15 min of monotonic time (decision D9). */
export const REKEY_AFTER_MS = 900_000;

/** How much longer the receiver of a session bears with a key, since the record may have been on its way: 1 min. */
export const REKEY_GRACE_MS = 60_000;

/** One message of a session: 1 MiB. */
export const SESSION_MESSAGE_MAX_BYTES = 1_048_576;

/** Longest reason of a revocation or ruling: 500 characters. */
export const REVOCATION_REASON_MAX_CHARS = 500;

/** Statements of one status list: 1000. Each costs its reader a signature check or more. */
export const STATUS_LIST_MAX_ENTRIES = 1000;

/** Longest document that is read from the web: 65 536 bytes. */
export const FOREIGN_DOCUMENT_MAX_BYTES = 65_536;

/** Longest wait for a document of the web: 5 s. */
export const FOREIGN_FETCH_MAX_MS = 5000;

/** Keys of a document of the web: 32. */
export const FOREIGN_KEYS_MAX_COUNT = 32;

/** How long an answer of the network is good at most: 5 min (decision D33). */
export const RESOLUTION_CACHE_MS = 300_000;

/** Answers of the network that a resolver keeps: 1000. */
export const RESOLUTION_CACHE_MAX_ENTRIES = 1000;

/** Issuers whom a reader of one credential trusts: 32. Each is resolved. */
export const CREDENTIAL_ISSUERS_MAX_COUNT = 32;

/** Key logs that a resolver keeps verified, so that it need not verify them again: 1000. */
export const FOLDED_LOGS_MAX_COUNT = 1000;

/** Sessions in whose name one service takes HTTP requests: 10 000. */
export const HTTP_SESSIONS_MAX_COUNT = 10_000;
