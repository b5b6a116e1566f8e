import { isTtpError, TtpError } from '@ttp/core';
import { GROUP_COMMIT_BYTES, GROUP_COMMIT_ENTRIES } from '../limits.js';

/** A file, or a set of them, that takes part in a group of writes. */
export interface Participant {
  /** Appends what is staged and syncs it. */
  flush(): Promise<void>;
  /** Lets readers see what was staged. */
  settle(): void;
  /** Work that is due between two groups; its faults poison. */
  tidy(): Promise<void>;
}

interface Write {
  readonly size: WriteSize;
  readonly participant: Participant;
  readonly stage: () => () => void;
  readonly reject: (fault: TtpError) => void;
}

/** How much a write is. */
export interface WriteSize {
  readonly entries: number;
  readonly bytes: number;
}

/** The one way to write to the files of a storage. */
export interface Commit {
  /**
   * Runs `stage` in the order of the calls; it decides and stages bytes with its participant, or throws LOG_CONFLICT and
   * stages nothing.
   *
   * @returns what `stage` returned, once what it staged is durable
   */
  write<T>(size: WriteSize, participant: Participant, stage: () => T): Promise<T>;
  /** Runs a read; its fault is STORE_UNREADABLE. */
  read<T>(query: () => Promise<T>): Promise<T>;
  /** Throws STORE_CLOSED once the storage is closed. */
  checkOpen(): void;
  /** Waits for what is waiting, then ends. @param end is told whether all that was written is durable */
  close(end: (isSound: boolean) => Promise<void>): Promise<void>;
}

/**
 * Group commit (decision D29): what waits while a group is synced is the next group, and every file is synced once for
 * it. After a write or sync that failed nothing is written any more: which pages reached the disk is unknown, and the
 * kernel counts those of a failed sync as written (flaw.W5).
 */
export function createCommit(): Commit {
  const waiting: Write[] = [];
  let running: Promise<void> | undefined;
  let closing: Promise<void> | undefined;
  let poison: TtpError<'STORE_POISONED'> | undefined;

  const checkOpen = (): void => {
    if (closing !== undefined) throw new TtpError('STORE_CLOSED', 'the storage was closed');
  };

  function poisonAll(cause: unknown, group: readonly Write[]): void {
    poison = new TtpError('STORE_POISONED', 'a write failed; open the storage again', { cause });
    for (const write of [...group, ...waiting.splice(0)]) write.reject(poison);
  }

  /** The writes of the next group; the first one always, however large. */
  function takeGroup(): Write[] {
    let entries = 0;
    let bytes = 0;
    const end = waiting.findIndex(({ size }, i) => {
      entries += size.entries;
      bytes += size.bytes;
      return i > 0 && (entries > GROUP_COMMIT_ENTRIES || bytes > GROUP_COMMIT_BYTES);
    });
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  async function commitGroup(): Promise<void> {
    const group = takeGroup();
    const touched = new Set<Participant>();
    try {
      const told = group.map(({ participant, stage }) => {
        touched.add(participant);
        return stage();
      });
      const flushed = await Promise.allSettled([...touched].map((participant) => participant.flush()));
      for (const one of flushed) if (one.status === 'rejected') throw one.reason;
      for (const participant of touched) participant.settle();
      for (const tell of told) tell();
    } catch (cause) {
      poisonAll(cause, group);
      return;
    }
    try {
      for (const participant of touched) await participant.tidy();
    } catch (cause) {
      poisonAll(cause, []);
    }
  }

  async function commitAll(): Promise<void> {
    await Promise.resolve(); // what this turn still writes comes along
    while (waiting.length > 0) await commitGroup();
    running = undefined;
  }

  return {
    checkOpen,
    async write(size, participant, stage) {
      checkOpen();
      if (poison !== undefined) throw poison;
      return new Promise((resolve, reject) => {
        waiting.push({ size, participant, reject, stage: () => staged(stage, resolve, reject) });
        running ??= commitAll();
      });
    },
    async read(query) {
      checkOpen();
      try {
        return await query();
      } catch (cause) {
        if (isTtpError(cause, 'STORE_CLOSED') || isTtpError(cause, 'STORE_UNREADABLE')) throw cause;
        throw new TtpError('STORE_UNREADABLE', 'the files cannot be read', { cause });
      }
    },
    async close(end) {
      closing ??= (async () => {
        await running;
        await end(poison === undefined);
      })();
      return closing;
    },
  };
}

/** Runs `stage`; a refusal is told like a result, and only when the group is durable: what it refers to may be in it. */
function staged<T>(
  stage: () => T,
  resolve: (value: T) => void,
  reject: (fault: TtpError) => void,
): () => void {
  try {
    const value = stage();
    return () => resolve(value);
  } catch (fault) {
    if (isTtpError(fault, 'LOG_CONFLICT')) return () => reject(fault);
    throw fault;
  }
}
