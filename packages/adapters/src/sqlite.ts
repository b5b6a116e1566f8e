import { type Storage, TtpError } from '@ttp/core';
import { STORE_BUSY_MS, STORE_BUSY_MS_MAX } from './limits.js';
import { openDatabase } from './sqlite/database.js';
import { createStorage } from './sqlite/storage.js';

export { LOG_ERRORS, type LogErrorCode, STORE_ERRORS, type StoreErrorCode } from './errors.js';

/** Options of {@link sqlite}. */
export interface SqliteOptions {
  /** How long to wait for a file that another process has locked, ms, 0 to 60000; 5000 when left out. */
  readonly busyMs?: number;
}

/**
 * Storage in one SQLite file (node:sqlite): write-ahead log, synced on every commit, mode 0600. Several processes
 * may open the same file. A promise resolves when its write is durable; writes that wait at the same time share
 * one transaction and one fsync (decision D29). A failed write, sync or checkpoint poisons the storage: it can be
 * read, but writes throw STORE_POISONED until it is opened again (flaw.W5).
 *
 * @param path the file; it is made where there is none. Beside it SQLite keeps `<path>-wal` and `<path>-shm`
 * @returns a storage that other processes can write too (`shared: true`). Its methods throw what those of
 *   `memory()` throw, and STORE_POISONED, STORE_BUSY, STORE_UNREADABLE
 * @throws STORE_BAD_PATH, STORE_BAD_OPTION, STORE_UNAVAILABLE, STORE_UNREADABLE, STORE_UNKNOWN_SCHEMA, STORE_BUSY
 */
export function sqlite(path: string, options: SqliteOptions = {}): Storage {
  const { busyMs = STORE_BUSY_MS } = options;
  if (!Number.isFinite(busyMs) || busyMs < 0 || busyMs > STORE_BUSY_MS_MAX)
    throw new TtpError('STORE_BAD_OPTION', `not 0 to ${STORE_BUSY_MS_MAX} ms: ${busyMs}`, {
      field: 'busyMs',
    });
  return createStorage(openDatabase(path, busyMs), busyMs);
}
