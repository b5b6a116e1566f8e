import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fs } from '@ttp/adapters/fs';
import { memory } from '@ttp/adapters/memory';
import { sqlite } from '@ttp/adapters/sqlite';
import type { Storage } from '@ttp/core';
import { hex } from '@ttp/crypto';
import { createTree, leafHash } from '@ttp/etr-merkle';
import { codeRejectedBy } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findPostgres,
  NO_POSTGRES,
  type Server,
  startServer,
} from '../../../adapters/test/postgres/server.js';
import { copyStorage } from '../../src/storage/copy.js';
import { takeInventory } from '../../src/storage/inventory.js';
import { ttp } from '../harness.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-store-'));
afterAll(() => rmSync(dir, { recursive: true }));
let names = 0;
const newPath = (): string => join(dir, `${(names += 1)}`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const quiet = (): void => undefined;

const ENTRIES = Array.from({ length: 700 }, (_, i) => bytes(`entry ${i}`));
const ROOT = `sha256:${hex(createTree(ENTRIES.map(leafHash)).root())}`;

/** Two logs and 300 keys. */
async function fill(storage: Storage): Promise<void> {
  await storage.log('audit/log/0').append(ENTRIES);
  await storage.log('\u{1f4dc}').append([bytes('only')]);
  await Promise.all(
    Array.from({ length: 300 }, (_, i) => storage.store.put(`key/${i}`, bytes(`value ${i}`))),
  );
  await storage.store.put('empty', new Uint8Array());
}

async function filled(): Promise<string> {
  const path = newPath();
  const storage = sqlite(path);
  await fill(storage);
  await storage.close();
  return path;
}

/** The answer of a command line that has to succeed. */
async function answer(...argv: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await ttp([...argv, '--json']);
  expect([code, err]).toEqual([0, '']);
  const parsed: unknown = JSON.parse(out);
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
}

const LOGS = [
  { name: 'audit/log/0', entries: '700', root: ROOT },
  { name: '\u{1f4dc}', entries: '1', root: expect.stringMatching(/^sha256:/) as unknown },
];

const found = findPostgres();
const title =
  found === undefined
    ? `from file to folder to file (PostgreSQL SKIPPED: ${NO_POSTGRES})`
    : 'through every kind';

describe('ttp store', () => {
  let server: Server | undefined;
  beforeAll(async () => {
    server = found === undefined ? undefined : await startServer();
  });
  afterAll(() => server?.stop());
  const postgresAddress = (schema: string): string =>
    `postgres://ttp@localhost/postgres?host=${encodeURIComponent(server?.socket ?? '')}&schema=${schema}`;

  it(`moves a storage ${title}, and verifies it by the roots of its logs`, async () => {
    const source = await filled();
    const folder = `fs:${newPath()}`;
    const first = await answer('store', 'migrate', source, folder);
    expect(first).toMatchObject({ from: source, to: folder, resumed: false, keys: 301, logs: LOGS });
    const second = server === undefined ? folder : postgresAddress('moved');
    if (server !== undefined)
      expect(await answer('store', 'migrate', folder, second)).toMatchObject({
        digest: first['digest'],
        logs: LOGS,
      });
    const backup = newPath();
    expect(await answer('store', 'backup', '--store', second, '--out', backup)).toMatchObject({
      digest: first['digest'],
      logs: LOGS,
    });
    const restored = newPath();
    expect(await answer('store', 'restore', backup, '--store', `fs:${restored}`)).toMatchObject({
      digest: first['digest'],
      logs: LOGS,
    });
    const storage = await fs(restored);
    expect(await takeInventory(storage, quiet)).toMatchObject({ keys: 301, digest: first['digest'] });
    expect((await storage.store.get('key/7'))?.value).toEqual(bytes('value 7'));
    await storage.close();
  });

  it('says for people what both hold', async () => {
    const source = await filled();
    const { out } = await ttp(['store', 'backup', '--store', source, '--out', newPath(), '--text']);
    expect(out).toContain(`audit/log/0: 700 entries, root ${ROOT}`);
    expect(out).toContain('verified: both hold the same');
  });

  it('copies into an empty storage alone', async () => {
    const source = await filled();
    for (const spoil of [
      (storage: Storage) => storage.store.put('mine', bytes('v')),
      (storage: Storage) => storage.log('mine').append([bytes('v')]),
    ]) {
      const target = newPath();
      const storage = sqlite(target);
      await spoil(storage);
      const before = await takeInventory(storage, quiet);
      await storage.close();
      const ran = await ttp(['store', 'migrate', source, target, '--json']);
      expect(ran.code).toBe(3);
      expect(JSON.parse(ran.out)).toMatchObject({ error: { code: 'CLI_STORE_NOT_EMPTY' } });
      const again = sqlite(target);
      expect(await takeInventory(again, quiet)).toEqual(before);
      await again.close();
    }
  });

  it('refuses a source that somebody has open, and one that is not there', async () => {
    const file = await filled();
    const storage = sqlite(file);
    const folder = newPath();
    const files = await fs(folder);
    for (const [source, code] of [
      [file, 'STORE_BUSY'],
      [`fs:${folder}`, 'STORE_BUSY'],
      [newPath(), 'CLI_FILE_MISSING'],
      [`fs:${newPath()}`, 'CLI_FILE_MISSING'],
      ...(server === undefined ? [] : ([[postgresAddress('nothing'), 'CLI_FILE_MISSING']] as const)),
      ['postgres://ttp@localhost:1/x', 'STORE_UNREADABLE'],
    ] as const) {
      const ran = await ttp(['store', 'migrate', source, newPath(), '--json']);
      expect([source, JSON.parse(ran.out)]).toMatchObject([source, { error: { code } }]);
      expect(ran.code).toBe(3);
    }
    await storage.close();
    await files.close();
    expect((await ttp(['store', 'migrate', file, newPath(), '--json'])).code).toBe(0);
  });

  it('that is not whole is nothing to run on, and what is refused can still be gone on with', async () => {
    const source = await filled();
    const target = newPath();
    expect((await ttp(['store', 'migrate', source, target, '--json'])).code).toBe(0);
    const storage = sqlite(target);
    await storage.store.put('ttp-copy/source', bytes('interrupted'));
    await storage.close();
    for (const argv of [
      ['status', '--store', target, '--agent', '*'],
      ['review', 'list', '--store', target],
      ['store', 'backup', '--store', target, '--out', newPath()],
      ['store', 'migrate', target, newPath()],
    ]) {
      const ran = await ttp([...argv, '--json']);
      expect([argv, ran.code, JSON.parse(ran.out)]).toMatchObject([
        argv,
        3,
        { error: { code: 'CLI_STORE_UNFINISHED' } },
      ]);
    }
    const again = await ttp(['store', 'migrate', source, target, '--json']);
    expect(JSON.parse(again.out)).toMatchObject({ error: { code: 'CLI_STORE_NOT_EMPTY' } });
  });

  it('refuses addresses of no kind, and never repeats a password', async () => {
    for (const address of [
      'redis://x',
      'fs:',
      'postgres://[',
      'postgres://ada:hunter2@h/d',
      'postgres://h/d?password=hunter2',
    ]) {
      const ran = await ttp(['store', 'migrate', address, newPath(), '--json']);
      expect([address, ran.code, JSON.parse(ran.out)]).toMatchObject([
        address,
        2,
        { error: { code: 'CLI_STORE_ADDRESS', field: 'from' } },
      ]);
      expect(ran.out).not.toContain('hunter2');
    }
  });
});

/** A storage whose store or logs are changed in one way. */
const changed = (storage: Storage, store: Partial<Storage['store']>, log?: Storage['log']): Storage => ({
  ...storage,
  store: { ...storage.store, ...store },
  log: log ?? ((name) => storage.log(name)),
});

const flip = (value: Uint8Array): Uint8Array => value.map((byte, i) => (i === 0 ? byte ^ 1 : byte));

describe('a copy', () => {
  it('that was interrupted anywhere is gone on with, and ends whole', async () => {
    const source = memory();
    await fill(source);
    for (const survives of [1, 2, 3, 4, 150, 300]) {
      const target = memory();
      let left = survives;
      const cut = <T>(write: () => Promise<T>): Promise<T> =>
        left-- > 0 ? write() : Promise.reject(new Error('cut'));
      const mortal = changed(
        target,
        { put: (key, value, expected) => cut(() => target.store.put(key, value, expected)) },
        (name) => {
          const log = target.log(name);
          return { ...log, append: (entries, size) => cut(() => log.append(entries, size)) };
        },
      );
      await expect(copyStorage(source, mortal, quiet)).rejects.toThrow('cut');
      // What is half a copy is no source, and no target of another copy.
      expect(await codeRejectedBy(copyStorage(target, memory(), quiet))).toBe('CLI_STORE_DIFFERS');
      expect(await codeRejectedBy(copyStorage(memory(), target, quiet))).toBe('CLI_STORE_NOT_EMPTY');
      const { resumed, inventory } = await copyStorage(source, target, quiet);
      expect(resumed).toBe(true);
      expect(inventory).toEqual(await takeInventory(source, quiet));
      expect(await target.store.get('ttp-copy/source')).toBeUndefined();
    }
  });

  it('takes what is large in parts that a storage takes at once', async () => {
    const source = memory();
    await source.log('large').append(Array.from({ length: 20 }, (_, i) => new Uint8Array(2 ** 20).fill(i)));
    for (let i = 0; i < 3; i++) await source.store.put(`large/${i}`, new Uint8Array(2 ** 23).fill(i));
    const target = memory();
    let [most, under] = [0, 0];
    const appended: number[] = [];
    const counted = changed(
      target,
      {
        async put(key, value, expected) {
          most = Math.max(most, (under += value.length));
          await new Promise((resolve) => setImmediate(resolve));
          under -= value.length;
          return target.store.put(key, value, expected);
        },
      },
      (name) => {
        const log = target.log(name);
        return {
          ...log,
          append: (entries, size) => {
            appended.push(entries.length);
            return log.append(entries, size);
          },
        };
      },
    );
    const { inventory } = await copyStorage(source, counted, quiet);
    expect([inventory.keys, inventory.logs]).toMatchObject([3, [{ name: 'large', size: 20n }]]);
    expect(appended).toEqual([16, 4]);
    expect(most).toBe(2 ** 24);
  });

  it('that fails while the source is still being listed fails once, and with that fault', async () => {
    const source = memory();
    await fill(source);
    const slow = changed(source, {
      async *list(prefix) {
        for await (const key of source.store.list(prefix)) {
          await new Promise((resolve) => setImmediate(resolve));
          yield key;
        }
      },
    });
    const target = memory();
    const full = changed(target, {
      put: (key, value, expected) =>
        key.startsWith('key/') ? Promise.reject(new Error('full')) : target.store.put(key, value, expected),
    });
    await expect(copyStorage(slow, full, quiet)).rejects.toThrow('full');
  });

  it('of a source that is written to meanwhile is refused, wherever it is written', async () => {
    for (const write of [
      (storage: Storage) => storage.store.put('key/7', bytes('other')),
      (storage: Storage) => storage.store.put('new', bytes('v')),
      (storage: Storage) => storage.store.delete('key/7'),
      (storage: Storage) => storage.log('audit/log/0').append([bytes('late')]),
      (storage: Storage) => storage.log('new').append([bytes('late')]),
    ]) {
      const source = memory();
      await fill(source);
      const target = memory();
      let written = false;
      const busy = changed(target, {
        async put(key, value, expected) {
          if (!written && key.startsWith('key/')) await write(source);
          written ||= key.startsWith('key/');
          return target.store.put(key, value, expected);
        },
      });
      expect(await codeRejectedBy(copyStorage(source, busy, quiet))).toBe('CLI_STORE_CHANGED');
    }
  });

  it('that came out another is not called one', async () => {
    const source = memory();
    await fill(source);
    for (const how of ['value', 'entry'] as const) {
      const target = memory();
      const wrong = changed(
        target,
        {
          put: (key, value, expected) =>
            target.store.put(key, how === 'value' && key === 'key/7' ? flip(value) : value, expected),
        },
        (name) => {
          const log = target.log(name);
          return {
            ...log,
            append: (entries, size) => log.append(how === 'entry' ? entries.map(flip) : entries, size),
          };
        },
      );
      expect(await codeRejectedBy(copyStorage(source, wrong, quiet))).toBe('CLI_STORE_DIFFERS');
      expect(await target.store.get('ttp-copy/source')).toBeDefined();
    }
  });
});
