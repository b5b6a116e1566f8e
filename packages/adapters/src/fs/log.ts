import type { AppendLog, Disk, DiskFile, Random } from '@ttp/core';
import { LOG_OPEN_SEGMENTS, LOG_READ_ENTRIES, LOG_SEGMENT_BYTES } from '../limits.js';
import { checkPosition, copyEntries, logConflict } from '../storage/arguments.js';
import type { Commit, Participant } from './commit.js';
import { damaged, describe } from './description.js';
import { FRAME_BYTES } from './frame.js';
import { closeJournal, createJournal, type Journal, writeFrame } from './journal.js';
import { addOffsets, encodeEntries, type Offsets } from './log-entries.js';
import { readSegment, type Segment, segmentPath } from './segment.js';

/** What opening found of a log. */
export interface FoundLog {
  /** In order; the last one is written on. */
  readonly segments: readonly Segment[];
  readonly journal: Journal;
  readonly offsets: Offsets;
}

/** One log, in files of 8 MiB; of the last one, and of those that were read last, it is in memory where entries stand. */
export interface LogFiles {
  readonly port: AppendLog;
  close(isSound: boolean): Promise<void>;
}

/** Entries that can be read: a file, and where they stand in it. */
interface Readable {
  readonly file: DiskFile;
  readonly offsets: Offsets;
}

/** The log with this name and number, as it was found, or one that its first append makes. */
export function logFiles(
  disk: Disk,
  random: Random,
  commit: Commit,
  { name, id, found }: { readonly name: string; readonly id: number; readonly found?: FoundLog },
): LogFiles {
  const segments: Segment[] = [...(found?.segments ?? [])];
  let journal = found?.journal;
  let offsets: Offsets = found?.offsets ?? { at: [], length: [] };
  let size = (segments.at(-1)?.first ?? 0) + offsets.at.length;
  const sealed = new Map<Segment, Promise<Readable>>();

  let staged: Uint8Array[] = [];
  let written: { readonly count: number; readonly add: () => void } | undefined;

  async function nextSegment(): Promise<Journal> {
    if (journal !== undefined && journal.end < LOG_SEGMENT_BYTES) return journal;
    const path = segmentPath(id, size);
    const next = await createJournal(disk, path, describe({ log: name, first: `${size}` }), random);
    const full = segments.at(-1);
    if (journal !== undefined && full !== undefined)
      sealed.set(full, Promise.resolve({ file: journal.file, offsets }));
    segments.push({ path, first: size });
    offsets = { at: [], length: [] };
    journal = next;
    return next;
  }

  const participant: Participant = {
    async flush() {
      if (staged.length === 0) return;
      const entries = staged;
      staged = [];
      const target = await nextSegment();
      const payload = encodeEntries(size, entries);
      const at = target.end + FRAME_BYTES;
      await writeFrame(target, payload);
      const first = size;
      written = {
        count: entries.length,
        add: () => addOffsets(offsets, payload, at, first, segmentPath(id, first)),
      };
    },
    settle() {
      written?.add();
      size += written?.count ?? 0;
      written = undefined;
    },
    tidy: () => forget(),
  };

  /** Closes the files that were read longest ago. */
  async function forget(): Promise<void> {
    for (const [segment, readable] of sealed) {
      if (sealed.size <= LOG_OPEN_SEGMENTS) return;
      sealed.delete(segment);
      const file = await readable.then(
        (one) => one.file,
        () => undefined, // it was never opened, and who asked was told
      );
      await file?.close();
    }
  }

  async function openSealed(segment: Segment, next: Segment): Promise<Readable> {
    const read = await readSegment(disk, segment);
    if (read.log !== name || segment.first + read.offsets.at.length !== next.first) {
      await read.file.close();
      throw damaged(segment.path);
    }
    return read;
  }

  /** The segment with this entry, what can be read of it, and where it ends. */
  async function segmentOf(position: number): Promise<Readable & { readonly first: number }> {
    let index = segments.length - 1;
    while (index > 0 && (segments[index]?.first ?? 0) > position) index--;
    const [segment, next] = [segments[index], segments[index + 1]];
    if (segment === undefined || journal === undefined) throw damaged(name);
    if (next === undefined) return { file: journal.file, offsets, first: segment.first };
    const readable = sealed.get(segment) ?? openSealed(segment, next);
    sealed.delete(segment);
    sealed.set(segment, readable); // used last
    try {
      return { ...(await readable), first: segment.first };
    } catch (fault) {
      sealed.delete(segment);
      throw fault;
    }
  }

  /** Some entries from `from` on, up to `to` at most. */
  async function readSome(from: number, to: number): Promise<Uint8Array[]> {
    const { file, offsets: places, first } = await segmentOf(from);
    const start = from - first;
    const end = Math.min(to - first, places.at.length, start + LOG_READ_ENTRIES);
    const begin = places.at[start] ?? 0;
    const last = (places.at[end - 1] ?? 0) + (places.length[end - 1] ?? 0);
    const bytes = await file.read(begin, last - begin);
    if (bytes.length !== last - begin) throw damaged(segmentPath(id, first));
    return places.at
      .slice(start, end)
      .map((at, i) => bytes.slice(at - begin, at - begin + (places.length[start + i] ?? 0)));
  }

  const port: AppendLog = {
    async append(entries, expectedSize) {
      commit.checkOpen();
      if (expectedSize !== undefined) checkPosition(expectedSize, 'expectedSize');
      const copies = copyEntries(entries);
      const bytes = copies.reduce((sum, copy) => sum + copy.length, 0);
      return commit.write({ entries: copies.length, bytes }, participant, () => {
        const first = BigInt(size + staged.length);
        if (expectedSize !== undefined && expectedSize !== first) throw logConflict(expectedSize, first);
        for (const copy of copies) staged.push(copy);
        return first;
      });
    },
    async *read(from, to) {
      commit.checkOpen();
      checkPosition(from, 'from');
      checkPosition(to, 'to');
      for (let next = from; next < to && next < BigInt(size); ) {
        const until = to < BigInt(size) ? Number(to) : size;
        const start = Number(next);
        for (const entry of await commit.read(() => readSome(start, until))) {
          commit.checkOpen();
          next += 1n;
          yield entry;
        }
      }
    },
    async size() {
      commit.checkOpen();
      return BigInt(size);
    },
  };

  return {
    port,
    async close(isSound) {
      const open = await Promise.allSettled(sealed.values());
      for (const one of open) if (one.status === 'fulfilled') await one.value.file.close();
      if (journal !== undefined) await closeJournal(journal, isSound);
    },
  };
}
