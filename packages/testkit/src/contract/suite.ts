import type { Storage } from '@ttp/core';
import { describe, it } from 'vitest';

/** A storage under test, and what its adapter lets the suite do to it. */
export interface StorageSubject {
  /** New and empty. */
  readonly storage: Storage;
  /** Opens the same data as after a restart; the storage before it is not used again. Left out where nothing is kept. */
  reopen?(): Promise<Storage>;
  /** Opens another connection to the same data, as another process has. Left out where a storage is one process's. */
  connect?(): Promise<Storage>;
  /** Makes the next write or sync fail inside the adapter. Left out where none can fail. */
  fail?(): void;
}

/** Makes a {@link StorageSubject} for one check. */
export type OpenSubject = () => Promise<StorageSubject>;

/** One demand of a port, as a plain function, so that a broken adapter can be shown to be caught by it. */
export interface ContractCheck {
  readonly name: string;
  /** The hook without which the check cannot be made. */
  readonly needs?: 'reopen' | 'fail' | 'connect';
  /** Throws where the adapter breaks the demand. */
  run(subject: Required<StorageSubject>): Promise<void>;
}

/**
 * Opens a subject, runs one check on it, and closes what was opened last and every other connection.
 *
 * @param skip called with the reason when the subject lacks a hook that the check needs; it must throw
 */
export async function runCheck(
  check: ContractCheck,
  open: OpenSubject,
  skip: (reason: string) => never,
): Promise<void> {
  const subject = await open();
  let current = subject.storage;
  const others: Storage[] = [];
  const absent = (hook: string) => skip(`the adapter offers no ${hook}() to the suite`);
  if (check.needs !== undefined && subject[check.needs] === undefined) absent(check.needs);
  try {
    await check.run({
      storage: current,
      async reopen() {
        current = await (subject.reopen?.() ?? absent('reopen'));
        return current;
      },
      async connect() {
        const other = await (subject.connect?.() ?? absent('connect'));
        others.push(other);
        return other;
      },
      fail: () => (subject.fail === undefined ? absent('fail') : subject.fail()),
    });
  } finally {
    for (const other of others) await other.close();
    await current.close();
  }
}

/** Registers one vitest test per check; a check without its hook is skipped with the reason. */
export function registerChecks(title: string, checks: readonly ContractCheck[], open: OpenSubject): void {
  describe(title, () => {
    for (const check of checks) it(check.name, ({ skip }) => runCheck(check, open, skip));
  });
}
