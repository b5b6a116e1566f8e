import { type Storage, TtpError } from '@ttp/core';
import { PG_SCHEMA } from './limits.js';
import type { PostgresClient } from './postgres/client.js';
import { createGate } from './postgres/gate.js';
import { postgresLogNames, postgresLogs } from './postgres/log.js';
import { migrate } from './postgres/migrate.js';
import { postgresStore } from './postgres/store.js';

export { LOG_ERRORS, type LogErrorCode, STORE_ERRORS, type StoreErrorCode } from './errors.js';
export type { PostgresClient, PostgresResult } from './postgres/client.js';

/** Options of {@link postgres}. */
export interface PostgresOptions {
  /** The schema that the tables are in, 1 to 63 of `[a-z0-9_]`, no digit first; `ttp` when left out. */
  readonly schema?: string;
  /**
   * Takes a server that does not sync what it commits, as PGlite or one with `fsync = off`: nothing is promised over a
   * loss of power then. False when left out.
   */
  readonly unsynced?: boolean;
}

/**
 * Storage in PostgreSQL 15 or later. Every write is one statement and one transaction of its own, so a pool may be
 * passed: who wrote is compared and set inside the database, under a lock of the row. A promise resolves when the
 * commit is synced; `synchronous_commit` is turned on for each write. A write that fails, or whose answer is lost,
 * poisons the storage until it is opened again (flaw.W5).
 *
 * @param client a `Pool` or `Client` of `pg`, or a PGlite; it stays its owner's, and `close()` leaves it open
 * @returns a storage that others can write too (`shared: true`). Its methods throw what those of `memory()` throw, and
 *   STORE_POISONED, STORE_BUSY, STORE_UNREADABLE
 * @throws STORE_BAD_OPTION, STORE_NOT_DURABLE, STORE_UNKNOWN_SCHEMA, STORE_UNREADABLE
 */
export async function postgres(client: PostgresClient, options: PostgresOptions = {}): Promise<Storage> {
  const { schema = PG_SCHEMA, unsynced = false } = options;
  if (typeof schema !== 'string' || !/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new TtpError('STORE_BAD_OPTION', 'not the name of a schema', { field: 'schema' });
  await migrate(client, schema, unsynced);
  const gate = createGate(client);
  return {
    shared: true,
    store: postgresStore(schema, gate),
    log: postgresLogs(schema, gate),
    logs: () => postgresLogNames(schema, gate),
    close: () => gate.close(),
  };
}
