import { type AppendLog, TtpError } from '@ttp/core';
import { LOG_READ_ENTRIES } from '../limits.js';
import { checkLogName, checkPosition, copyEntries, logConflict } from '../storage/arguments.js';
import { type IndexedDb, resultOf, type Tables } from './database.js';

/** The AppendLog port over the object stores `log` and `entry`: opens logs by name. */
export function indexedDbLogs(database: IndexedDb): (name: string) => AppendLog {
  return (name) => {
    database.checkOpen();
    checkLogName(name);

    const sizeOf = async (tables: Tables): Promise<number> => {
      const found: unknown = await resultOf(tables('log').get(name));
      return typeof found === 'number' ? found : 0;
    };

    /** Entries from `first` on, up to the end of a page. */
    async function page(tables: Tables, first: number, end: number): Promise<unknown[]> {
      const until = Math.min(end, await sizeOf(tables), first + LOG_READ_ENTRIES);
      if (until <= first) return [];
      const range = IDBKeyRange.bound([name, first], [name, until], false, true);
      const entries: unknown[] = await resultOf(tables('entry').getAll(range));
      if (entries.length !== until - first)
        throw new TtpError('STORE_UNREADABLE', `an entry of the log from ${first} on is missing`);
      return entries;
    }

    return {
      async append(entries, expectedSize) {
        database.checkOpen();
        if (expectedSize !== undefined) checkPosition(expectedSize, 'expectedSize');
        const copies = copyEntries(entries);
        return database.write(['log', 'entry'], async (tables) => {
          const first = await sizeOf(tables);
          if (expectedSize !== undefined && expectedSize !== BigInt(first))
            throw logConflict(expectedSize, BigInt(first));
          // A request that fails aborts the transaction, so none of them is waited for.
          for (const [i, copy] of copies.entries()) tables('entry').add(copy, [name, first + i]);
          if (copies.length > 0) tables('log').put(first + copies.length, name);
          return BigInt(first);
        });
      },
      async *read(from, to) {
        database.checkOpen();
        checkPosition(from, 'from');
        checkPosition(to, 'to');
        const end = to > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(to);
        for (let next = from; next < to && next < Number.MAX_SAFE_INTEGER; ) {
          const start = Number(next);
          const entries = await database.read(['log', 'entry'], (tables) => page(tables, start, end));
          for (const entry of entries) {
            database.checkOpen();
            if (!(entry instanceof Uint8Array))
              throw new TtpError('STORE_UNREADABLE', `entry ${next} does not hold what was written`);
            next += 1n;
            yield entry;
          }
          if (entries.length < LOG_READ_ENTRIES) return;
        }
      },
      async size() {
        return BigInt(await database.read(['log'], sizeOf));
      },
    };
  };
}

/** The names of the logs; a log is made with its first entries. */
export async function* indexedDbLogNames(database: IndexedDb): AsyncIterable<string> {
  const names = await database.read(['log'], (tables) => resultOf(tables('log').getAllKeys()));
  for (const name of names) if (typeof name === 'string') yield name;
}
