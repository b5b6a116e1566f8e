import { type Clock, isTtpError, type Timer, TtpError } from '@ttp/core';
import {
  CHECKPOINT_BYTES,
  CHECKPOINT_COMMITS,
  GROUP_COMMIT_ENTRIES,
  STORE_LOCK_ATTEMPT_MS,
} from '../limits.js';
import { type Database, isBusy } from './driver.js';

/** One write: what it does inside the transaction, and how its caller is told afterwards. */
interface Write {
  readonly entries: number;
  readonly bytes: number;
  /** Runs the statements; the returned function tells the caller, and is called after COMMIT only. */
  readonly apply: () => () => void;
  readonly reject: (fault: TtpError) => void;
}

/** What the committer needs to know and to wait. */
export interface GroupCommitOptions {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly busyMs: number;
}

/** The one way to a database: writes that share transactions, and reads of what was committed. */
export interface GroupCommit {
  /**
   * Runs `statements` in the next transaction, together with every other write that is waiting by then.
   * It may refuse with LOG_CONFLICT before its first statement that writes; any other throw is a fault of all.
   *
   * @param size how many entries and bytes it writes
   * @returns what `statements` returned, after COMMIT
   */
  write<T>(size: { readonly entries: number; readonly bytes: number }, statements: () => T): Promise<T>;
  /** Runs `query` on what is committed. */
  read<T>(query: () => T): Promise<T>;
  /** Throws STORE_CLOSED after {@link GroupCommit.close}. */
  checkOpen(): void;
  /** Commits what is waiting and closes the database. */
  close(): Promise<void>;
}

/**
 * Group commit (decision D29). Writes wait for the end of the turn of the event loop, at most, and then share one
 * BEGIN IMMEDIATE ... COMMIT and so one fsync. The commit is synchronous: whatever arrives meanwhile shares the
 * next one. After a failed write, sync or checkpoint nothing is written any more: what the failed pages hold is
 * unknown, and the kernel may have dropped them, so a second fsync would succeed without them (flaw.W5). What was
 * committed before can still be read.
 */
export function createGroupCommit(database: Database, options: GroupCommitOptions): GroupCommit {
  const { clock, timer, busyMs } = options;
  const waiting: Write[] = [];
  const sinceCheckpoint = { commits: 0, bytes: 0 };
  let committing: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let poison: TtpError<'STORE_POISONED'> | undefined;
  let readable = true;

  const checkOpen = (): void => {
    if (closing !== undefined) throw new TtpError('STORE_CLOSED', 'the storage was closed');
  };

  const rejectWaiting = (fault: TtpError): void => {
    for (const write of waiting.splice(0)) write.reject(fault);
  };

  const poisonAll = (cause: unknown): TtpError => {
    poison = new TtpError('STORE_POISONED', 'a write failed; open the storage again', { cause });
    readable = isRolledBack(database);
    rejectWaiting(poison);
    return poison;
  };

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      timer.after(STORE_LOCK_ATTEMPT_MS, resolve);
    });

  /** Runs `step`, again and again while another process holds the lock. Nothing was done when that is thrown. */
  async function whenFree<T>(step: () => T): Promise<T> {
    const deadline = clock.monotonic() + busyMs;
    for (;;) {
      try {
        return step();
      } catch (cause) {
        if (!isBusy(cause)) throw cause;
        if (clock.monotonic() >= deadline)
          throw new TtpError('STORE_BUSY', 'another process holds the file', { cause });
      }
      await pause();
    }
  }

  /** The writes of the next transaction; the first one always, however large. */
  function takeBatch(): Write[] {
    let entries = 0;
    const end = waiting.findIndex((write, i) => {
      entries += write.entries;
      return i > 0 && entries > GROUP_COMMIT_ENTRIES;
    });
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  async function commitNext(): Promise<void> {
    try {
      await whenFree(() => {
        database.exec('BEGIN IMMEDIATE');
        commitBatch(takeBatch());
      });
    } catch (fault) {
      if (isTtpError(fault, 'STORE_BUSY')) rejectWaiting(fault);
      else poisonAll(fault);
    }
  }

  function commitBatch(batch: readonly Write[]): void {
    try {
      const told = batch.map((write) => write.apply());
      database.exec('COMMIT');
      for (const tell of told) tell();
    } catch (cause) {
      const fault = poisonAll(cause);
      for (const write of batch) write.reject(fault);
      return;
    }
    checkpoint(batch);
  }

  function checkpoint(batch: readonly Write[]): void {
    sinceCheckpoint.commits += 1;
    for (const write of batch) sinceCheckpoint.bytes += write.bytes;
    if (sinceCheckpoint.commits < CHECKPOINT_COMMITS && sinceCheckpoint.bytes < CHECKPOINT_BYTES) return;
    sinceCheckpoint.commits = 0;
    sinceCheckpoint.bytes = 0;
    try {
      // PASSIVE waits for nobody: what a reader still needs stays for the next time.
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (fault) {
      poisonAll(fault);
    }
  }

  async function commitAll(): Promise<void> {
    while (waiting.length > 0) {
      await endOfTurn();
      await commitNext();
    }
    committing = undefined;
  }

  return {
    checkOpen,
    async write(size, statements) {
      checkOpen();
      if (poison !== undefined) throw poison;
      return new Promise((resolve, reject) => {
        waiting.push({ ...size, reject, apply: () => applied(statements, resolve, reject) });
        committing ??= commitAll();
      });
    },
    async read(query) {
      checkOpen();
      if (poison !== undefined && !readable) throw poison;
      try {
        return await whenFree(query);
      } catch (cause) {
        if (isTtpError(cause)) throw cause;
        throw new TtpError('STORE_UNREADABLE', 'the database cannot be read', { cause });
      }
    },
    async close() {
      closing ??= (async () => {
        await committing;
        database.close();
      })();
      return closing;
    },
  };
}

/** Runs `statements`; a refusal is told like a result, a fault is thrown on to poison the batch. */
function applied<T>(
  statements: () => T,
  resolve: (value: T) => void,
  reject: (fault: TtpError) => void,
): () => void {
  try {
    const value = statements();
    return () => resolve(value);
  } catch (fault) {
    if (isTtpError(fault, 'LOG_CONFLICT')) return () => reject(fault);
    throw fault;
  }
}

const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * Leaves the failed transaction; SQLite may have left it by itself, then ROLLBACK fails and an empty transaction
 * can be opened. False where neither works: reads would show what was never committed.
 */
function isRolledBack(database: Database): boolean {
  return ['ROLLBACK', 'BEGIN; ROLLBACK'].some((sql) => {
    try {
      database.exec(sql);
      return true;
    } catch {
      return false; // the fault that matters is the one that led here; this one only decides about reading
    }
  });
}
