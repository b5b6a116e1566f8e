// @ttp/adapters/memory

export declare const DUPLEX_ERRORS: {
    readonly DUPLEX_CLOSED: 'The connection is closed.';
};
export type DuplexErrorCode = keyof typeof DUPLEX_ERRORS;
export declare const LOG_ERRORS: {
    readonly LOG_BAD_NAME: 'The name of the log is longer than 512 characters or holds a lone surrogate.';
    readonly LOG_BAD_ENTRY: 'An entry is not a Uint8Array.';
    readonly LOG_BAD_POSITION: 'A position or size is not a non-negative bigint of at most 63 bits.';
    readonly LOG_TOO_LARGE: 'An entry is larger than the log takes, or the batch has too many entries.';
    readonly LOG_CONFLICT: 'The log does not have the expected size: somebody else appended to it.';
};
export type LogErrorCode = keyof typeof LOG_ERRORS;
export declare const STORE_ERRORS: {
    readonly STORE_BAD_KEY: 'The key or prefix is not printable ASCII of at most 512 characters, or the key is empty.';
    readonly STORE_BAD_VALUE: 'The value is not a Uint8Array.';
    readonly STORE_BAD_VERSION: 'The expected version is not a non-negative safe integer.';
    readonly STORE_TOO_LARGE: 'The value is larger than the store takes.';
    readonly STORE_BAD_PATH: 'The path does not name a file, or a folder, on disk.';
    readonly STORE_BAD_OPTION: 'An option of the storage lies outside its bounds.';
    readonly STORE_UNAVAILABLE: 'This runtime lacks what the storage is made of: node:sqlite, or IndexedDB.';
    readonly STORE_UNREADABLE: 'What is stored cannot be opened or read, or is not of TTP.';
    readonly STORE_UNKNOWN_SCHEMA: 'The storage was written with a schema version that this version does not know.';
    readonly STORE_NOT_DURABLE: 'The server does not sync what it commits; an option has to say that this is wanted.';
    readonly STORE_BUSY: 'Somebody else kept the storage locked for longer than the busy limit; nothing was written.';
    readonly STORE_POISONED: 'A write or sync failed before: nothing is written any more until the storage is opened again.';
    readonly STORE_CLOSED: 'The storage was closed.';
};
export type StoreErrorCode = keyof typeof STORE_ERRORS;
export declare function duplexPair(names?: {
    readonly a: string;
    readonly b: string;
}): readonly [Duplex, Duplex];
export declare function memory(): Storage;

// @ttp/adapters/sqlite

export declare const LOG_ERRORS: {
    readonly LOG_BAD_NAME: 'The name of the log is longer than 512 characters or holds a lone surrogate.';
    readonly LOG_BAD_ENTRY: 'An entry is not a Uint8Array.';
    readonly LOG_BAD_POSITION: 'A position or size is not a non-negative bigint of at most 63 bits.';
    readonly LOG_TOO_LARGE: 'An entry is larger than the log takes, or the batch has too many entries.';
    readonly LOG_CONFLICT: 'The log does not have the expected size: somebody else appended to it.';
};
export type LogErrorCode = keyof typeof LOG_ERRORS;
export declare const STORE_ERRORS: {
    readonly STORE_BAD_KEY: 'The key or prefix is not printable ASCII of at most 512 characters, or the key is empty.';
    readonly STORE_BAD_VALUE: 'The value is not a Uint8Array.';
    readonly STORE_BAD_VERSION: 'The expected version is not a non-negative safe integer.';
    readonly STORE_TOO_LARGE: 'The value is larger than the store takes.';
    readonly STORE_BAD_PATH: 'The path does not name a file, or a folder, on disk.';
    readonly STORE_BAD_OPTION: 'An option of the storage lies outside its bounds.';
    readonly STORE_UNAVAILABLE: 'This runtime lacks what the storage is made of: node:sqlite, or IndexedDB.';
    readonly STORE_UNREADABLE: 'What is stored cannot be opened or read, or is not of TTP.';
    readonly STORE_UNKNOWN_SCHEMA: 'The storage was written with a schema version that this version does not know.';
    readonly STORE_NOT_DURABLE: 'The server does not sync what it commits; an option has to say that this is wanted.';
    readonly STORE_BUSY: 'Somebody else kept the storage locked for longer than the busy limit; nothing was written.';
    readonly STORE_POISONED: 'A write or sync failed before: nothing is written any more until the storage is opened again.';
    readonly STORE_CLOSED: 'The storage was closed.';
};
export interface SqliteOptions {
    readonly busyMs?: number;
}
export type StoreErrorCode = keyof typeof STORE_ERRORS;
export declare function sqlite(path: string, options?: SqliteOptions): Storage;

