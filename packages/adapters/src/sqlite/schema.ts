import { TtpError } from '@ttp/core';
import type { Database } from './driver.js';
import { numberIn } from './rows.js';

/** "TTP1": marks the file as ours in the header that `file` and SQLite read. */
const APPLICATION_ID = 0x54_54_50_31;
/** Grows with every change of the tables below. */
const SCHEMA_VERSION = 1;

const TABLES = `
  CREATE TABLE kept (key TEXT PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE version (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;
  INSERT INTO version (one, last) VALUES (1, 0);
  CREATE TABLE log (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    log INTEGER NOT NULL REFERENCES log (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    bytes BLOB NOT NULL,
    UNIQUE (log, position)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Makes the tables in a new file and checks the version of an old one.
 *
 * @throws STORE_UNREADABLE for a database that is not ours, STORE_UNKNOWN_SCHEMA for another schema version
 */
export function prepareSchema(database: Database): void {
  // The lock comes first: of two processes that find a new file, one makes the tables and the other sees them.
  database.exec('BEGIN IMMEDIATE');
  try {
    if (isEmpty(database)) database.exec(TABLES);
    else checkSchema(database);
    database.exec('COMMIT');
  } catch (fault) {
    database.exec('ROLLBACK');
    throw fault;
  }
}

function isEmpty(database: Database): boolean {
  const objects = numberIn(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get(), 'n');
  return objects === 0 && pragma(database, 'application_id') === 0 && pragma(database, 'user_version') === 0;
}

function checkSchema(database: Database): void {
  if (pragma(database, 'application_id') !== APPLICATION_ID)
    throw new TtpError('STORE_UNREADABLE', 'the file is a database of another program');
  const version = pragma(database, 'user_version');
  if (version !== SCHEMA_VERSION)
    throw new TtpError('STORE_UNKNOWN_SCHEMA', `schema version ${version}, this is ${SCHEMA_VERSION}`);
}

function pragma(database: Database, name: 'application_id' | 'user_version'): number {
  return numberIn(database.prepare(`PRAGMA ${name}`).get(), name);
}
