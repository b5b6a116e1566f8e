import { type AppendLog, type Storage, type Store, TtpError, type Versioned } from '@ttp/core';
import type { StorageSubject } from '../../src/index.js';

/** Ways in which adapters have been wrong; each stands for one line below that the right adapter has. */
export const BUGS = [
  'forgets-empty-values',
  'truncates-large-values',
  'refuses-quotes-in-keys',
  'takes-expected-0-for-none',
  'reads-from-a-stale-copy',
  'trusts-keys',
  'trusts-versions',
  'trusts-positions',
  'trusts-log-names',
  'awaits-between-check-and-put',
  'ignores-expected-on-delete',
  'restarts-versions-after-deletion',
  'raises-version-on-refusal',
  'lists-unsorted',
  'lists-by-pattern',
  'lists-deleted',
  'keeps-the-callers-array',
  'hands-out-its-own-array',
  'copies-too-late',
  'answers-after-close',
  'throws-on-second-close',
  'loses-acknowledged-data',
  'forgets-versions-on-reopening',
  'acknowledges-after-a-fault',
  'acknowledges-the-failed-write',
  'shows-failed-writes',
  'tears-values',
  'conflicts-ignored',
  'conflicting-batch-stays',
  'awaits-between-check-and-append',
  'interleaves-batches',
  'returns-the-last-index',
  'reads-inclusive',
  'fails-beyond-the-end',
  'refuses-empty-batches',
  'folds-log-names',
  'a-log-per-handle',
  'keeps-half-a-batch',
  'drops-empty-entries',
  'lists-one-page',
  'names-empty-logs',
  'reads-one-page',
  'a-copy-per-connection',
] as const;
export type Bug = (typeof BUGS)[number];

interface Kept {
  readonly values: Map<string, Versioned>;
  readonly deleted: Map<string, number>;
  readonly logs: Map<string, Uint8Array[]>;
}

const fault = (): TtpError<'STORE_POISONED'> => new TtpError('STORE_POISONED', 'the write failed');
const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);

/** The smallest storage that keeps the contract, or breaks it in one way. */
export function tinyStorage(bug?: Bug): StorageSubject {
  const kept: Kept = { values: new Map(), deleted: new Map(), logs: new Map() };
  let failing = false;
  const open = (): Storage => openTiny(kept, bug, () => failing && !(failing = false));
  return {
    storage: open(),
    fail: () => void (failing = true),
    connect: async () =>
      openTiny(bug === 'a-copy-per-connection' ? structuredClone(kept) : kept, bug, () => false),
    async reopen() {
      failing = false;
      if (bug === 'loses-acknowledged-data') for (const part of Object.values(kept)) part.clear();
      if (bug === 'forgets-versions-on-reopening') {
        kept.deleted.clear();
        for (const [key, { value }] of kept.values) kept.values.set(key, { value, version: 1 });
      }
      return open();
    },
  };
}