// @ttp/adapters/fs

export interface DiskStorageOptions {
    readonly random?: Random;
}
export declare const LOG_ERRORS: {
    readonly LOG_BAD_NAME: 'The name of the log is longer than 512 characters or holds a lone surrogate.';
    readonly LOG_BAD_ENTRY: 'An entry is not a Uint8Array.';
    readonly LOG_BAD_POSITION: 'A position or size is not a non-negative bigint of at most 63 bits.';
    readonly LOG_TOO_LARGE: 'An entry is larger than the log takes, or the batch has too many entries.';
    readonly LOG_CONFLICT: 'The log does not have the expected size: somebody else appended to it.';
};
export type LogErrorCode = keyof typeof LOG_ERRORS;
export declare const STORE_ERRORS: {
    readonly STORE_BAD_KEY: 'The key or prefix is not printable ASCII of at most 512 characters, or the key is empty.';
    readonly STORE_BAD_VALUE: 'The value is not a Uint8Array.';
    readonly STORE_BAD_VERSION: 'The expected version is not a non-negative safe integer.';
    readonly STORE_TOO_LARGE: 'The value is larger than the store takes.';
    readonly STORE_BAD_PATH: 'The path does not name a file, or a folder, on disk.';
    readonly STORE_BAD_OPTION: 'An option of the storage lies outside its bounds.';
    readonly STORE_UNAVAILABLE: 'This runtime lacks what the storage is made of: node:sqlite, or IndexedDB.';
    readonly STORE_UNREADABLE: 'What is stored cannot be opened or read, or is not of TTP.';
    readonly STORE_UNKNOWN_SCHEMA: 'The storage was written with a schema version that this version does not know.';
    readonly STORE_NOT_DURABLE: 'The server does not sync what it commits; an option has to say that this is wanted.';
    readonly STORE_BUSY: 'Somebody else kept the storage locked for longer than the busy limit; nothing was written.';
    readonly STORE_POISONED: 'A write or sync failed before: nothing is written any more until the storage is opened again.';
    readonly STORE_CLOSED: 'The storage was closed.';
};
export type StoreErrorCode = keyof typeof STORE_ERRORS;
export declare function diskStorage(disk: Disk, options?: DiskStorageOptions): Promise<Storage>;
export declare function fs(folder: string): Promise<Storage>;
export declare function nodeDisk(folder: string): Promise<Disk>;

// @ttp/adapters/postgres

