import type { Disk, Random, Store } from '@ttp/core';
import { STORE_COMPACT_BYTES } from '../limits.js';
import { checkExpected, checkKey, checkPrefix, copyValue } from '../storage/arguments.js';
import type { Commit, Participant } from './commit.js';
import { damaged, describe, described } from './description.js';
import {
  appendFrame,
  closeJournal,
  createJournal,
  type Journal,
  resumeJournal,
  writeFrame,
} from './journal.js';
import { scanFile } from './scan.js';
import { type Change, decodeChanges, encodeChanges } from './store-changes.js';

/** The file of the keys and values. */
export const STORE_FILE = 'store';

/** Where the value of a key stands. */
interface Place {
  readonly version: number;
  readonly at: number;
  readonly length: number;
}

/** The keys and values of a storage, in one file; where each value stands is in memory. */
export interface StoreFile {
  readonly store: Store;
  close(isSound: boolean): Promise<void>;
}

/**
 * Opens the file, or makes it where `exists` is false.
 *
 * @throws STORE_UNREADABLE, and the faults of the disk
 */
export async function openStoreFile(
  disk: Disk,
  random: Random,
  commit: Commit,
  exists: boolean,
): Promise<StoreFile> {
  let kept = new Map<string, Place>();
  let last = 0;
  let journal: Journal;

  const place = (map: Map<string, Place>, { key, version, at, length }: Change): void => {
    if (length === undefined) map.delete(key);
    else map.set(key, { version, at, length });
  };

  if (exists) {
    const file = await disk.open(STORE_FILE);
    const scan = await scanFile(file, STORE_FILE, ({ at, payload }) => {
      for (const change of decodeChanges(payload, at, STORE_FILE)) {
        place(kept, change);
        last = Math.max(last, change.version);
      }
    });
    last = Math.max(last, described(scan.header.description, 'version'));
    journal = await resumeJournal(disk, STORE_FILE, file, scan);
  } else {
    journal = await createJournal(disk, STORE_FILE, describe({ version: '0' }), random);
  }

  /** Writes what is there, and nothing of what was overwritten or deleted, into a new file. */
  async function compact(): Promise<void> {
    const old = journal.file;
    const moved = new Map<string, Place>();
    const description = describe({ version: `${last}` });
    const next = await createJournal(disk, STORE_FILE, description, random, async (target) => {
      let part: { key: string; version: number; value: Uint8Array }[] = [];
      let bytes = 0;
      const write = async (): Promise<void> => {
        const { payload, places } = encodeChanges(part);
        const at = await appendFrame(target, 'changes', payload);
        for (const change of places(at)) place(moved, change);
        part = [];
        bytes = 0;
      };
      for (const [key, { version, at, length }] of kept) {
        const value = await old.read(at, length);
        if (value.length !== length) throw damaged(STORE_FILE);
        part.push({ key, version, value });
        bytes += length;
        if (bytes > COMPACT_FRAME_BYTES) await write();
      }
      if (part.length > 0) await write();
    });
    journal = next;
    kept = moved;
    await old.close();
  }

  const liveBytes = (): number => {
    let bytes = 0;
    for (const [key, { length }] of kept) bytes += key.length + length + CHANGE_OVERHEAD;
    return bytes;
  };
  /** Looked at when the file has doubled since: looking costs as much as there are keys. */
  let compactAt = Math.max(STORE_COMPACT_BYTES, 2 * liveBytes());

  let staged: { key: string; version: number; value?: Uint8Array }[] = [];
  const versions = new Map<string, number>();
  let written: readonly Change[] = [];

  const participant: Participant = {
    async flush() {
      if (staged.length === 0) return;
      const { payload, places } = encodeChanges(staged);
      staged = [];
      written = places(await writeFrame(journal, payload));
    },
    settle() {
      for (const change of written) place(kept, change);
      written = [];
      versions.clear();
    },
    async tidy() {
      if (journal.end < compactAt) return;
      if (journal.end > 2 * liveBytes()) await compact();
      compactAt = Math.max(STORE_COMPACT_BYTES, 2 * journal.end);
    },
  };

  const isAt = (key: string, expected: number | undefined): boolean =>
    expected === undefined || (versions.get(key) ?? kept.get(key)?.version ?? 0) === expected;
  const stage = (key: string, value?: Uint8Array): true => {
    last += 1;
    versions.set(key, value === undefined ? 0 : last);
    staged.push({ key, version: last, ...(value && { value }) });
    return true;
  };

  const store: Store = {
    async get(key) {
      commit.checkOpen();
      checkKey(key);
      const found = kept.get(key);
      if (found === undefined) return undefined;
      const { version, at, length } = found;
      const { file } = journal;
      return commit.read(async () => {
        const value = await file.read(at, length);
        if (value.length !== length) throw damaged(STORE_FILE);
        return { value: value.slice(), version };
      });
    },
    async put(key, value, expected) {
      commit.checkOpen();
      checkKey(key);
      checkExpected(expected);
      const copy = copyValue(value);
      return commit.write(
        { entries: 1, bytes: copy.length },
        participant,
        () => isAt(key, expected) && stage(key, copy),
      );
    },
    async delete(key, expected) {
      commit.checkOpen();
      checkKey(key);
      checkExpected(expected);
      return commit.write({ entries: 1, bytes: 0 }, participant, () => {
        if (!isAt(key, expected)) return false;
        const isThere = (versions.get(key) ?? kept.get(key)?.version ?? 0) > 0;
        return isThere ? stage(key) : true;
      });
    },
    async *list(prefix) {
      commit.checkOpen();
      checkPrefix(prefix);
      for (const key of [...kept.keys()].filter((k) => k.startsWith(prefix)).sort()) {
        commit.checkOpen();
        if (kept.has(key)) yield key;
      }
    },
  };

  return { store, close: (isSound) => closeJournal(journal, isSound) };
}

/** Bytes of values that one frame of a compacted file holds, about. */
const COMPACT_FRAME_BYTES = 1_048_576;

/** What a key and its value cost beyond their own bytes, about. */
const CHANGE_OVERHEAD = 16;
