import { diskStorage } from '@ttp/adapters/fs';
import type { Disk, DiskFile, Storage } from '@ttp/core';
import { DISK_FAULTS, faultCounter, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { crashAt, crashPoints, type Open } from './crash-rig.js';

/** A storage over a disk whose files are changed in one way. */
const overFiles =
  (
    change: (file: DiskFile, path: string) => Partial<DiskFile>,
    more: (disk: Disk) => Partial<Disk> = () => ({}),
  ): Open =>
  (disk) =>
    diskStorage(
      {
        ...disk,
        ...more(disk),
        async open(path) {
          const file = await disk.open(path);
          return { ...file, ...change(file, path) };
        },
      },
      { random: seededRandom('marks') },
    );

/** A storage that is opened anew, unseen, after a fault: it never stays poisoned. */
const unpoisoned: Open = async (disk) => {
  const open = (): Promise<Storage> => diskStorage(disk, { random: seededRandom('marks') });
  let storage = await open();
  const again = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await write();
    } catch (fault) {
      storage = await open();
      throw fault;
    }
  };
  return {
    shared: false,
    store: {
      get: (key) => storage.store.get(key),
      list: (prefix) => storage.store.list(prefix),
      put: (key, value, expected) => again(() => storage.store.put(key, value, expected)),
      delete: (key, expected) => again(() => storage.store.delete(key, expected)),
    },
    log: (name) => ({
      append: (entries, size) => again(() => storage.log(name).append(entries, size)),
      read: (from, to) => storage.log(name).read(from, to),
      size: () => storage.log(name).size(),
    }),
    close: () => storage.close(),
  };
};

/** Appends that reach the file only with the next one: the sync of a write comes before it. */
function late(file: DiskFile): Partial<DiskFile> {
  let waiting = new Uint8Array();
  return {
    async append(bytes) {
      if (waiting.length > 0) await file.append(waiting);
      waiting = bytes.slice();
    },
    async sync() {
      await file.sync();
      if (waiting.length > 0) await file.append(waiting);
      waiting = new Uint8Array();
    },
  };
}

const BROKEN: readonly (readonly [string, Open, RegExp])[] = [
  ['syncs nothing', overFiles(() => ({ sync: async () => undefined })), /lost|never may|forgotten|STORE/],
  ['syncs before it writes', overFiles(late), /lost|never may|forgotten/],
  [
    'tries a failed sync again',
    overFiles((file) => ({ sync: () => file.sync().catch(() => file.sync()) })),
    /lost|never may|forgotten|cannot be opened/, // what never reached the disk leaves a hole before what came later
  ],
  ['does not stay poisoned', unpoisoned, /acknowledged after one had failed/],
  [
    'takes a full disk for a success',
    overFiles((file) => ({ append: (bytes) => file.append(bytes).catch(() => undefined) })),
    /lost|never may|forgotten/,
  ],
];

describe('the rig sees a storage that', () => {
  it.each(BROKEN)('%s', async (_name, open, expected) => {
    const workload = { seed: 'defences', withHumans: false };
    const tally = { points: 0, wrong: [] as string[], counter: faultCounter(DISK_FAULTS) };
    for (const point of await crashPoints(workload)) {
      await crashAt(workload, point, tally, open).catch((fault: unknown) =>
        tally.wrong.push(`the storage cannot be opened: ${String(fault)}`),
      );
      if (tally.wrong.some((what) => expected.test(what))) break;
    }
    expect(tally.wrong.find((what) => expected.test(what))).toBeDefined();
  });
});
