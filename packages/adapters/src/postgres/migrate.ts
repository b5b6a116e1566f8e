import { isTtpError, TtpError } from '@ttp/core';
import type { PostgresClient } from './client.js';
import { MIGRATIONS } from './migrations.js';
import { numberIn, textIn } from './rows.js';

/** "TTP1": the advisory lock under which one process at a time changes the tables. */
const MIGRATION_LOCK = 0x54_54_50_31;

const MIGRATION_ROUNDS = 3;

/**
 * Brings the tables of the schema to the version of this package, one migration after the other, all or none. A
 * database that is there already is only read, so that a role which may not change tables can open it.
 *
 * @param migrations the statements of each version, by the name of the schema; those of this package when left out
 * @throws STORE_NOT_DURABLE, STORE_UNKNOWN_SCHEMA, STORE_UNREADABLE
 */
export async function migrate(
  client: PostgresClient,
  schema: string,
  unsynced: boolean,
  migrations: readonly ((schema: string) => string)[] = MIGRATIONS,
): Promise<void> {
  try {
    if (!unsynced) await checkSynced(client);
    const version = await bringUp(client, schema, migrations);
    if (version !== migrations.length)
      throw new TtpError('STORE_UNKNOWN_SCHEMA', `schema version ${version}, this is ${migrations.length}`);
  } catch (cause) {
    if (isTtpError(cause)) throw cause;
    throw new TtpError('STORE_UNREADABLE', 'the database cannot be opened', { cause });
  }
}

/**
 * Applies what is missing. Of several that make the schema together, those that waited for the lock may still see none
 * and fail on its name: they try anew, and find it.
 *
 * @returns the version of the tables
 */
async function bringUp(
  client: PostgresClient,
  schema: string,
  migrations: readonly ((schema: string) => string)[],
): Promise<number> {
  for (let round = 1; ; round++) {
    const version = await versionOf(client, schema);
    if (version >= migrations.length) return version;
    try {
      await client.query(statementOf(schema, migrations));
    } catch (cause) {
      if (round === MIGRATION_ROUNDS) throw cause;
    }
  }
}

/** What is not synced is lost with the power, whatever was acknowledged (decision D29). */
async function checkSynced(client: PostgresClient): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages`,
  );
  if (textIn(rows[0], 'fsync') !== 'on' || textIn(rows[0], 'pages') !== 'on')
    throw new TtpError('STORE_NOT_DURABLE', 'the server runs with fsync or full_page_writes off');
}

/** The version of the tables; 0 where there are none. */
async function versionOf(client: PostgresClient, schema: string): Promise<number> {
  const found = await client.query(`SELECT (to_regclass($1) IS NOT NULL)::int::text AS there`, [
    `${schema}.migration`,
  ]);
  if (numberIn(found.rows[0], 'there') === 0) return 0;
  const { rows } = await client.query(
    `SELECT coalesce(max(version), 0)::text AS version FROM ${schema}.migration`,
  );
  return numberIn(rows[0], 'version');
}

/** One statement, and so one transaction also for a pool: what is missing, once the lock is there. */
const statementOf = (schema: string, migrations: readonly ((schema: string) => string)[]): string => `
  DO $migrate$
  DECLARE
    present integer;
  BEGIN
    PERFORM pg_advisory_xact_lock(${MIGRATION_LOCK});
    CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS ${schema}.migration (
      version integer PRIMARY KEY CHECK (version > 0),
      applied timestamptz NOT NULL DEFAULT now()
    );
    SELECT coalesce(max(version), 0) INTO present FROM ${schema}.migration;
    ${migrations
      .map(
        (migration, i) => `
    IF present < ${i + 1} THEN
      ${migration(schema)}
      INSERT INTO ${schema}.migration (version) VALUES (${i + 1});
    END IF;`,
      )
      .join('')}
  END
  $migrate$`;
