import { DatabaseSync } from 'node:sqlite';
import { TtpError } from '@ttp/core';
import { requireFile } from '../files/files.js';
import { parseAddress } from './address.js';

/** Primary result code of SQLite for a lock that somebody else holds. */
const SQLITE_BUSY = 5;

/**
 * Throws STORE_BUSY where another process has the storage open, CLI_FILE_MISSING where there is none. A folder says so
 * itself when it is opened, and of a server nobody knows who will write: what is written during a copy is noticed in
 * the end.
 */
export async function requireUnused(address: string, field: string): Promise<void> {
  const at = parseAddress(address, field);
  if (at.kind !== 'sqlite') return;
  await requireFile(at.path, field);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(at.path);
    // With a write-ahead log, every connection that is open holds a shared lock of the file.
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; ROLLBACK');
  } catch (cause) {
    // Whatever else is wrong with the file, opening it as a storage says it better.
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)
      throw new TtpError('STORE_BUSY', `${at.path}: another process has it open`, { field, cause });
  } finally {
    database?.close();
  }
}
