import { resolve } from 'node:path';
import { type Disk, isTtpError, type Random, type Storage, TtpError } from '@ttp/core';
import { lockFolder } from './fs/folder-lock.js';
import { makeFolder } from './fs/make-folder.js';
import { nodeDisk } from './fs/node-disk.js';
import { openStorage } from './fs/storage.js';
import { systemRandom } from './system.js';

export { LOG_ERRORS, type LogErrorCode, STORE_ERRORS, type StoreErrorCode } from './errors.js';
export { nodeDisk } from './fs/node-disk.js';

/** Options of {@link diskStorage}. */
export interface DiskStorageOptions {
  /** Marks the files; the generator of this machine when left out. */
  readonly random?: Random;
}

/**
 * Storage in the files of one folder, for one process at a time: segment files for each log, one file for keys and
 * values. A promise resolves when its write is durable; what waits at the same time shares one sync of each file
 * (decision D29). A failed write or sync poisons the storage until it is opened again (flaw.W5). Keys, and where values
 * and the latest entries stand, are in memory; values and entries are not.
 *
 * @param folder is made where there is none, with mode 0700
 * @returns a storage of this process alone (`shared: false`). Its methods throw what those of `memory()` throw, and
 *   STORE_POISONED, STORE_UNREADABLE
 * @throws STORE_BAD_PATH, STORE_BUSY where another process has the folder open, STORE_UNREADABLE, STORE_UNAVAILABLE
 */
export async function fs(folder: string): Promise<Storage> {
  if (typeof folder !== 'string' || folder === '' || folder.includes('\0'))
    throw new TtpError('STORE_BAD_PATH', 'not the path of a folder', { field: 'folder' });
  const path = resolve(folder);
  let unlock: (() => void) | undefined;
  try {
    await makeFolder(path);
    unlock = lockFolder(path);
    const storage = await openStorage(await nodeDisk(path), systemRandom);
    let closing: Promise<void> | undefined;
    return {
      ...storage,
      close() {
        closing ??= storage.close().finally(() => unlock?.());
        return closing;
      },
    };
  } catch (cause) {
    unlock?.();
    if (isTtpError(cause)) throw cause;
    throw new TtpError('STORE_UNREADABLE', 'the folder cannot be opened', { cause, field: 'folder' });
  }
}

/**
 * The storage of {@link fs} over any disk: one that encrypts, counts, or fails in a test. Who passes the disk keeps
 * other processes out of it.
 *
 * @throws STORE_UNREADABLE
 */
export function diskStorage(disk: Disk, options: DiskStorageOptions = {}): Promise<Storage> {
  return openStorage(disk, options.random ?? systemRandom);
}
