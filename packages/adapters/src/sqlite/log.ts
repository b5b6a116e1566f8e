import { type AppendLog, TtpError } from '@ttp/core';
import { LOG_READ_ENTRIES } from '../limits.js';
import { checkLogName, checkPosition, copyEntries, logConflict } from '../storage/arguments.js';
import type { Database } from './driver.js';
import type { GroupCommit } from './group-commit.js';
import { bigintIn, bytesIn, textIn } from './rows.js';

/** The names of the logs; a log is made with its first entries. */
export async function* sqliteLogNames(database: Database, commit: GroupCommit): AsyncIterable<string> {
  const select = database.prepare('SELECT name FROM log ORDER BY id');
  for (const row of await commit.read(() => select.all())) yield textIn(row, 'name');
}

/** The AppendLog port over the tables `log` and `entry`: opens logs by name. */
export function sqliteLogs(database: Database, commit: GroupCommit): (name: string) => AppendLog {
  const bigints = (sql: string) => {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true); // positions are bigint at every border
    return statement;
  };
  const makeLog = database.prepare('INSERT INTO log (name) VALUES (?) ON CONFLICT DO NOTHING');
  const selectLog = bigints('SELECT id FROM log WHERE name = ?');
  const selectSize = bigints(`
    SELECT coalesce(max(position) + 1, 0) AS size FROM entry WHERE log = (SELECT id FROM log WHERE name = ?)`);
  const insert = database.prepare('INSERT INTO entry (log, position, bytes) VALUES (?, ?, ?)');
  const selectEntries = bigints(`
    SELECT position, bytes FROM entry
    WHERE log = (SELECT id FROM log WHERE name = ?) AND position >= ? AND position < ?
    ORDER BY position LIMIT ${LOG_READ_ENTRIES}`);

  const sizeOf = (name: string): bigint => bigintIn(selectSize.get(name), 'size');

  return (name) => {
    commit.checkOpen();
    checkLogName(name);
    return {
      async append(entries, expectedSize) {
        if (expectedSize !== undefined) checkPosition(expectedSize, 'expectedSize');
        const copies = copyEntries(entries);
        const bytes = copies.reduce((sum, copy) => sum + copy.length, 0);
        return commit.write({ entries: copies.length, bytes }, () => {
          const first = sizeOf(name);
          if (expectedSize !== undefined && expectedSize !== first) throw logConflict(expectedSize, first);
          if (copies.length === 0) return first;
          makeLog.run(name);
          const log = bigintIn(selectLog.get(name), 'id');
          for (const [i, copy] of copies.entries()) insert.run(log, first + BigInt(i), copy);
          return first;
        });
      },
      async *read(from, to) {
        checkPosition(from, 'from');
        checkPosition(to, 'to');
        for (let next = from; next < to; ) {
          const start = next;
          const rows = await commit.read(() => selectEntries.all(name, start, to));
          for (const row of rows) {
            if (bigintIn(row, 'position') !== next)
              throw new TtpError('STORE_UNREADABLE', `entry ${next} of the log is missing`);
            next += 1n;
            yield bytesIn(row, 'bytes');
          }
          if (rows.length < LOG_READ_ENTRIES) return;
        }
      },
      size: () => commit.read(() => sizeOf(name)),
    };
  };
}
