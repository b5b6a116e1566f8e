import { link, lstat, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What keeping files safe needs of a disk; tests stop it between any two of these. */
export interface Disk {
  /** A file that does not exist yet, readable by its owner alone. */
  write(path: string, text: string): Promise<void>;
  /** What was written stays, whatever happens. */
  sync(path: string): Promise<void>;
  /** The names in the folder of a file stay as they are now. */
  syncFolder(path: string): Promise<void>;
  /** A second name, which must be free. */
  link(from: string, to: string): Promise<void>;
  /** Another name, whatever stood under it. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** The disk of this machine. */
export const systemDisk: Disk = {
  async write(path, text) {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  },
  async sync(path) {
    const file = await open(path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  async syncFolder(path) {
    // Windows opens no folders, and writes their names down by itself.
    if (process.platform === 'win32') return;
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async link(from, to) {
    try {
      await link(from, to);
    } catch (error) {
      if (!hasCode(error, ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'])) throw error;
      await requireFree(to);
      await this.write(to, await readFile(from, 'utf8')); // a disk without second names, such as a memory stick's
      await this.sync(to);
    }
  },
  rename,
  remove: unlink,
};

async function requireFree(path: string): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return;
    throw error;
  }
  throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
}

/** Whether the system said one of these. */
export const hasCode = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
