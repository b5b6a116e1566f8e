import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { TtpError } from '@ttp/core';
import { STORE_LOCK_ATTEMPT_MS } from '../limits.js';
import { type Database, isBusy, loadSqlite } from './driver.js';
import { prepareSchema } from './schema.js';

/**
 * Opens the database file, or makes it with mode 0600, and puts it into the state that durability rests on.
 *
 * @param path a path on disk; SQLite's own forms (`:memory:`, `file:` URIs) are refused, because their options
 *   can turn locking and syncing off
 * @param busyMs how long to wait for another process that holds the file, ms; it is waited for synchronously
 * @throws STORE_BAD_PATH, STORE_UNAVAILABLE, STORE_UNREADABLE, STORE_UNKNOWN_SCHEMA, STORE_BUSY
 */
export function openDatabase(path: string, busyMs: number): Database {
  const file = fileOf(path);
  const { DatabaseSync } = loadSqlite();
  try {
    makePrivate(file);
    const database = new DatabaseSync(file);
    try {
      retryWhileBusy(busyMs, () => configure(database));
      retryWhileBusy(busyMs, () => prepareSchema(database));
      return database;
    } catch (fault) {
      database.close();
      throw fault;
    }
  } catch (cause) {
    if (cause instanceof TtpError) throw cause;
    if (isBusy(cause)) throw new TtpError('STORE_BUSY', 'another process holds the file', { cause });
    throw new TtpError('STORE_UNREADABLE', 'the file cannot be opened as a database', { cause });
  }
}

function fileOf(path: string): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0') || /^(?::|file:)/i.test(path))
    throw new TtpError('STORE_BAD_PATH', 'not the path of a file', { field: 'path' });
  return resolve(path);
}

/**
 * Nobody but the owner reads the file; SQLite gives its -wal and -shm files the same mode. An existing file is
 * never opened here: closing a descriptor of it would drop the locks that SQLite holds for this process
 * (sqlite.org, "How To Corrupt An SQLite Database File", section 2.2).
 */
function makePrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'ax', 0o600));
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(file + suffix)) chmodSync(file + suffix, 0o600);
}

function configure(database: Database): void {
  database.exec(`PRAGMA busy_timeout = ${STORE_LOCK_ATTEMPT_MS}`);
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal')
    throw new TtpError('STORE_UNREADABLE', 'the file system does not allow a write-ahead log');
  database.exec(`
    PRAGMA synchronous = FULL;           -- every commit is synced (decision D29)
    PRAGMA fullfsync = ON;               -- macOS: through the cache of the drive too
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = 0;       -- SQLite ignores faults of its own checkpoints; ours poison (flaw.W5)
    PRAGMA secure_delete = ON;           -- a destroyed key is overwritten, not only unlinked (decision D30)
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
  `);
}

/**
 * Opening is synchronous and some of its locks do not wait for the busy timeout of SQLite (the change to a
 * write-ahead log), so two processes that start together would fail without this.
 */
function retryWhileBusy(busyMs: number, step: () => void): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += STORE_LOCK_ATTEMPT_MS) {
    try {
      return step();
    } catch (fault) {
      if (!isBusy(fault) || waited >= busyMs) throw fault;
      Atomics.wait(pause, 0, 0, STORE_LOCK_ATTEMPT_MS);
    }
  }
}
