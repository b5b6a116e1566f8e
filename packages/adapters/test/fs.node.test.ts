import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disk, Storage } from '@ttp/core';
import { codeRejectedBy, logContract, seededRandom, simulatedDisk, storeContract } from '@ttp/testkit';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { diskStorage, fs, nodeDisk } from '../src/fs.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-fs-'));
afterAll(() => rmSync(dir, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(dir, `${(folders += 1)}`);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (found: Uint8Array | undefined): string => new TextDecoder().decode(found);

/** A disk whose next sync fails once `fail` was called. */
function failing(disk: Disk): Disk & { fail(): void } {
  let fails = false;
  return {
    ...disk,
    fail: () => void (fails = true),
    async open(path) {
      const file = await disk.open(path);
      return {
        ...file,
        async sync() {
          if (fails) {
            fails = false;
            throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
          }
          await file.sync();
        },
      };
    },
  };
}

async function openReal() {
  const folder = newFolder();
  const disk = failing(await nodeDisk(folder));
  let storage = await diskStorage(disk);
  return {
    storage,
    fail: disk.fail,
    async reopen(): Promise<Storage> {
      await storage.close();
      return (storage = await diskStorage(disk));
    },
  };
}

async function openSimulated() {
  const disk = failing(simulatedDisk(seededRandom('contract')));
  let storage = await diskStorage(disk, { random: seededRandom('marks') });
  return {
    storage,
    fail: disk.fail,
    async reopen(): Promise<Storage> {
      await storage.close();
      return (storage = await diskStorage(disk, { random: seededRandom('marks') }));
    },
  };
}

storeContract('files', openReal);
logContract('files', openReal);
storeContract('files on a simulated disk', openSimulated);
logContract('files on a simulated disk', openSimulated);

describe('the folder', () => {
  it('and its files are of their owner alone', async () => {
    const folder = newFolder();
    const storage = await fs(folder);
    await storage.store.put('a', bytes('v'));
    await storage.log('l').append([bytes('e')]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).sort()).toEqual(['lock', 'log-0-0', 'store']);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(storage.shared).toBe(false);
    await storage.close();
  });

  it('belongs to one opening at a time', async () => {
    const folder = newFolder();
    const storage = await fs(folder);
    expect(await codeRejectedBy(fs(folder))).toBe('STORE_BUSY');
    await storage.close();
    await storage.close();
    await (await fs(folder)).close();
  });

  it('is refused when its name is none, or it holds the files of something else', async () => {
    for (const bad of ['', 'a\0b']) expect(await codeRejectedBy(fs(bad))).toBe('STORE_BAD_PATH');
    const folder = newFolder();
    await (await fs(folder)).close();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect(await codeRejectedBy(fs(folder))).toBe('STORE_UNREADABLE');
    rmSync(join(folder, 'notes.txt'));
    await (await fs(folder)).close(); // the refusal let go of the lock
    const file = newFolder();
    writeFileSync(file, '');
    expect(await codeRejectedBy(fs(file))).toBe('STORE_UNREADABLE');
  });

  it('is refused on a runtime without locks for it, with a code that says so', async () => {
    const lookup = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    expect(await codeRejectedBy(fs(newFolder()))).toBe('STORE_UNAVAILABLE');
    lookup.mockRestore();
  });

  it('gives no way out to other folders', async () => {
    const disk = await nodeDisk(newFolder());
    for (const name of ['../x', '/x', 'a/b', '', '.', '..', 'A', 'x'.repeat(101)])
      expect(await codeRejectedBy(disk.open(name))).toBe('STORE_BAD_PATH');
    expect(await codeRejectedBy(disk.rename('a', '../b'))).toBe('STORE_BAD_PATH');
  });
});

/** 1 MiB of one byte. */
const entry = (i: number): Uint8Array => new Uint8Array(2 ** 20).fill(i);

describe('a log of many files', () => {
  it('is read over their borders, also by many at once, and goes on after a reopening', async () => {
    const folder = newFolder();
    let storage = await fs(folder);
    const log = storage.log('large');
    for (let i = 0; i < 36; i += 4) await log.append([0, 1, 2, 3].map((j) => entry(i + j)));
    const files = readdirSync(folder).filter((file) => file.startsWith('log-'));
    expect(files).toContain('log-0-8');
    expect(files.length).toBeGreaterThan(4);
    const check = async (from: number, to: number): Promise<void> => {
      let next = from;
      for await (const found of storage.log('large').read(BigInt(from), BigInt(to))) {
        expect([found.length, found[0], found.at(-1)]).toEqual([2 ** 20, next, next]);
        next += 1;
      }
      expect(next).toBe(Math.min(to, 36));
    };
    await Promise.all([check(0, 36), check(7, 9), check(20, 99), check(35, 36)]);
    await storage.close();
    storage = await fs(folder);
    expect(await storage.log('large').size()).toBe(36n);
    await check(0, 36);
    expect(await storage.log('large').append([entry(36)], 36n)).toBe(36n);
    await storage.close();
  });
});

describe('the file of keys and values', () => {
  it('is written anew when most of it was overwritten, and keeps values and versions', async () => {
    const folder = newFolder();
    let storage = await fs(folder);
    await storage.store.put('kept', bytes('v'));
    const { version } = (await storage.store.get('kept')) ?? { version: 0 };
    const value = new Uint8Array(2 ** 19);
    let peak = 0;
    for (let i = 0; i < 40; i += 1) {
      value.fill(i);
      await storage.store.put('a', value);
      peak = Math.max(peak, statSync(join(folder, 'store')).size);
    }
    await storage.store.delete('gone');
    expect(peak).toBeLessThan(6 * 2 ** 20);
    expect((await storage.store.get('a'))?.value).toEqual(value);
    const before = (await storage.store.get('a'))?.version ?? 0;
    await storage.close();
    storage = await fs(folder);
    expect(await storage.store.get('kept')).toEqual({ value: bytes('v'), version });
    expect((await storage.store.get('a'))?.version).toBe(before);
    await storage.store.put('b', bytes('v'));
    expect((await storage.store.get('b'))?.version).toBeGreaterThan(before);
    await storage.close();
  });
});

/** Changes one byte of a file. */
async function flip(path: string, at: number): Promise<void> {
  const handle = await open(path, 'r+');
  const byte = new Uint8Array(1);
  await handle.read(byte, 0, 1, at);
  await handle.write(Uint8Array.of((byte[0] ?? 0) ^ 1), 0, 1, at);
  await handle.close();
}

describe('a damaged file', () => {
  it('is STORE_UNREADABLE when a byte in the middle is another, and nothing is dropped for it', async () => {
    for (const file of ['store', 'log-0-0']) {
      const folder = newFolder();
      const storage = await fs(folder);
      for (const i of ['one', 'two', 'three']) {
        await storage.store.put(i, bytes(i));
        await storage.log('l').append([bytes(i)]);
      }
      await storage.close();
      const { size } = statSync(join(folder, file));
      for (const at of [0, 9, 30, 40, 120]) {
        await flip(join(folder, file), at);
        expect([file, at, await codeRejectedBy(fs(folder))]).toEqual([file, at, 'STORE_UNREADABLE']);
        await flip(join(folder, file), at);
      }
      expect(statSync(join(folder, file)).size).toBe(size);
      const again = await fs(folder);
      expect(text((await again.store.get('three'))?.value)).toBe('three');
      expect(await again.log('l').size()).toBe(3n);
      await again.close();
    }
  });

  it('is STORE_UNREADABLE when a file of the middle is missing', async () => {
    const folder = newFolder();
    const storage = await fs(folder);
    for (let i = 0; i < 30; i += 1) await storage.log('l').append([new Uint8Array(2 ** 20)]);
    await storage.close();
    rmSync(join(folder, 'log-0-8'));
    const again = await fs(folder);
    const read = async (): Promise<void> => {
      for await (const found of again.log('l').read(0n, 30n)) expect(found.length).toBe(2 ** 20);
    };
    expect(await codeRejectedBy(read())).toBe('STORE_UNREADABLE');
    await again.close();
    rmSync(join(folder, 'log-0-0'));
    expect(await codeRejectedBy(fs(folder))).toBe('STORE_UNREADABLE');
    rmSync(join(folder, 'store'));
    expect(await codeRejectedBy(fs(folder))).toBe('STORE_UNREADABLE');
  });
});
