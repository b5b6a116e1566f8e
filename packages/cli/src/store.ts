import { fs } from '@ttp/adapters/fs';
import { sqlite } from '@ttp/adapters/sqlite';
import { isTtpError, type Storage, TtpError } from '@ttp/core';
import { inFileLater, requireFile } from './files/files.js';
import { HintedError } from './hints.js';
import { parseAddress } from './storage/address.js';
import { COPY_KEY } from './storage/copy-key.js';

/** How a storage is opened. */
interface Opening {
  /** The option that names it; `store` unless given. */
  readonly field?: string;
  /** It has to be there already: what is mistyped must not become an empty storage that knows of no kill. */
  readonly exists?: boolean;
  /** It may be a copy that is not whole: what goes on with one opens it. */
  readonly unfinished?: boolean;
}

/**
 * Opens the storage at an address, or makes one. A copy that is not whole is refused: it may lack a kill, or the use of
 * an approval, that its source has.
 *
 * @throws CLI_STORE_ADDRESS, CLI_STORE_CLIENT, CLI_STORE_UNFINISHED, CLI_FILE_MISSING, STORE_*
 */
export async function openStore(
  address: string,
  { field = 'store', exists = false, unfinished = false }: Opening = {},
): Promise<Storage> {
  const storage = await openAt(address, field, exists);
  try {
    if (!unfinished && (await storage.store.get(COPY_KEY)) !== undefined)
      throw new TtpError('CLI_STORE_UNFINISHED', 'the storage is a copy that is not whole', { field });
    return storage;
  } catch (fault) {
    await storage.close();
    throw fault;
  }
}

async function openAt(address: string, field: string, exists: boolean): Promise<Storage> {
  const at = parseAddress(address, field);
  if (at.kind === 'postgres') {
    const { openPostgres } = await import('./storage/open-postgres.js');
    return openPostgres(at, { exists, field });
  }
  if (exists) await requireStorage(at.path, field);
  return inFileLater(at.path, field, async () => (at.kind === 'fs' ? fs(at.path) : sqlite(at.path)));
}

/** Where it is missing, it may be mistyped, or nobody may have made one yet. */
async function requireStorage(path: string, field: string): Promise<void> {
  try {
    await requireFile(path, field);
  } catch (error) {
    if (!isTtpError(error, 'CLI_FILE_MISSING')) throw error;
    const hint =
      'the path, seen from the folder you are in; --store of ttp did create or ttp keygen makes one';
    throw new HintedError('CLI_FILE_MISSING', `there is no storage ${path}`, hint, field);
  }
}

/**
 * Works on a storage that exists already, and closes it whatever happens.
 *
 * @throws what {@link openStore} throws, and what `work` throws
 */
export async function withStore<T>(address: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStore(address, { exists: true });
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}
