import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Storage } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, logContract, proves, storeContract } from '@ttp/testkit';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../src/sqlite/database.js';
import { createStorage } from '../src/sqlite/storage.js';
import { sqlite } from '../src/sqlite.js';
import { failingDatabase } from './sqlite/failing-database.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-sqlite-'));
afterAll(() => rmSync(dir, { recursive: true }));
let files = 0;
const newFile = (): string => join(dir, `${(files += 1)}.db`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function open() {
  const path = newFile();
  const database = failingDatabase(openDatabase(path, 1000));
  let storage = createStorage(database, 1000);
  return {
    storage,
    connect: async () => sqlite(path),
    fail: () => database.failAt('COMMIT'),
    async reopen(): Promise<Storage> {
      await storage.close();
      return (storage = sqlite(path));
    },
  };
}

storeContract('sqlite', open);
logContract('sqlite', open);

describe('the file', () => {
  it('is readable by its owner alone, with what stands beside it', async () => {
    const path = newFile();
    const storage = sqlite(path);
    await storage.store.put('a', bytes('secret'));
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    chmodSync(`${path}-wal`, 0o644);
    const second = sqlite(path);
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    await second.close();
    await storage.close();
  });

  it('is one file after it was closed, and shared while it is open', async () => {
    const path = newFile();
    const storage = sqlite(path);
    expect(storage.shared).toBe(true);
    await storage.store.put('a', bytes('v'));
    await storage.close();
    expect([path, `${path}-wal`].map((file) => existsSync(file))).toEqual([true, false]);
  });

  it('is refused when the path is none of a file', () => {
    for (const path of ['', ':memory:', 'file:x.db?mode=memory', 'FILE:x.db', 'a\0b'])
      expect(codeThrownBy(() => sqlite(path))).toBe('STORE_BAD_PATH');
    expect(codeThrownBy(() => sqlite(join(dir, 'no', 'such', 'folder.db')))).toBe('STORE_UNREADABLE');
    expect(codeThrownBy(() => sqlite(dir))).toBe('STORE_UNREADABLE');
  });

  it('is refused when it is no database, another program\u2019s, or of an unknown schema', async () => {
    const text = newFile();
    writeFileSync(text, 'this is not a database, but long enough to be looked at as one'.repeat(20));
    expect(codeThrownBy(() => sqlite(text))).toBe('STORE_UNREADABLE');

    const foreign = newFile();
    const database = new DatabaseSync(foreign);
    database.exec('CREATE TABLE users (id INTEGER)');
    database.close();
    expect(codeThrownBy(() => sqlite(foreign))).toBe('STORE_UNREADABLE');

    const future = newFile();
    await sqlite(future).close();
    const later = new DatabaseSync(future);
    later.exec('PRAGMA user_version = 2');
    later.close();
    expect(codeThrownBy(() => sqlite(future))).toBe('STORE_UNKNOWN_SCHEMA');
  });

  it('is refused on a runtime without node:sqlite, with a code that says so', () => {
    const lookup = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    expect(codeThrownBy(() => sqlite(newFile()))).toBe('STORE_UNAVAILABLE');
    lookup.mockRestore();
  });

  it('is written durably: write-ahead log, synced on every commit', () => {
    proves('adapters.storage.durability');
    const database = openDatabase(newFile(), 0);
    const pragma = (name: string) => database.prepare(`PRAGMA ${name}`).get();
    expect(pragma('journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(pragma('synchronous')).toEqual({ synchronous: 2 });
    expect(pragma('wal_autocheckpoint')).toEqual({ wal_autocheckpoint: 0 });
    expect(pragma('secure_delete')).toEqual({ secure_delete: 1 });
    database.close();
  });

  it('refuses options out of bounds', () => {
    for (const busyMs of [-1, Number.NaN, 60_001])
      expect(codeThrownBy(() => sqlite(newFile(), { busyMs }))).toBe('STORE_BAD_OPTION');
  });
});

/** Adds one to the number under `n`, however often others get in between. */
async function increment({ store }: Storage): Promise<void> {
  for (;;) {
    const found = await store.get('n');
    const next = bytes(String(Number(new TextDecoder().decode(found?.value)) + 1));
    if (await store.put('n', next, found?.version ?? 0)) return;
  }
}

describe('two openings of one file', () => {
  it('see each other\u2019s writes, and one of them wins each compare-and-set', async () => {
    const path = newFile();
    const storages = [sqlite(path), sqlite(path)];
    await Promise.all(storages.flatMap((storage) => Array.from({ length: 15 }, () => increment(storage))));
    for (const storage of storages)
      expect(new TextDecoder().decode((await storage.store.get('n'))?.value)).toBe('30');
    await Promise.all(storages.map((storage) => storage.close()));
  });

  it('append to one log without losing or mixing entries; who expects another size gets LOG_CONFLICT', async () => {
    const path = newFile();
    const storages = [sqlite(path), sqlite(path)];
    const logs = storages.map((storage) => storage.log('l'));
    const firsts = await Promise.all(
      logs.flatMap((log, i) => Array.from({ length: 20 }, (_, j) => log.append([bytes(`${i}.${j}`)]))),
    );
    expect([...firsts].sort((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 40 }, (_, i) => BigInt(i)),
    );
    expect(await codeRejectedBy(logs[0]?.append([bytes('x')], 39n) ?? Promise.resolve())).toBe(
      'LOG_CONFLICT',
    );
    await Promise.all(storages.map((storage) => storage.close()));
  });

  it('wait for a lock that is held, and say STORE_BUSY when it is held too long, and write again after it', async () => {
    const path = newFile();
    const impatient = sqlite(path, { busyMs: 30 });
    const patient = sqlite(path);
    await patient.store.put('a', bytes('old'));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const waiting = patient.store.put('b', bytes('new'));
    const codes = await Promise.all([
      codeRejectedBy(impatient.store.put('a', bytes('new'))),
      codeRejectedBy(impatient.log('l').append([bytes('new')])),
    ]);
    expect(codes).toEqual(['STORE_BUSY', 'STORE_BUSY']);
    expect((await impatient.store.get('a'))?.value).toEqual(bytes('old'));
    other.exec('ROLLBACK');
    other.close();
    expect(await waiting).toBe(true);
    expect(await patient.log('l').size()).toBe(0n);
    await patient.close();
    expect(await impatient.store.put('a', bytes('new'))).toBe(true);
    await impatient.close();
  });

  it('do not open while another process holds the file too long', async () => {
    const path = newFile();
    await sqlite(path).close();
    const other = new DatabaseSync(path);
    other.exec('BEGIN EXCLUSIVE');
    expect(codeThrownBy(() => sqlite(path, { busyMs: 30 }))).toBe('STORE_BUSY');
    other.exec('ROLLBACK');
    other.close();
    await sqlite(path).close();
  });
});

describe('a damaged file', () => {
  it('is STORE_UNREADABLE where an entry of a log is missing', async () => {
    const path = newFile();
    const storage = sqlite(path);
    await storage.log('l').append(['a', 'b', 'c'].map(bytes));
    const other = new DatabaseSync(path);
    other.exec('DELETE FROM entry WHERE position = 1');
    other.close();
    const read = async (): Promise<void> => {
      for await (const entry of storage.log('l').read(0n, 3n)) expect(entry).toEqual(bytes('a'));
    };
    expect(await codeRejectedBy(read())).toBe('STORE_UNREADABLE');
    await storage.close();
  });

  it('is STORE_UNREADABLE where a table is gone', async () => {
    const path = newFile();
    const storage = sqlite(path);
    const other = new DatabaseSync(path);
    other.exec('DROP TABLE kept');
    other.close();
    expect(await codeRejectedBy(storage.store.get('a'))).toBe('STORE_UNREADABLE');
    await storage.close();
  });
});
