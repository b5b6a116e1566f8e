import { type ErrorCode, TtpError } from '@ttp/core';
import { TABLE_SWEEP } from '../limits.js';

/** Entries by key in the memory of this process, never more than so many. */
export interface Table<E> {
  find(key: string): E | undefined;
  /**
   * The entry of a key, made where there is none.
   *
   * @param now what `isIdle` is asked with
   * @throws the code of a full table
   */
  at(key: string, now: number): E;
  entries(): Iterable<readonly [string, E]>;
  readonly size: number;
}

/**
 * A table that is full makes room by forgetting entries that are idle, and refuses a new key where there is none: what
 * limits somebody is never dropped for somebody else (flaw.H9). It looks at a few entries at a time, from where it
 * ended, so that whoever floods it pays the same for each key.
 */
export function createTable<E>({
  most,
  full,
  make,
  isIdle,
}: {
  readonly most: number;
  readonly full: ErrorCode;
  readonly make: () => E;
  /** Whether an entry that is made anew would let nobody do more. */
  readonly isIdle: (entry: E, now: number) => boolean;
}): Table<E> {
  const entries = new Map<string, E>();
  let sweep = entries.entries();

  function makeRoom(now: number): void {
    for (let looked = 0; looked < TABLE_SWEEP && entries.size >= most; looked++) {
      let next = sweep.next();
      if (next.done === true) {
        sweep = entries.entries();
        next = sweep.next();
      }
      if (next.done === true) return;
      const [key, entry] = next.value;
      if (isIdle(entry, now)) entries.delete(key);
    }
  }

  return {
    find: (key) => entries.get(key),
    at(key, now) {
      let entry = entries.get(key);
      if (entry !== undefined) return entry;
      if (entries.size >= most) makeRoom(now);
      if (entries.size >= most) throw new TtpError(full, `there are ${most} others already`);
      entries.set(key, (entry = make()));
      return entry;
    },
    entries: () => entries,
    get size() {
      return entries.size;
    },
  };
}
