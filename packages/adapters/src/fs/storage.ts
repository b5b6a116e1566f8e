import { type Disk, isTtpError, type Random, type Storage, TtpError } from '@ttp/core';
import { checkLogName } from '../storage/arguments.js';
import { createCommit } from './commit.js';
import { damaged } from './description.js';
import { resumeJournal } from './journal.js';
import { type LogFiles, logFiles } from './log.js';
import { parseSegmentPath, readSegment, type Segment, segmentPath } from './segment.js';
import { openStoreFile, STORE_FILE } from './store.js';
import { type TrackedDisk, trackedDisk } from './tracked-disk.js';

/**
 * Opens the storage on a disk, completing what a crash interrupted.
 *
 * @throws STORE_UNREADABLE
 */
export async function openStorage(disk: Disk, random: Random): Promise<Storage> {
  const tracked = trackedDisk(disk);
  try {
    return await open(tracked, random);
  } catch (cause) {
    await tracked.closeAll();
    if (isTtpError(cause, 'STORE_UNREADABLE')) throw cause;
    throw new TtpError('STORE_UNREADABLE', 'the files of the storage cannot be opened', { cause });
  }
}

async function open(tracked: TrackedDisk, random: Random): Promise<Storage> {
  const { disk } = tracked;
  const found = await findFiles(disk);
  const commit = createCommit();
  const logs = new Map<string, LogFiles>();
  let nextId = 0;
  // Before the file of the store is made: a file of the store says that there was a storage.
  for (const [id, segments] of found.logs) {
    const [name, log] = await openLog(id, segments);
    if (logs.has(name)) throw damaged(segmentPath(id, 0));
    logs.set(name, log);
    nextId = Math.max(nextId, id + 1);
  }
  const keys = await openStoreFile(disk, random, commit, found.hasStore);

  async function openLog(id: number, segments: readonly Segment[]): Promise<[string, LogFiles]> {
    const last = segments.at(-1);
    if (last === undefined || segments[0]?.first !== 0) throw damaged(segmentPath(id, 0));
    const { file, offsets, scan, log: name } = await readSegment(disk, last);
    const journal = await resumeJournal(disk, last.path, file, scan);
    return [name, logFiles(disk, random, commit, { name, id, found: { segments, journal, offsets } })];
  }

  return {
    shared: false,
    store: keys.store,
    log(name) {
      commit.checkOpen();
      checkLogName(name);
      let log = logs.get(name);
      if (log === undefined) {
        log = logFiles(disk, random, commit, { name, id: nextId });
        nextId += 1;
        logs.set(name, log);
      }
      return log.port;
    },
    async *logs() {
      commit.checkOpen();
      for (const [name, log] of logs) if ((await log.port.size()) > 0n) yield name;
    },
    close: () =>
      commit.close(async (isSound) => {
        // A fault here loses nothing: the next opening writes anew what does not say that it was closed.
        await Promise.allSettled([
          keys.close(isSound),
          ...[...logs.values()].map((log) => log.close(isSound)),
        ]);
        await tracked.closeAll();
      }),
  };
}

/** What is on the disk: whether a file of the store, and the segments of each log in order. */
async function findFiles(
  disk: Disk,
): Promise<{ readonly hasStore: boolean; readonly logs: ReadonlyMap<number, Segment[]> }> {
  const files = (await disk.list()).filter((path) => !path.endsWith('.new'));
  const hasStore = files.includes(STORE_FILE);
  const logs = new Map<number, Segment[]>();
  for (const path of files) {
    const parsed = parseSegmentPath(path);
    if (parsed === undefined) {
      if (path !== STORE_FILE) throw damaged(path); // a folder of something else
      continue;
    }
    const segments = logs.get(parsed.id) ?? [];
    segments.push({ path, first: parsed.first });
    logs.set(parsed.id, segments);
  }
  if (!hasStore && logs.size > 0) throw damaged(STORE_FILE);
  for (const segments of logs.values()) segments.sort((a, b) => a.first - b.first);
  return { hasStore, logs };
}
