import type { Storage } from '@ttp/core';
import { createTimer } from '../system/timer.js';
import { systemClock } from '../system.js';
import type { Database } from './driver.js';
import { createGroupCommit } from './group-commit.js';
import { sqliteLogNames, sqliteLogs } from './log.js';
import { sqliteStore } from './store.js';

/** The storage over an open database with the tables of this version. `busyMs`: see the options of `sqlite()`. */
export function createStorage(database: Database, busyMs: number): Storage {
  // Keeps the process alive: one that waits for a lock has promised to write.
  const timer = createTimer(systemClock, { keepsProcess: true });
  const commit = createGroupCommit(database, { clock: systemClock, timer, busyMs });
  return {
    shared: true,
    store: sqliteStore(database, commit),
    log: sqliteLogs(database, commit),
    logs: () => sqliteLogNames(database, commit),
    close: () => commit.close(),
  };
}
