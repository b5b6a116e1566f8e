/** Length of an Ed25519 public key: 32 bytes (RFC 8032 5.1.5). */
export const PUBLIC_KEY_BYTES = 32;

/** Length of an Ed25519 seed: 32 bytes (RFC 8032 5.1.5). */
export const SEED_BYTES = 32;

/** Length of an Ed25519 signature: 64 bytes (RFC 8032 5.1.6). */
export const SIGNATURE_BYTES = 64;

/** Nesting of strict JSON: 32 levels (decision D7). */
export const JSON_MAX_DEPTH = 32;

/** Nesting of foreign JSON, and of everything canonicalised: 64 levels (decision D7). */
export const JSON_FOREIGN_MAX_DEPTH = 64;

/** Length of a JSON text unless its reader says otherwise: 1 MiB (threats.md section 4, availability). */
export const JSON_MAX_BYTES = 1_048_576;

/** Values in one JSON value to be canonicalised: 1 000 000 (a value that contains itself many times grows without end). */
export const JSON_MAX_VALUES = 1_000_000;

/** Steps of key orders that the writer of canonical JSON remembers, one for each key after other keys: 2048. */
export const CANONICAL_KEY_ORDERS = 2048;

/** Bytes decoded from or encoded to base58btc: 256, since its time is quadratic (threats.md section 4, availability). */
export const BASE58_MAX_BYTES = 256;

/** Signatures of one envelope: 256 (threats.md section 4, availability). */
export const ENVELOPE_MAX_SIGNATURES = 256;

/** Length of a key id (a DID URL): 2304 characters, a DID of 2048 and its fragment. */
export const KEY_ID_MAX_CHARS = 2304;

/** Unexpired nonces remembered for one key: 10 000 (decision D10). */
export const REPLAY_MAX_PER_KEY = 10_000;

/** Unexpired nonces remembered for all keys: 1 000 000 (decision D10). */
export const REPLAY_MAX_TOTAL = 1_000_000;

/** Imported public keys kept by each backend: 1024 (performance.md section 1: an import costs as much as a verification). */
export const KEY_CACHE_ENTRIES = 1024;

/** Public keys for which the portable backend keeps a table of multiples: 32, of about 130 KB each. */
export const KEY_TABLES = 32;

/** The use of a key at which the portable backend makes its table: the fourth, since a table costs as much as two verifications. */
export const KEY_TABLE_AFTER_USES = 4;

/** Cost of scrypt in key files, as log2 of N, with r = 8 and p = 1: at least 17 (decision D8; 128 MiB, about 0.4 s). */
export const KEY_FILE_MIN_COST_LOG2 = 17;

/** Highest cost of scrypt that is accepted, as log2 of N: 20 (1 GiB; a file must not exhaust its reader's memory). */
export const KEY_FILE_MAX_COST_LOG2 = 20;

/** How long the portable backend derives a key before the event loop has its turn: 4 ms. */
export const SCRYPT_SLICE_MS = 4;

/** How long an unlocked key may be held, on monotonic time: 15 min. */
export const KEY_HOLD_MAX_MS = 900_000;

/** Length of the id of a key that a browser keeps: 128 characters. */
export const BROWSER_KEY_ID_MAX_CHARS = 128;

/** Length of data sealed under a data key: 16 MiB. */
export const SEALED_DATA_MAX_BYTES = 16_777_216;

/** Length of one sealed field, as canonical JSON: 64 KiB. */
export const SEALED_FIELD_MAX_BYTES = 65_536;

/** Length of a password as UTF-8: 1024 bytes. */
export const PASSWORD_MAX_BYTES = 1024;

/** Cost of scrypt in password hashes, as log2 of N, with r = 8 and p = 1: at least 17 (decision D8; 128 MiB). */
export const PASSWORD_MIN_COST_LOG2 = 17;

/** Highest cost of a password hash that is accepted, as log2 of N: 20 (1 GiB). */
export const PASSWORD_MAX_COST_LOG2 = 20;

/** How long a signature of an HTTP message of ours lives: 30 s (decision D10). */
export const HTTP_SIGNATURE_LIFE_MS = 30_000;

/** Length of one structured field that is read, such as `Signature-Input`: 16 384 characters. */
export const HTTP_FIELD_MAX_CHARS = 16_384;

/** Fields of an HTTP message that is signed or verified: 256. */
export const HTTP_MAX_FIELDS = 256;

/** Signatures of one HTTP message: 8. */
export const HTTP_MAX_SIGNATURES = 8;

/** Components that one HTTP signature covers: 64. */
export const HTTP_MAX_COMPONENTS = 64;

/** Body of a web `Request` or `Response` that is read for its digest: 10 MiB. */
export const HTTP_BODY_MAX_BYTES = 10_485_760;

/** How long a signature under Web Bot Auth may live: 24 h (draft-meunier-web-bot-auth-architecture). */
export const WEB_BOT_AUTH_MAX_LIFE_MS = 86_400_000;

/** Keys of one HTTP key directory: 8, as many as one response can have signatures. */
export const HTTP_DIRECTORY_MAX_KEYS = 8;

/** Length of a credential, agent card, DSSE envelope or COSE message: 1 MiB. */
export const FOREIGN_MAX_BYTES = 1_048_576;

/** Signatures of one agent card or DSSE envelope, and keys of one JWK set: 32. */
export const FOREIGN_MAX_SIGNATURES = 32;

/** Length of the protected header of a JWS, as it is encoded: 16 384 characters. */
export const JWS_HEADER_MAX_CHARS = 16_384;

/** Nesting of CBOR: 16 levels. */
export const CBOR_MAX_DEPTH = 16;

/** Sequences before the highest one that a session still takes once: 64. */
export const SEQUENCE_WINDOW = 64n;

/** The highest sequence of a session: 2^64 - 1. */
export const SEQUENCE_MAX = 0xffff_ffff_ffff_ffffn;