function openTiny(kept: Kept, bug: Bug | undefined, takeFault: () => boolean): Storage {
  const has = (one: Bug): boolean => bug === one;
  let closed = false;
  let poisoned = false;
  const checkOpen = (): void => {
    if (closed && !has('answers-after-close')) throw new TtpError('STORE_CLOSED', 'closed');
  };
  /** @returns whether this write fails; then the caller applies what its bug leaves behind and throws. */
  const writes = (): boolean => {
    checkOpen();
    if (poisoned && !has('acknowledges-after-a-fault')) throw new TtpError('STORE_POISONED', 'poisoned');
    return takeFault() && (poisoned = true);
  };

  const checkKey = (key: string): void => {
    if (!/^[\x20-\x7e]{1,512}$/.test(key) && !has('trusts-keys'))
      throw new TtpError('STORE_BAD_KEY', 'bad key');
    if (key.includes("'") && has('refuses-quotes-in-keys')) throw new TtpError('STORE_BAD_KEY', 'quote');
  };
  const stale = new Map<string, Versioned | undefined>();
  const checkExpected = (expected = 0): void => {
    if ((!Number.isSafeInteger(expected) || expected < 0) && !has('trusts-versions'))
      throw new TtpError('STORE_BAD_VERSION', 'bad version');
  };
  const checkPosition = (position = 0n): void => {
    if (position < 0n && !has('trusts-positions')) throw new TtpError('LOG_BAD_POSITION', 'bad position');
  };
  const nextVersion = (key: string): number =>
    1 +
    (kept.values.get(key)?.version ??
      (has('restarts-versions-after-deletion') ? 0 : (kept.deleted.get(key) ?? 0)));
  const set = (key: string, value: Uint8Array): void =>
    void kept.values.set(key, { value, version: nextVersion(key) });

  function stored(value: Uint8Array): Uint8Array {
    if (has('keeps-the-callers-array')) return value;
    return has('truncates-large-values') ? value.slice(0, 65_536) : copyOf(value);
  }

  const store: Store = {
    async get(key) {
      checkOpen();
      checkKey(key);
      const found = has('reads-from-a-stale-copy') && stale.has(key) ? stale.get(key) : kept.values.get(key);
      if (found === undefined || (has('forgets-empty-values') && found.value.length === 0)) return undefined;
      return has('hands-out-its-own-array') ? found : { ...found, value: copyOf(found.value) };
    },
    async put(key, value, expected) {
      checkKey(key);
      checkExpected(expected);
      if (has('copies-too-late')) await Promise.resolve();
      const fails = writes();
      const any = expected === undefined || (expected === 0 && has('takes-expected-0-for-none'));
      const matches = any || (kept.values.get(key)?.version ?? 0) === expected;
      if (has('awaits-between-check-and-put')) await Promise.resolve();
      if (!matches) {
        const found = kept.values.get(key);
        if (found !== undefined && has('raises-version-on-refusal')) set(key, found.value);
        return false;
      }
      if (fails) {
        if (has('shows-failed-writes')) set(key, stored(value));
        if (has('tears-values')) set(key, stored(value.slice(0, 1)));
        if (has('acknowledges-the-failed-write')) return true;
        throw fault();
      }
      stale.set(key, kept.values.get(key));
      set(key, stored(value));
      return true;
    },
    async delete(key, expected) {
      checkKey(key);
      checkExpected(expected);
      if (writes()) throw fault();
      const version = kept.values.get(key)?.version ?? 0;
      if (expected !== undefined && version !== expected && !has('ignores-expected-on-delete')) return false;
      if (version > 0) kept.deleted.set(key, version);
      kept.values.delete(key);
      return true;
    },
    async *list(prefix) {
      checkOpen();
      const pattern = new RegExp(
        `^${prefix.replaceAll('%', '.*').replaceAll('_', '.').replace('*', '\\*')}`,
        'i',
      );
      const keys = [...kept.values.keys(), ...(has('lists-deleted') ? kept.deleted.keys() : [])].filter(
        (key) => (has('lists-by-pattern') ? pattern.test(key) : key.startsWith(prefix)),
      );
      const sorted = has('lists-unsorted') ? keys : keys.sort();
      yield* has('lists-one-page') ? sorted.slice(0, 256) : sorted;
    },
  };

  function openLog(asked: string): AppendLog {
    if (asked.length > 512 && !has('trusts-log-names')) throw new TtpError('LOG_BAD_NAME', 'bad name');
    const name = has('folds-log-names') ? asked.toLowerCase() : asked;
    let entries = kept.logs.get(name);
    if (entries === undefined || has('a-log-per-handle')) kept.logs.set(name, (entries = []));
    return tinyLog(entries);
  }

  function tinyLog(entries: Uint8Array[]): AppendLog {
    return {
      async append(batch, expectedSize) {
        checkPosition(expectedSize);
        if (has('copies-too-late')) await Promise.resolve();
        const fails = writes();
        if (batch.length === 0 && has('refuses-empty-batches'))
          throw new TtpError('LOG_EMPTY_BATCH', 'empty');
        const conflict = expectedSize !== undefined && expectedSize !== BigInt(entries.length);
        if (has('awaits-between-check-and-append')) await Promise.resolve();
        if (conflict && has('conflicting-batch-stays')) entries.push(...batch.map(copyOf));
        if (conflict && !has('conflicts-ignored')) throw new TtpError('LOG_CONFLICT', 'another size');
        if (fails) {
          if (has('keeps-half-a-batch')) entries.push(...batch.slice(0, 1).map(copyOf));
          if (has('acknowledges-the-failed-write')) return BigInt(entries.length);
          throw fault();
        }
        const first = BigInt(entries.length);
        for (const entry of batch) {
          if (has('interleaves-batches')) await Promise.resolve();
          if (entry.length > 0 || !has('drops-empty-entries')) entries.push(stored(entry));
        }
        return has('returns-the-last-index') ? BigInt(entries.length - 1) : first;
      },
      async *read(from, to) {
        checkOpen();
        checkPosition(from);
        checkPosition(to);
        if (to > entries.length && has('fails-beyond-the-end'))
          throw new TtpError('LOG_BAD_POSITION', 'beyond');
        const page = has('reads-one-page') ? Number(from) + 32 : entries.length;
        const end = Math.min(to < entries.length ? Number(to) : entries.length, page);
        for (const entry of entries.slice(Number(from), has('reads-inclusive') ? end + 1 : end))
          yield has('hands-out-its-own-array') ? entry : copyOf(entry);
      },
      async size() {
        checkOpen();
        return BigInt(entries.length);
      },
    };
  }

  return {
    store,
    log: openLog,
    async *logs() {
      for (const [name, { length }] of kept.logs) if (length > 0 || has('names-empty-logs')) yield name;
    },
    shared: false,
    async close() {
      if (closed && has('throws-on-second-close')) throw new TtpError('STORE_CLOSED', 'closed');
      closed = true;
    },
  };
}
