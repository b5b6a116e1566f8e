import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Storage } from '@ttp/core';
import { codeRejectedBy, proves, withSeed } from '@ttp/testkit';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { memory } from '../../src/memory.js';
import { openDatabase } from '../../src/sqlite/database.js';
import { createStorage } from '../../src/sqlite/storage.js';
import { type FailingDatabase, failingDatabase } from './failing-database.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-commit-'));
afterAll(() => rmSync(dir, { recursive: true }));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let path: string;
let database: FailingDatabase;
let storage: Storage;
let files = 0;
beforeEach(async () => {
  path = join(dir, `${(files += 1)}.db`);
  database = failingDatabase(openDatabase(path, 1000));
  storage = createStorage(database, 1000);
  return () => storage.close();
});
const commits = (): number => database.ran.get('COMMIT') ?? 0;
const checkpoints = (): number => database.ran.get('PRAGMA wal_checkpoint(PASSIVE)') ?? 0;

/** A put that is made `n` microtasks from now. */
async function putLater(n: number): Promise<void> {
  for (let i = 0; i < n; i += 1) await Promise.resolve();
  await storage.store.put(`k${n}`, bytes('v'));
}

/** One write of each kind, by the code it fails with. */
const writes = (): Promise<string | undefined>[] => [
  codeRejectedBy(storage.store.put('k', bytes('new'))),
  codeRejectedBy(storage.store.delete('k')),
  codeRejectedBy(storage.log('l').append([bytes('new')])),
];

describe('group commit', () => {
  it('puts writes of one turn, puts and appends alike, into one transaction', async () => {
    proves('decision.D29');
    const { store } = storage;
    const turn = Array.from({ length: 50 }, (_, i) => [
      store.put(`k${i}`, bytes('v')),
      storage.log(`l${i % 3}`).append([bytes('e')]),
      store.delete(`absent${i}`),
    ]).flat();
    await Promise.all(turn);
    expect(commits()).toBe(1);
    expect(database.ran.get('BEGIN IMMEDIATE')).toBe(1);
  });

  it('takes in what the microtasks of that turn add', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => putLater(n)));
    expect(commits()).toBe(1);
  });

  it('holds no more than 256 entries a transaction, but a batch of its own however large', async () => {
    proves('decision.D29');
    await Promise.all(Array.from({ length: 1000 }, () => storage.log('l').append([bytes('e')])));
    expect(commits()).toBe(4);
    const batch = Array.from({ length: 300 }, () => bytes('e'));
    await Promise.all([storage.log('l').append(batch), storage.log('l').append(batch)]);
    expect(commits()).toBe(6);
    expect(await storage.log('l').size()).toBe(1600n);
  });

  it('acknowledges only what another connection can already see', async () => {
    proves('adapters.storage.durability');
    const reader = new DatabaseSync(path);
    const seen = reader.prepare('SELECT count(*) AS n FROM entry');
    for (let i = 1; i <= 10; i += 1) {
      const pending = storage.log('l').append([bytes('e')]);
      expect(seen.get()).toEqual({ n: i - 1 });
      await pending;
      expect(seen.get()).toEqual({ n: i });
    }
    reader.close();
  });

  it('evaluates compare-and-set inside the transaction: writes of one turn see each other', async () => {
    const { store } = storage;
    const won = await Promise.all([
      store.put('k', bytes('1'), 0),
      store.put('k', bytes('2'), 0),
      store.put('k', bytes('3'), 1),
      store.delete('k', 1),
      store.delete('k', 2),
      store.put('k', bytes('4'), 0),
    ]);
    expect(won).toEqual([true, false, true, false, true, true]);
    expect(await store.get('k')).toEqual({ value: bytes('4'), version: 3 });
  });

  it('fails an append that met a conflict alone', async () => {
    const log = storage.log('l');
    const codes = await Promise.all([
      codeRejectedBy(log.append([bytes('a')], 0n)),
      codeRejectedBy(log.append([bytes('x')], 0n)),
      codeRejectedBy(log.append([bytes('b')], 1n)),
      codeRejectedBy(storage.store.put('k', bytes('v'))),
    ]);
    expect(codes).toEqual([undefined, 'LOG_CONFLICT', undefined, undefined]);
    expect(await log.size()).toBe(2n);
    expect(commits()).toBe(1);
  });

  it('carries the write-ahead log over after 256 commits or 4 MiB', async () => {
    for (let i = 0; i < 255; i += 1) await storage.store.put('k', bytes('v'));
    expect(checkpoints()).toBe(0);
    await storage.store.put('k', bytes('v'));
    expect(checkpoints()).toBe(1);
    await storage.store.put('large', new Uint8Array(2 ** 22));
    expect(checkpoints()).toBe(2);
  });
});

