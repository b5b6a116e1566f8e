import { constants, type FileHandle, open, readdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Disk, type DiskFile, TtpError } from '@ttp/core';
import { makeFolder, syncFolder } from './make-folder.js';

const NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;
const IS_LOCK = /^lock(?:-journal|-wal|-shm)?$/;

/**
 * The files of one folder (port Disk). Files are of their owner alone (mode 0600, the folder 0700); what is synced went
 * through the cache of the drive where the system can ask for that; a file that is new or renamed is durable with its
 * name, since the folder is synced too, and so is the one that it stands in.
 *
 * @throws its methods: STORE_BAD_PATH for a name that is not plain, and the faults of the system
 */
export async function nodeDisk(folder: string): Promise<Disk> {
  await makeFolder(resolve(folder));
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new TtpError('STORE_BAD_PATH', 'not a plain name', { field: name });
    return join(folder, name);
  };
  return {
    async open(name) {
      const handle = await open(pathOf(name), constants.O_RDWR | constants.O_CREAT, 0o600);
      const { size } = await handle.stat();
      return diskFile(handle, size, size === 0 ? () => syncFolder(folder) : undefined);
    },
    async rename(from, to) {
      await rename(pathOf(from), pathOf(to));
      await syncFolder(folder);
    },
    async list() {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries
        .map((entry) => entry.name)
        .filter((name) => !IS_LOCK.test(name))
        .sort();
    },
  };
}

/** @param syncName makes the name of a file durable that may be new */
function diskFile(
  handle: FileHandle,
  sizeAtOpening: number,
  syncName: (() => Promise<void>) | undefined,
): DiskFile {
  let end = sizeAtOpening;
  let nameInDoubt = syncName !== undefined;
  return {
    async append(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, end);
        done += bytesWritten;
        end += bytesWritten;
      }
    },
    async read(position, length) {
      const bytes = new Uint8Array(Math.min(length, Math.max(0, end - position)));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    async size() {
      return (await handle.stat()).size;
    },
    async sync() {
      await handle.datasync();
      if (nameInDoubt) await syncName?.();
      nameInDoubt = false;
    },
    async truncate(size) {
      await handle.truncate(size);
      end = size;
    },
    close: () => handle.close(),
  };
}