export declare const LOG_ERRORS: {
    readonly LOG_BAD_NAME: 'The name of the log is longer than 512 characters or holds a lone surrogate.';
    readonly LOG_BAD_ENTRY: 'An entry is not a Uint8Array.';
    readonly LOG_BAD_POSITION: 'A position or size is not a non-negative bigint of at most 63 bits.';
    readonly LOG_TOO_LARGE: 'An entry is larger than the log takes, or the batch has too many entries.';
    readonly LOG_CONFLICT: 'The log does not have the expected size: somebody else appended to it.';
};
export type LogErrorCode = keyof typeof LOG_ERRORS;
export interface PostgresClient {
    query(text: string, values?: unknown[]): Promise<PostgresResult>;
}
export interface PostgresClient {
    query(text: string, values?: unknown[]): Promise<PostgresResult>;
}
export interface PostgresOptions {
    readonly schema?: string;
    readonly unsynced?: boolean;
}
export interface PostgresResult {
    readonly rows: readonly unknown[];
}
export declare const STORE_ERRORS: {
    readonly STORE_BAD_KEY: 'The key or prefix is not printable ASCII of at most 512 characters, or the key is empty.';
    readonly STORE_BAD_VALUE: 'The value is not a Uint8Array.';
    readonly STORE_BAD_VERSION: 'The expected version is not a non-negative safe integer.';
    readonly STORE_TOO_LARGE: 'The value is larger than the store takes.';
    readonly STORE_BAD_PATH: 'The path does not name a file, or a folder, on disk.';
    readonly STORE_BAD_OPTION: 'An option of the storage lies outside its bounds.';
    readonly STORE_UNAVAILABLE: 'This runtime lacks what the storage is made of: node:sqlite, or IndexedDB.';
    readonly STORE_UNREADABLE: 'What is stored cannot be opened or read, or is not of TTP.';
    readonly STORE_UNKNOWN_SCHEMA: 'The storage was written with a schema version that this version does not know.';
    readonly STORE_NOT_DURABLE: 'The server does not sync what it commits; an option has to say that this is wanted.';
    readonly STORE_BUSY: 'Somebody else kept the storage locked for longer than the busy limit; nothing was written.';
    readonly STORE_POISONED: 'A write or sync failed before: nothing is written any more until the storage is opened again.';
    readonly STORE_CLOSED: 'The storage was closed.';
};
export type StoreErrorCode = keyof typeof STORE_ERRORS;
export declare function postgres(client: PostgresClient, options?: PostgresOptions): Promise<Storage>;

// @ttp/adapters/redis

export declare const REDIS_ERRORS: {
    readonly REDIS_BAD_RATE: 'A rate is not made of positive integers, its window takes more than 100 000 requests, or the units are no count.';
    readonly REDIS_FAILED: 'The server failed, or answered something else: what was asked for may have been done.';
};
export interface RedisClient {
    sendCommand(args: readonly string[]): Promise<unknown>;
}
export type RedisErrorCode = keyof typeof REDIS_ERRORS;
export interface RedisRatesOptions {
    readonly prefix?: string;
    readonly clock?: Pick<Clock, 'now'>;
}
export declare function redisRates(client: RedisClient, options?: RedisRatesOptions): RateMeter;

// @ttp/adapters/indexeddb

export interface IndexedDbInput {
    readonly indexedDB: IDBFactory;
    readonly name?: string;
}
export declare const LOG_ERRORS: {
    readonly LOG_BAD_NAME: 'The name of the log is longer than 512 characters or holds a lone surrogate.';
    readonly LOG_BAD_ENTRY: 'An entry is not a Uint8Array.';
    readonly LOG_BAD_POSITION: 'A position or size is not a non-negative bigint of at most 63 bits.';
    readonly LOG_TOO_LARGE: 'An entry is larger than the log takes, or the batch has too many entries.';
    readonly LOG_CONFLICT: 'The log does not have the expected size: somebody else appended to it.';
};
export type LogErrorCode = keyof typeof LOG_ERRORS;
export declare const STORE_ERRORS: {
    readonly STORE_BAD_KEY: 'The key or prefix is not printable ASCII of at most 512 characters, or the key is empty.';
    readonly STORE_BAD_VALUE: 'The value is not a Uint8Array.';
    readonly STORE_BAD_VERSION: 'The expected version is not a non-negative safe integer.';
    readonly STORE_TOO_LARGE: 'The value is larger than the store takes.';
    readonly STORE_BAD_PATH: 'The path does not name a file, or a folder, on disk.';
    readonly STORE_BAD_OPTION: 'An option of the storage lies outside its bounds.';
    readonly STORE_UNAVAILABLE: 'This runtime lacks what the storage is made of: node:sqlite, or IndexedDB.';
    readonly STORE_UNREADABLE: 'What is stored cannot be opened or read, or is not of TTP.';
    readonly STORE_UNKNOWN_SCHEMA: 'The storage was written with a schema version that this version does not know.';
    readonly STORE_NOT_DURABLE: 'The server does not sync what it commits; an option has to say that this is wanted.';
    readonly STORE_BUSY: 'Somebody else kept the storage locked for longer than the busy limit; nothing was written.';
    readonly STORE_POISONED: 'A write or sync failed before: nothing is written any more until the storage is opened again.';
    readonly STORE_CLOSED: 'The storage was closed.';
};
export type StoreErrorCode = keyof typeof STORE_ERRORS;
export declare function indexeddb({ indexedDB, name }: IndexedDbInput): Promise<Storage>;

