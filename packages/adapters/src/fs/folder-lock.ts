import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { TtpError } from '@ttp/core';
import { isBusy, loadSqlite } from '../sqlite/driver.js';

/**
 * Keeps every other process, and every other opening in this one, out of a folder, which is there, until it is called. The lock is one of
 * the system on an empty SQLite file, so it ends with the process however that ends.
 *
 * @throws STORE_BUSY where somebody else has it, STORE_UNAVAILABLE, and the faults of the system
 */
export function lockFolder(folder: string): () => void {
  const { DatabaseSync } = loadSqlite();
  const file = join(folder, 'lock');
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    chmodSync(file, 0o600);
  } catch (cause) {
    database.close();
    if (isBusy(cause)) throw new TtpError('STORE_BUSY', 'another process has the folder open', { cause });
    throw cause;
  }
  return () => database.close();
}
