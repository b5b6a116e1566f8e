import type { DatabaseSync } from 'node:sqlite';
import { TtpError } from '@ttp/core';

/** As much of a database as the storage uses, so that tests can put a failing one in its place. */
export type Database = Pick<DatabaseSync, 'exec' | 'prepare' | 'close'>;

/** Primary result codes of SQLite (sqlite.org/rescode.html) for a lock that somebody else holds. */
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

/** Whether `fault` says that another connection holds the lock: then nothing was read or written. */
export function isBusy(fault: unknown): boolean {
  if (!(fault instanceof Error) || !('errcode' in fault) || typeof fault.errcode !== 'number') return false;
  const primary = fault.errcode & 0xff;
  return primary === SQLITE_BUSY || primary === SQLITE_LOCKED;
}

/**
 * The module node:sqlite. It is looked up when it is needed: where there is none, a static import would fail
 * without a word about what is missing. Throws STORE_UNAVAILABLE.
 */
export function loadSqlite(): { readonly DatabaseSync: typeof DatabaseSync } {
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (sqlite === undefined)
    throw new TtpError('STORE_UNAVAILABLE', 'node:sqlite is missing: use Node 22.13 or later');
  return sqlite;
}
