import type { Database } from '../../src/sqlite/driver.js';

/** A database that counts its statements and fails where it is told to. */
export interface FailingDatabase extends Database {
  /** How often `exec` ran each text. */
  readonly ran: Map<string, number>;
  /** Makes the next `exec` of this text fail, as a full or broken disk does; the transaction stays open. */
  failAt(sql: string): void;
}

/** Wraps `database`. */
export function failingDatabase(database: Database): FailingDatabase {
  const failing = new Set<string>();
  const ran = new Map<string, number>();
  return {
    ran,
    failAt: (sql) => failing.add(sql),
    exec(sql) {
      ran.set(sql, (ran.get(sql) ?? 0) + 1);
      if (failing.delete(sql)) throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
      database.exec(sql);
    },
    prepare: (sql) => database.prepare(sql),
    close: () => database.close(),
  };
}