describe('after a fault', () => {
  it.each(['BEGIN IMMEDIATE', 'COMMIT'])(
    'of %s nothing is acknowledged any more, and reading goes on',
    async (sql) => {
      proves('flaw.W5', 'adapters.storage.durability');
      await storage.store.put('k', bytes('old'));
      await storage.log('l').append([bytes('old')]);
      database.failAt(sql);
      expect(await Promise.all(writes())).toEqual(Array.from({ length: 3 }, () => 'STORE_POISONED'));
      const before = commits();
      for (let i = 0; i < 4; i += 1)
        expect(await Promise.all(writes())).toEqual(Array.from({ length: 3 }, () => 'STORE_POISONED'));
      expect(commits()).toBe(before); // never tried again: a second fsync would succeed without the lost pages
      expect((await storage.store.get('k'))?.value).toEqual(bytes('old'));
      expect(await storage.log('l').size()).toBe(1n);
    },
  );

  it('of a checkpoint the commit before it stands, and nothing is written any more', async () => {
    proves('flaw.W5');
    database.failAt('PRAGMA wal_checkpoint(PASSIVE)');
    expect(await storage.store.put('large', new Uint8Array(2 ** 22))).toBe(true);
    expect(await Promise.all(writes())).toEqual(Array.from({ length: 3 }, () => 'STORE_POISONED'));
    expect((await storage.store.get('large'))?.value.length).toBe(2 ** 22);
  });

  it('of a statement the whole transaction is lost, with what waited behind it', async () => {
    proves('flaw.W5');
    const other = new DatabaseSync(path);
    other.exec('DROP TABLE entry; DROP TABLE log;');
    other.close();
    const append = codeRejectedBy(storage.log('l').append([bytes('e')]));
    const behind = Array.from({ length: 300 }, () => codeRejectedBy(storage.store.put('k', bytes('v'))));
    expect(new Set(await Promise.all([append, ...behind]))).toEqual(new Set(['STORE_POISONED']));
    expect(await storage.store.get('k')).toBeUndefined();
  });

  it('whose transaction cannot be left, reading ends too: it would show what was never committed', async () => {
    proves('flaw.W5');
    await storage.store.put('k', bytes('old'));
    for (const sql of ['COMMIT', 'ROLLBACK', 'BEGIN; ROLLBACK']) database.failAt(sql);
    expect(await codeRejectedBy(storage.store.put('k', bytes('new')))).toBe('STORE_POISONED');
    expect(await codeRejectedBy(storage.store.get('k'))).toBe('STORE_POISONED');
  });
});

describe('sqlite and memory', () => {
  it('answer alike to random writes', async () => {
    await withSeed('storage', 15, async (random) => {
      const pair = [memory(), createStorage(openDatabase(join(dir, `${(files += 1)}.db`), 1000), 1000)];
      for (let step = 0; step < 25; step += 1) {
        const turn = Array.from({ length: 1 + random.int(6) }, () => ({
          kind: random.pick(['put', 'delete', 'append'] as const),
          key: random.pick(['a', 'b', 'a/b']),
          value: random.bytes(random.int(5)),
          expected: random.chance(0.5) ? random.int(12) : undefined,
        }));
        const answers = await Promise.all(
          pair.map(async (one) => {
            const told = await Promise.allSettled(
              turn.map(({ kind, key, value, expected }) => {
                if (kind === 'put') return one.store.put(key, value, expected);
                if (kind === 'delete') return one.store.delete(key, expected);
                return one.log(key).append([value], expected === undefined ? undefined : BigInt(expected));
              }),
            );
            const keys: unknown[] = [];
            for await (const key of one.store.list('a')) keys.push(key, await one.store.get(key));
            const entries: unknown[] = [];
            for await (const entry of one.log('a').read(0n, 99n)) entries.push(entry);
            return {
              told: told.map((t) => (t.status === 'fulfilled' ? t.value : t.reason.code)),
              keys,
              entries,
            };
          }),
        );
        expect(answers[1]).toEqual(answers[0]);
      }
      await Promise.all(pair.map((one) => one.close()));
    });
  });

  it('list more keys, and read more entries, than they fetch at once', async () => {
    const keys = Array.from({ length: 600 }, (_, i) => `k${String(i).padStart(3, '0')}`);
    await Promise.all(keys.map((key) => storage.store.put(key, bytes('v'))));
    const listed: string[] = [];
    for await (const key of storage.store.list('k')) listed.push(key);
    expect(listed).toEqual(keys);
    await storage.log('l').append(keys.map(bytes));
    const read: Uint8Array[] = [];
    for await (const entry of storage.log('l').read(10n, 200n)) read.push(entry);
    expect(read).toEqual(keys.slice(10, 200).map(bytes));
  });
});
