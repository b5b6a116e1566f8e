import { type Lease, type Store, TtpError } from '@ttp/core';
import { FENCED_ROUNDS } from '../limits.js';

/** A value and the fence of the lease that wrote it. */
export interface Fenced {
  readonly value: Uint8Array;
  readonly fence: bigint;
}

/** A key that takes no write of a lease older than the one that wrote last. */
export interface FencedRow {
  get(): Promise<Fenced | undefined>;
  /**
   * Writes in one compare-and-set with the comparison of the fences.
   *
   * @throws LOCK_FENCED where a younger lease has written: whoever calls has lost the lock, and stops; STORE_BUSY
   *   where others of the same lease got in between every time
   */
  put(value: Uint8Array, lease: Pick<Lease, 'fence'>): Promise<void>;
}

const FENCE_BYTES = 8;

/** The key `key` of `store` as a row that checks fences (flaw.W1): its value is stored behind the fence. */
export function fencedRow(store: Store, key: string): FencedRow {
  const read = async (): Promise<(Fenced & { version: number }) | undefined> => {
    const found = await store.get(key);
    if (found === undefined) return undefined;
    const { value, version } = found;
    if (value.length < FENCE_BYTES)
      throw new TtpError('STORE_UNREADABLE', 'the row holds no fence', { field: key });
    const fence = new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(0);
    return { value: value.slice(FENCE_BYTES), fence, version };
  };
  return {
    async get() {
      const found = await read();
      return found && { value: found.value, fence: found.fence };
    },
    async put(value, { fence }) {
      const row = new Uint8Array(FENCE_BYTES + value.length);
      new DataView(row.buffer).setBigUint64(0, fence);
      row.set(value, FENCE_BYTES);
      for (let round = 0; round < FENCED_ROUNDS; round++) {
        const found = await read();
        if (found !== undefined && found.fence > fence)
          throw new TtpError('LOCK_FENCED', `fence ${fence}, and ${found.fence} has written`, { field: key });
        if (await store.put(key, row, found?.version ?? 0)) return;
      }
      throw new TtpError('STORE_BUSY', 'others wrote to the row each time', { field: key });
    },
  };
}
