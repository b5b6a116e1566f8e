import { type AppendLog, type Storage, type Store, TtpError, type Versioned } from '@ttp/core';
import {
  checkExpected,
  checkKey,
  checkLogName,
  checkPosition,
  checkPrefix,
  copyEntries,
  copyValue,
  logConflict,
} from './storage/arguments.js';

export { duplexPair } from './duplex-pair.js';
export {
  DUPLEX_ERRORS,
  type DuplexErrorCode,
  LOG_ERRORS,
  type LogErrorCode,
  STORE_ERRORS,
  type StoreErrorCode,
} from './errors.js';

/**
 * Storage in the memory of this process, for tests, browsers and agents that need to remember nothing.
 * It keeps the whole contract of the ports except that nothing survives the process: "durable" is "in memory" here.
 *
 * @returns a storage of this process alone (`shared: false`). Its methods throw STORE_BAD_KEY, STORE_BAD_VALUE,
 *   STORE_BAD_VERSION, STORE_TOO_LARGE, LOG_BAD_NAME, LOG_BAD_ENTRY, LOG_BAD_POSITION, LOG_TOO_LARGE, LOG_CONFLICT,
 *   and STORE_CLOSED once it is closed
 */
export function memory(): Storage {
  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new TtpError('STORE_CLOSED', 'the storage was closed');
  };
  const logs = new Map<string, Uint8Array[]>();
  return {
    shared: false,
    store: memoryStore(checkOpen),
    log(name) {
      checkOpen();
      checkLogName(name);
      let entries = logs.get(name);
      if (entries === undefined) logs.set(name, (entries = []));
      return memoryLog(entries, checkOpen);
    },
    async *logs() {
      checkOpen();
      for (const [name, entries] of logs) if (entries.length > 0) yield name;
    },
    async close() {
      closed = true;
    },
  };
}

function memoryStore(checkOpen: () => void): Store {
  const kept = new Map<string, Versioned>();
  // One counter for all keys: versions of a key grow over a deletion without a trace of every key ever deleted.
  let version = 0;
  const isAt = (key: string, expected: number | undefined): boolean =>
    expected === undefined || (kept.get(key)?.version ?? 0) === expected;
  return {
    async get(key) {
      checkOpen();
      checkKey(key);
      const found = kept.get(key);
      return found && { value: new Uint8Array(found.value), version: found.version };
    },
    async put(key, value, expected) {
      checkOpen();
      checkKey(key);
      checkExpected(expected);
      const copy = copyValue(value);
      if (!isAt(key, expected)) return false;
      version += 1;
      kept.set(key, { value: copy, version });
      return true;
    },
    async delete(key, expected) {
      checkOpen();
      checkKey(key);
      checkExpected(expected);
      if (!isAt(key, expected)) return false;
      kept.delete(key);
      return true;
    },
    async *list(prefix) {
      checkOpen();
      checkPrefix(prefix);
      for (const key of [...kept.keys()].filter((k) => k.startsWith(prefix)).sort()) {
        checkOpen();
        if (kept.has(key)) yield key;
      }
    },
  };
}

function memoryLog(kept: Uint8Array[], checkOpen: () => void): AppendLog {
  return {
    async append(entries, expectedSize) {
      checkOpen();
      if (expectedSize !== undefined) checkPosition(expectedSize, 'expectedSize');
      const copies = copyEntries(entries);
      const first = BigInt(kept.length);
      if (expectedSize !== undefined && expectedSize !== first) throw logConflict(expectedSize, first);
      for (const copy of copies) kept.push(copy);
      return first;
    },
    async *read(from, to) {
      checkOpen();
      checkPosition(from, 'from');
      checkPosition(to, 'to');
      for (let i = from; i < to && i < BigInt(kept.length); i += 1n) {
        checkOpen();
        const entry = kept[Number(i)];
        if (entry !== undefined) yield new Uint8Array(entry);
      }
    },
    async size() {
      checkOpen();
      return BigInt(kept.length);
    },
  };
}
