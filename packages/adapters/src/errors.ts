/** Error codes of the Store and Storage adapters, each with what it means. */
export const STORE_ERRORS = {
  STORE_BAD_KEY: 'The key or prefix is not printable ASCII of at most 512 characters, or the key is empty.',
  STORE_BAD_VALUE: 'The value is not a Uint8Array.',
  STORE_BAD_VERSION: 'The expected version is not a non-negative safe integer.',
  STORE_TOO_LARGE: 'The value is larger than the store takes.',
  STORE_BAD_PATH: 'The path does not name a file, or a folder, on disk.',
  STORE_BAD_OPTION: 'An option of the storage lies outside its bounds.',
  STORE_UNAVAILABLE: 'This runtime lacks what the storage is made of: node:sqlite, or IndexedDB.',
  STORE_UNREADABLE: 'What is stored cannot be opened or read, or is not of TTP.',
  STORE_UNKNOWN_SCHEMA: 'The storage was written with a schema version that this version does not know.',
  STORE_NOT_DURABLE: 'The server does not sync what it commits; an option has to say that this is wanted.',
  STORE_BUSY: 'Somebody else kept the storage locked for longer than the busy limit; nothing was written.',
  STORE_POISONED:
    'A write or sync failed before: nothing is written any more until the storage is opened again.',
  STORE_CLOSED: 'The storage was closed.',
} as const;
export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** Error codes of the AppendLog adapters, each with what it means. */
export const LOG_ERRORS = {
  LOG_BAD_NAME: 'The name of the log is longer than 512 characters or holds a lone surrogate.',
  LOG_BAD_ENTRY: 'An entry is not a Uint8Array.',
  LOG_BAD_POSITION: 'A position or size is not a non-negative bigint of at most 63 bits.',
  LOG_TOO_LARGE: 'An entry is larger than the log takes, or the batch has too many entries.',
  LOG_CONFLICT: 'The log does not have the expected size: somebody else appended to it.',
} as const;
export type LogErrorCode = keyof typeof LOG_ERRORS;

/** Error codes of locks, each with what it means. */
export const LOCK_ERRORS = {
  LOCK_BAD_TTL: 'The time that a lock is asked for is not 1 to 86400000 ms.',
  LOCK_FENCED: 'A younger lease has written: the lock was lost, and nothing more may be written under it.',
} as const;
export type LockErrorCode = keyof typeof LOCK_ERRORS;

/** Error codes of the limiter in Redis, each with what it means. */
export const REDIS_ERRORS = {
  REDIS_BAD_RATE:
    'A rate is not made of positive integers, its window takes more than 100 000 requests, or the units are no count.',
  REDIS_FAILED: 'The server failed, or answered something else: what was asked for may have been done.',
} as const;
export type RedisErrorCode = keyof typeof REDIS_ERRORS;

/** Error codes of the guarded fetch, each with what it means. */
export const FETCH_ERRORS = {
  FETCH_BAD_OPTION: 'An option of the guard lies outside its bounds.',
  FETCH_BAD_URL:
    'The text is not a URL, is too long, or is written so that two parsers could read it differently.',
  FETCH_NOT_HTTPS: 'The URL, or the target of a redirect, is not https.',
  FETCH_USERINFO: 'The URL carries a user name or password.',
  FETCH_PORT_REFUSED: 'The port is not one of those allowed.',
  FETCH_ADDRESS_REFUSED: 'The host is, or resolves to, an address that is not public.',
  FETCH_UNRESOLVED: 'The host has no address.',
  FETCH_BAD_METHOD: 'The method is not one of GET, HEAD, OPTIONS, POST, PUT, PATCH and DELETE.',
  FETCH_BAD_HEADER: 'A header is malformed, given twice, or one that the guard sets itself.',
  FETCH_BAD_BODY: 'The method does not take a body, or the body is not a Uint8Array.',
  FETCH_TOO_LARGE: 'The body of the request or the response is larger than allowed.',
  FETCH_TOO_MANY_REDIRECTS: 'The server redirected more than three times.',
  FETCH_REDIRECT_REFUSED: 'The server redirected a request that changes something.',
  FETCH_ENCODED: 'The response is compressed although identity was asked for.',
  FETCH_TLS: 'The TLS connection failed: the certificate is not trusted or not for this host.',
  FETCH_FAILED: 'The connection or the response failed.',
  FETCH_TIMEOUT: 'The whole exchange took longer than allowed.',
  FETCH_ABORTED: 'The caller aborted the request.',
} as const;
export type FetchErrorCode = keyof typeof FETCH_ERRORS;

/** Error codes of the system adapters, each with what it means. */
export const SYSTEM_ERRORS = {
  SYSTEM_BAD_LENGTH: 'The number of random bytes is not an integer from 0 to 1048576.',
  SYSTEM_BAD_DELAY: 'The delay of a timer is not a finite, non-negative number of milliseconds.',
} as const;
export type SystemErrorCode = keyof typeof SYSTEM_ERRORS;

/** Error codes of connections within a process, each with what it means. */
export const DUPLEX_ERRORS = {
  DUPLEX_CLOSED: 'The connection is closed.',
} as const;
export type DuplexErrorCode = keyof typeof DUPLEX_ERRORS;
