import { constants, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder, and those above it, with mode 0700, and all of their names durable: files that are synced in a folder
 * whose own name is not are lost with it when the power fails. Of a folder that is there already, the name is synced
 * too, since whoever made it may have been interrupted right then.
 *
 * @param folder an absolute path
 * @throws the faults of the system
 */
export async function makeFolder(folder: string, sync: typeof syncFolder = syncFolder): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  for (let at = folder; ; at = dirname(at)) {
    await sync(dirname(at)).catch((fault: unknown) => {
      // A folder that was there may stand in one that we may not read: then others have made it.
      if (made !== undefined || !isForbidden(fault)) throw fault;
    });
    if (made === undefined || at === made || at === dirname(at)) return;
  }
}

const isForbidden = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && (fault.code === 'EACCES' || fault.code === 'EPERM');
