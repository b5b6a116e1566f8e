import type { Store } from '@ttp/core';
import { STORE_LIST_KEYS } from '../limits.js';
import { checkExpected, checkKey, checkPrefix, copyValue } from '../storage/arguments.js';
import type { Database } from './driver.js';
import type { GroupCommit } from './group-commit.js';
import { bytesIn, numberIn, textIn } from './rows.js';

/** Sorts after every key that begins with the same prefix: keys end at `~`, 0x7e. */
const AFTER_KEYS = '\x7f';

/** The Store port over the table `kept`. */
export function sqliteStore(database: Database, commit: GroupCommit): Store {
  const select = database.prepare('SELECT version, value FROM kept WHERE key = ?');
  const selectVersion = database.prepare('SELECT version FROM kept WHERE key = ?');
  // One counter for all keys: versions of a key grow over a deletion without a row for every key ever deleted.
  const nextVersion = database.prepare('UPDATE version SET last = last + 1 RETURNING last');
  const upsert = database.prepare(`
    INSERT INTO kept (key, version, value) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value`);
  const remove = database.prepare('DELETE FROM kept WHERE key = ?');
  const selectKeys = database.prepare(`
    SELECT key FROM kept WHERE key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ${STORE_LIST_KEYS}`);

  /** Inside the transaction, where nobody else can write: the comparison and the set are one. */
  const isAt = (key: string, expected: number | undefined): boolean => {
    if (expected === undefined) return true;
    const row = selectVersion.get(key);
    return (row === undefined ? 0 : numberIn(row, 'version')) === expected;
  };

  return {
    async get(key) {
      checkKey(key);
      const row = await commit.read(() => select.get(key));
      return row && { value: bytesIn(row, 'value'), version: numberIn(row, 'version') };
    },
    async put(key, value, expected) {
      checkKey(key);
      checkExpected(expected);
      const copy = copyValue(value);
      return commit.write({ entries: 1, bytes: copy.length }, () => {
        if (!isAt(key, expected)) return false;
        upsert.run(key, numberIn(nextVersion.get(), 'last'), copy);
        return true;
      });
    },
    async delete(key, expected) {
      checkKey(key);
      checkExpected(expected);
      return commit.write({ entries: 1, bytes: 0 }, () => {
        if (!isAt(key, expected)) return false;
        remove.run(key);
        return true;
      });
    },
    async *list(prefix) {
      checkPrefix(prefix);
      let last = '';
      for (;;) {
        // Page by page: a statement left open over an await would hold the write-ahead log back.
        const rows = await commit.read(() => selectKeys.all(last, prefix, prefix + AFTER_KEYS));
        for (const row of rows) {
          last = textIn(row, 'key');
          yield last;
        }
        if (rows.length < STORE_LIST_KEYS) return;
      }
    },
  };
}
