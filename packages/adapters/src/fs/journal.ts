import type { Disk, DiskFile, Random } from '@ttp/core';
import { encodeFrame, encodeHeader, FRAME_BYTES, type FrameKind } from './frame.js';
import type { Scan } from './scan.js';

/** A file that frames are appended to, each of them synced before it counts. */
export interface Journal {
  readonly file: DiskFile;
  /** Where the next frame goes. */
  end: number;
  readonly mark: Uint8Array;
}

/**
 * Makes a file that holds `description` and no frame. It is written under another name and gets its own when it is
 * durable: there is no file with a broken header, except by damage.
 */
export async function createJournal(
  disk: Disk,
  path: string,
  description: Uint8Array,
  random: Random,
  fill: (journal: Journal) => Promise<void> = async () => undefined,
): Promise<Journal> {
  const { bytes, mark } = encodeHeader(description, random);
  const file = await emptyFile(disk, path);
  await file.append(bytes);
  const journal = { file, mark, end: bytes.length };
  await fill(journal);
  await file.sync();
  await disk.rename(newName(path), path);
  return journal;
}

/**
 * Goes on with a file that was there. After a crash its last frame is in doubt: the write may be in the cache of the
 * system alone, and after a sync that failed no later one writes it (flaw.W5). So what was read is written anew,
 * before anybody is told of it.
 */
export async function resumeJournal(
  disk: Disk,
  path: string,
  file: DiskFile,
  { header, end, closed }: Scan,
): Promise<Journal> {
  if (closed) {
    // The next frame takes the place of the word that it was closed, which a failed sync may have left in the cache.
    await file.truncate(end);
    return { file, mark: header.mark, end };
  }
  const copy = await emptyFile(disk, path);
  for (let at = 0; at < end; ) {
    const part = await file.read(at, Math.min(COPY_BYTES, end - at));
    await copy.append(part);
    at += part.length;
  }
  await copy.sync();
  await disk.rename(newName(path), path);
  await file.close();
  return { file: copy, mark: header.mark, end };
}

const COPY_BYTES = 1_048_576;

/** A file under the name that `path` has until it is whole; what a crash left there goes. */
async function emptyFile(disk: Disk, path: string): Promise<DiskFile> {
  const file = await disk.open(newName(path));
  await file.truncate(0);
  return file;
}

const newName = (path: string): string => `${path}.new`;

/** Appends a frame without syncing it. @returns where its payload begins */
export async function appendFrame(journal: Journal, kind: FrameKind, payload: Uint8Array): Promise<number> {
  const at = journal.end + FRAME_BYTES;
  const frame = encodeFrame(journal.mark, journal.end, kind, payload);
  await journal.file.append(frame);
  journal.end += frame.length;
  return at;
}

/** Appends a frame and syncs it. @returns where its payload begins */
export async function writeFrame(journal: Journal, payload: Uint8Array): Promise<number> {
  const at = await appendFrame(journal, 'changes', payload);
  await journal.file.sync();
  return at;
}

/**
 * Ends the use of a file. Where everything in it is known to be durable it says so, and the next opening need not
 * write it anew.
 */
export async function closeJournal(journal: Journal, isSound: boolean): Promise<void> {
  try {
    if (isSound) {
      await appendFrame(journal, 'closed', new Uint8Array());
      await journal.file.sync();
    }
  } finally {
    await journal.file.close();
  }
}