// @ttp/adapters/lock

export interface Fenced {
    readonly value: Uint8Array;
    readonly fence: bigint;
}
export interface FencedRow {
    get(): Promise<Fenced | undefined>;
    put(value: Uint8Array, lease: Pick<Lease, 'fence'>): Promise<void>;
}
export declare const LOCK_ERRORS: {
    readonly LOCK_BAD_TTL: 'The time that a lock is asked for is not 1 to 86400000 ms.';
    readonly LOCK_FENCED: 'A younger lease has written: the lock was lost, and nothing more may be written under it.';
};
export type LockErrorCode = keyof typeof LOCK_ERRORS;
export interface LocksOptions {
    readonly clock?: Clock;
    readonly random?: Random;
}
export interface StorageLock extends Lock {
    readonly shared: boolean;
}
export declare function fencedRow(store: Store, key: string): FencedRow;
export declare function locks(storage: Storage, options?: LocksOptions): StorageLock;

// @ttp/adapters/fetch

export type Connect = (addresses: readonly string[], port: number, signal: AbortSignal) => Promise<Duplex>;
export type Connect = (addresses: readonly string[], port: number, signal: AbortSignal) => Promise<Duplex>;
export declare const FETCH_ERRORS: {
    readonly FETCH_BAD_OPTION: 'An option of the guard lies outside its bounds.';
    readonly FETCH_BAD_URL: 'The text is not a URL, is too long, or is written so that two parsers could read it differently.';
    readonly FETCH_NOT_HTTPS: 'The URL, or the target of a redirect, is not https.';
    readonly FETCH_USERINFO: 'The URL carries a user name or password.';
    readonly FETCH_PORT_REFUSED: 'The port is not one of those allowed.';
    readonly FETCH_ADDRESS_REFUSED: 'The host is, or resolves to, an address that is not public.';
    readonly FETCH_UNRESOLVED: 'The host has no address.';
    readonly FETCH_BAD_METHOD: 'The method is not one of GET, HEAD, OPTIONS, POST, PUT, PATCH and DELETE.';
    readonly FETCH_BAD_HEADER: 'A header is malformed, given twice, or one that the guard sets itself.';
    readonly FETCH_BAD_BODY: 'The method does not take a body, or the body is not a Uint8Array.';
    readonly FETCH_TOO_LARGE: 'The body of the request or the response is larger than allowed.';
    readonly FETCH_TOO_MANY_REDIRECTS: 'The server redirected more than three times.';
    readonly FETCH_REDIRECT_REFUSED: 'The server redirected a request that changes something.';
    readonly FETCH_ENCODED: 'The response is compressed although identity was asked for.';
    readonly FETCH_TLS: 'The TLS connection failed: the certificate is not trusted or not for this host.';
    readonly FETCH_FAILED: 'The connection or the response failed.';
    readonly FETCH_TIMEOUT: 'The whole exchange took longer than allowed.';
    readonly FETCH_ABORTED: 'The caller aborted the request.';
};
export type FetchErrorCode = keyof typeof FETCH_ERRORS;
export interface GuardedFetchOptions {
    readonly resolve?: Resolve;
    readonly connect?: Connect;
    readonly ca?: string;
    readonly ports?: readonly number[];
    readonly maxBytes?: number;
    readonly timeoutMs?: number;
}
export type Resolve = (host: string) => Promise<readonly string[]>;
export type Resolve = (host: string) => Promise<readonly string[]>;
export declare function guardedFetch(options?: GuardedFetchOptions): Fetch;
export declare function isPublicAddress(address: string): boolean;

// @ttp/adapters/system

export declare const SYSTEM_ERRORS: {
    readonly SYSTEM_BAD_LENGTH: 'The number of random bytes is not an integer from 0 to 1048576.';
    readonly SYSTEM_BAD_DELAY: 'The delay of a timer is not a finite, non-negative number of milliseconds.';
};
export type SystemErrorCode = keyof typeof SYSTEM_ERRORS;
export declare const systemClock: Clock;
export declare const systemRandom: Random;
export declare const systemTimer: Timer;
