import { type Store, TtpError, type Versioned } from '@ttp/core';
import { STORE_LIST_KEYS } from '../limits.js';
import { checkExpected, checkKey, checkPrefix, copyValue } from '../storage/arguments.js';
import { type IndexedDb, resultOf, type Tables } from './database.js';

/** Sorts after every key that begins with the same prefix: keys end at `~`, 0x7e. */
const AFTER_KEYS = '\x7f';

/** The one key of the counter: of all versions, so that those of a key grow over its deletion. */
const LAST = 'version';

/** What is kept under a key. Throws STORE_UNREADABLE. */
async function kept(tables: Tables, key: string): Promise<Versioned | undefined> {
  const found: unknown = await resultOf(tables('kept').get(key));
  if (found === undefined || isVersioned(found)) return found;
  throw new TtpError('STORE_UNREADABLE', 'a key does not hold what was written', { field: key });
}

const isAt = async (tables: Tables, key: string, expected: number | undefined): Promise<boolean> =>
  expected === undefined || ((await kept(tables, key))?.version ?? 0) === expected;

/** The Store port over the object stores `kept` and `counter`. */
export function indexedDbStore(database: IndexedDb): Store {
  return {
    async get(key) {
      database.checkOpen();
      checkKey(key);
      return database.read(['kept'], (tables) => kept(tables, key));
    },
    async put(key, value, expected) {
      database.checkOpen();
      checkKey(key);
      checkExpected(expected);
      const copy = copyValue(value);
      return database.write(['kept', 'counter'], async (tables) => {
        if (!(await isAt(tables, key, expected))) return false;
        const last: unknown = await resultOf(tables('counter').get(LAST));
        const version = (typeof last === 'number' ? last : 0) + 1;
        await resultOf(tables('counter').put(version, LAST));
        await resultOf(tables('kept').put({ value: copy, version }, key));
        return true;
      });
    },
    async delete(key, expected) {
      database.checkOpen();
      checkKey(key);
      checkExpected(expected);
      return database.write(['kept'], async (tables) => {
        if (!(await isAt(tables, key, expected))) return false;
        await resultOf(tables('kept').delete(key));
        return true;
      });
    },
    async *list(prefix) {
      database.checkOpen();
      checkPrefix(prefix);
      let range = IDBKeyRange.bound(prefix, prefix + AFTER_KEYS);
      for (;;) {
        const within = range;
        const keys = await database.read(['kept'], (tables) =>
          resultOf(tables('kept').getAllKeys(within, STORE_LIST_KEYS)),
        );
        for (const key of keys) if (typeof key === 'string') yield key;
        const last = keys.at(-1);
        if (last === undefined || keys.length < STORE_LIST_KEYS) return;
        range = IDBKeyRange.bound(last, prefix + AFTER_KEYS, true);
      }
    },
  };
}

const isVersioned = (found: unknown): found is Versioned =>
  typeof found === 'object' &&
  found !== null &&
  'value' in found &&
  found.value instanceof Uint8Array &&
  'version' in found &&
  typeof found.version === 'number';
