import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { makeFolder } from '../../src/fs/make-folder.js';
import { fs, nodeDisk } from '../../src/fs.js';

/** Every folder whose names were synced, in order. */
const { synced, faults } = vi.hoisted(() => ({ synced: [] as string[], faults: new Map<string, string>() }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return {
    ...real,
    async open(...args: Parameters<typeof real.open>) {
      const [path] = args;
      const handle = await real.open(...args);
      const code = faults.get(String(path));
      if (code !== undefined) {
        await handle.close();
        throw Object.assign(new Error(code), { code });
      }
      if ((await handle.stat()).isDirectory()) synced.push(String(path));
      return handle;
    },
  };
});

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ttp-folder-')));
afterAll(() => rmSync(dir, { recursive: true }));

describe('a folder', () => {
  it('that is made is durable with its name and the names of those above it', async () => {
    proves('adapters.storage.durability');
    for (const [name, open] of [
      ['fs', async (folder: string) => (await fs(folder)).close()],
      ['disk', nodeDisk],
    ] as const) {
      synced.length = 0;
      await open(join(dir, name, 'b', 'c'));
      expect(synced.slice(0, 3)).toEqual([join(dir, name, 'b'), join(dir, name), dir]);
      expect(statSync(join(dir, name, 'b')).mode & 0o777).toBe(0o700);
    }
  });

  it('that is there has its name synced: who made it may have been interrupted', async () => {
    mkdirSync(join(dir, 'there', 'b'), { recursive: true });
    synced.length = 0;
    await makeFolder(join(dir, 'there', 'b'));
    expect(synced).toEqual([join(dir, 'there')]);
  });

  it('whose name cannot be synced is not opened, unless it stands where we may not read', async () => {
    faults.set(dir, 'EIO');
    expect(await codeRejectedBy(fs(join(dir, 'eio')))).toBe('STORE_UNREADABLE');
    faults.set(dir, 'EACCES');
    expect(await codeRejectedBy(fs(join(dir, 'new')))).toBe('STORE_UNREADABLE');
    await (await fs(join(dir, 'new'))).close();
    faults.clear();
  });
});
