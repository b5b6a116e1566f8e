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
