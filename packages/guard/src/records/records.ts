import { type ErrorCode, isTtpError, type Store, TtpError } from '@ttp/core';
import { RECORD_WRITE_ATTEMPTS } from '../limits.js';

/** Records of one kind, in a store that other processes may write too. */
export interface Records<R> {
  /** The record as it is stored. Throws what `decode` throws, GUARD_STORE_FAILED, and the codes of the store. */
  read(key: string): Promise<R>;
  /**
   * Changes a record by compare-and-set. Changes of one record are applied in the order they came, and those that wait
   * at the same time share one write.
   *
   * @param change gives the record after it, or the same one where nothing is to be written; throws to refuse. It is
   *   called again where another process came first, so it must not do anything else
   * @returns the record after this change, when it is stored
   * @throws what `change` and `decode` throw, the code of contention, GUARD_STORE_FAILED, and the codes of the store.
   *   After a fault of the store nobody knows whether it was written
   */
  change(key: string, change: (record: R) => R): Promise<R>;
}

/** How a kind of record is kept. */
export interface RecordFormat<R> {
  /** What a store kept, or undefined where it kept nothing. Throws for what cannot be read. */
  readonly decode: (bytes: Uint8Array | undefined) => R;
  readonly encode: (record: R) => Uint8Array;
  /** The code where other processes always came first. */
  readonly contention: ErrorCode;
}

/** A change that waits for its turn. */
interface Waiting<R> {
  readonly change: (record: R) => R;
  readonly resolve: (record: R) => void;
  readonly reject: (fault: unknown) => void;
}

/** @param store where the records are */
export function createRecords<R>(
  store: Pick<Store, 'get' | 'put'>,
  { decode, encode, contention }: RecordFormat<R>,
): Records<R> {
  const queues = new Map<string, Waiting<R>[]>();

  async function drain(key: string, queue: Waiting<R>[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0);
      try {
        await write(key, batch);
      } catch (cause) {
        const fault = storeFault(cause);
        for (const { reject } of batch) reject(fault);
      }
    }
    queues.delete(key);
  }

  async function write(key: string, batch: readonly Waiting<R>[]): Promise<void> {
    for (let attempt = 0; attempt < RECORD_WRITE_ATTEMPTS; attempt++) {
      const found = await store.get(key);
      const before = decode(found?.value);
      let record = before;
      const ends = batch.map(({ change, resolve, reject }) => {
        try {
          const after = (record = change(record));
          return () => resolve(after);
        } catch (refusal) {
          return () => reject(refusal);
        }
      });
      if (record !== before && !(await store.put(key, encode(record), found?.version ?? 0))) continue;
      for (const end of ends) end();
      return;
    }
    throw new TtpError(contention, 'other processes kept getting in between');
  }

  return {
    async read(key) {
      let found: Awaited<ReturnType<Store['get']>>;
      try {
        found = await store.get(key);
      } catch (cause) {
        throw storeFault(cause);
      }
      return decode(found?.value);
    },
    change: (key, change) =>
      new Promise((resolve, reject) => {
        const queue = queues.get(key);
        if (queue !== undefined) {
          queue.push({ change, resolve, reject });
          return;
        }
        const mine = [{ change, resolve, reject }];
        queues.set(key, mine);
        void drain(key, mine);
      }),
  };
}

/** A fault of a store, which always has a code: its own, or GUARD_STORE_FAILED. */
export const storeFault = (cause: unknown): TtpError =>
  isTtpError(cause) ? cause : new TtpError('GUARD_STORE_FAILED', 'the store failed', { cause });
