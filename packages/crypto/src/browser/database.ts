import { TtpError } from '@ttp/core';

const STORE = 'keys';

/** Records by id in one database of the browser. */
export interface Database {
  get(id: string): Promise<unknown>;
  /** Durable when the promise resolves. Throws CRYPTO_BROWSER_KEY_EXISTS. */
  add(record: { readonly id: string }): Promise<void>;
  delete(id: string): Promise<void>;
  close(): void;
}

/** Opens the database of a name, and makes it where there is none. Throws CRYPTO_BROWSER_STORAGE. */
export async function openDatabase(factory: IDBFactory, name: string): Promise<Database> {
  const opening = factory.open(name, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE, { keyPath: 'id' }));
  const database = await resultOf(opening);
  database.addEventListener('versionchange', () => database.close()); // else nobody could delete it
  const write = (work: (keys: IDBObjectStore) => void): Promise<void> => {
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    work(transaction.objectStore(STORE));
    return completionOf(transaction);
  };
  return {
    get: (id) => refusing(() => resultOf(database.transaction(STORE).objectStore(STORE).get(id))),
    add: (record) => refusing(() => write((keys) => keys.add(record))),
    delete: (id) => refusing(() => write((keys) => keys.delete(id))),
    close: () => database.close(),
  };
}

/** What the browser throws at once, as when the database was closed, is refused like what it says later. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TtpError ? error : refusal(error);
  }
}

const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(refusal(request.error)));
  });

const completionOf = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(refusal(transaction.error)));
  });

function refusal(cause: unknown): TtpError {
  if (cause instanceof DOMException && cause.name === 'ConstraintError')
    return new TtpError('CRYPTO_BROWSER_KEY_EXISTS', 'a key of this id is stored', { field: 'id', cause });
  return new TtpError('CRYPTO_BROWSER_STORAGE', 'the browser did not keep or give the key', { cause });
}
