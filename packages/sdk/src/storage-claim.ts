import { type Dispose, type Storage, TtpError } from '@ttp/core';

/** Storages that an instance of this process keeps its kill records in. */
const claimed = new WeakSet<Storage>();

/**
 * One instance at a time on a storage that says it belongs to this process alone: its permits hold without a lease,
 * so that a kill through a second instance would not be seen by the first (decision D32). A shared one is re-read.
 *
 * @throws SDK_STORAGE_IN_USE
 */
export function claimStorage(storage: Storage): Dispose {
  if (storage.shared) return () => undefined;
  if (claimed.has(storage))
    throw new TtpError('SDK_STORAGE_IN_USE', 'close the other instance first', { field: 'storage' });
  claimed.add(storage);
  return () => void claimed.delete(storage);
}
