import { type Disk, systemDisk } from './disk.js';
import { unwritable } from './files.js';

/**
 * Replaces a file by another text: what is there afterwards is the old one or the new one, whole, whenever this stops.
 *
 * @throws CLI_FILE_UNWRITABLE
 */
export async function replaceFile(path: string, text: string, disk: Disk = systemDisk): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await disk.write(part, text);
    await disk.sync(part);
    await disk.rename(part, path);
    await disk.syncFolder(path);
  } catch (cause) {
    throw unwritable(path, 'file', cause);
  }
}
