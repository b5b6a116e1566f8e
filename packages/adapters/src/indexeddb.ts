import { type Storage, TtpError } from '@ttp/core';
import { openIndexedDb } from './indexeddb/database.js';
import { indexedDbLogNames, indexedDbLogs } from './indexeddb/log.js';
import { indexedDbStore } from './indexeddb/store.js';

export { LOG_ERRORS, type LogErrorCode, STORE_ERRORS, type StoreErrorCode } from './errors.js';

/** What {@link indexeddb} opens. */
export interface IndexedDbInput {
  /** `indexedDB` of the page or worker. */
  readonly indexedDB: IDBFactory;
  /** The database, 1 to 100 characters; `ttp` when left out. Its pages and workers of the same origin share it. */
  readonly name?: string;
}

/**
 * Storage in an IndexedDB database of the browser. Every write is a transaction that asks for strict durability. A
 * write that fails, as when the quota is used up, poisons the storage until it is opened again (flaw.W5). The browser
 * may throw the data of an origin away under pressure: ask for `navigator.storage.persist()`.
 *
 * @returns a storage that other pages of the origin can write too (`shared: true`). Its methods throw what those of
 *   `memory()` throw, and STORE_POISONED, STORE_UNREADABLE
 * @throws STORE_BAD_OPTION, STORE_UNAVAILABLE, STORE_UNREADABLE, STORE_UNKNOWN_SCHEMA
 */
export async function indexeddb({ indexedDB, name = 'ttp' }: IndexedDbInput): Promise<Storage> {
  if (typeof name !== 'string' || name === '' || name.length > 100)
    throw new TtpError('STORE_BAD_OPTION', 'not the name of a database', { field: 'name' });
  if (typeof indexedDB?.open !== 'function')
    throw new TtpError('STORE_UNAVAILABLE', 'this runtime has no IndexedDB');
  const database = await openIndexedDb(indexedDB, name);
  return {
    shared: true,
    store: indexedDbStore(database),
    log: indexedDbLogs(database),
    logs: () => indexedDbLogNames(database),
    close: () => database.close(),
  };
}
