import { isTtpError, TtpError } from '@ttp/core';

/** The object stores: keys with their values, the counter of versions, sizes of logs, and their entries. */
export type TableName = 'kept' | 'counter' | 'log' | 'entry';
const TABLES: readonly TableName[] = ['kept', 'counter', 'log', 'entry'];

/** Grows with every change of the object stores. */
const SCHEMA_VERSION = 1;

/** The object stores of a transaction, by name. */
export type Tables = (name: TableName) => IDBObjectStore;

/** The one way to the database. */
export interface IndexedDb {
  /**
   * Runs `work` in a transaction. It may await requests of these tables and nothing else, and may throw LOG_CONFLICT.
   *
   * @returns what `work` returned, once the transaction is durable
   */
  write<T>(tables: readonly TableName[], work: (tables: Tables) => Promise<T>): Promise<T>;
  read<T>(tables: readonly TableName[], work: (tables: Tables) => Promise<T>): Promise<T>;
  /** Throws STORE_CLOSED after {@link IndexedDb.close}. */
  checkOpen(): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** Opens the database, or makes it. Throws STORE_UNREADABLE, STORE_UNKNOWN_SCHEMA. */
export async function openIndexedDb(factory: IDBFactory, name: string): Promise<IndexedDb> {
  const database = await open(factory, name);
  const underWay = new Set<Promise<unknown>>();
  let closed = false;
  let poison: TtpError<'STORE_POISONED'> | undefined;
  // Another page that changes or deletes the database waits for this; what is written later fails, and poisons.
  database.addEventListener('versionchange', () => database.close());

  const checkOpen = (): void => {
    if (closed) throw new TtpError('STORE_CLOSED', 'the storage was closed');
  };

  async function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  async function transact<T>(
    tables: readonly TableName[],
    mode: 'readonly' | 'readwrite',
    work: (tables: Tables) => Promise<T>,
  ): Promise<T> {
    const transaction = database.transaction([...tables], mode, { durability: 'strict' });
    const ended = endOf(transaction);
    try {
      const result = await work((table) => transaction.objectStore(table));
      await ended;
      return result;
    } catch (fault) {
      abort(transaction);
      await ended.catch(() => undefined); // the fault that matters is the one of the work
      throw fault;
    }
  }

  async function write<T>(tables: readonly TableName[], work: (tables: Tables) => Promise<T>): Promise<T> {
    try {
      const result = await transact(tables, 'readwrite', work);
      if (poison !== undefined) throw poison; // it failed beside another one: nothing is acknowledged any more
      return result;
    } catch (cause) {
      if (isTtpError(cause)) throw cause;
      poison ??= new TtpError('STORE_POISONED', 'a write failed; open the storage again', { cause });
      throw poison;
    }
  }

  return {
    checkOpen,
    async write(tables, work) {
      checkOpen();
      if (poison !== undefined) throw poison;
      return track(write(tables, work));
    },
    async read(tables, work) {
      checkOpen();
      try {
        return await track(transact(tables, 'readonly', work));
      } catch (cause) {
        if (isTtpError(cause)) throw cause;
        throw new TtpError('STORE_UNREADABLE', 'the database cannot be read', { cause });
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(underWay);
      database.close();
    },
  };
}

async function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  let database: IDBDatabase;
  try {
    const opening = factory.open(name, SCHEMA_VERSION);
    opening.addEventListener('upgradeneeded', () => {
      for (const table of TABLES) opening.result.createObjectStore(table);
    });
    database = await resultOf(opening);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'VersionError')
      throw new TtpError('STORE_UNKNOWN_SCHEMA', 'the database has a later schema version', { cause });
    throw new TtpError('STORE_UNREADABLE', 'the database cannot be opened', { cause });
  }
  if (TABLES.every((table) => database.objectStoreNames.contains(table))) return database;
  database.close();
  throw new TtpError('STORE_UNREADABLE', 'the database is of another program', { field: 'name' });
}

/** The result of a request. Rejects with the fault of the browser. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(faultOf(request.error)));
  });
}

/** Resolves when the transaction is durable. */
function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(faultOf(transaction.error)));
  });
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already, by the fault that led here.
  }
}

const faultOf = (fault: DOMException | null): Error => fault ?? new Error('the transaction was aborted');
