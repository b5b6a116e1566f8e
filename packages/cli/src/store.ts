import { sqlite } from '@ttp/adapters/sqlite';
import type { Storage } from '@ttp/core';
import { inFile, requireFile } from './files/files.js';

/** Opens a storage, or makes one. Throws STORE_*. */
export const openStore = (path: string): Storage => inFile(path, 'store', () => sqlite(path));

/**
 * Works on a storage that exists already, and closes it whatever happens: a path that is mistyped must not become an
 * empty storage that knows of no kill.
 *
 * @throws CLI_FILE_MISSING, STORE_*, and what `work` throws
 */
export async function withStore<T>(path: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  await requireFile(path, 'store');
  const storage = openStore(path);
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}
