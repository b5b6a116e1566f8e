import type { Disk, DiskFile } from '@ttp/core';

/** A disk that knows which of its files are open. */
export interface TrackedDisk {
  readonly disk: Disk;
  /** Closes what a fault left open. */
  closeAll(): Promise<void>;
}

/** Keeps count of the files that are opened through it: a fault in the middle of something leaves them to nobody. */
export function trackedDisk(disk: Disk): TrackedDisk {
  const files = new Set<DiskFile>();
  return {
    disk: {
      async open(path) {
        const file = await disk.open(path);
        files.add(file);
        return {
          append: (bytes) => file.append(bytes),
          read: (position, length) => file.read(position, length),
          size: () => file.size(),
          sync: () => file.sync(),
          truncate: (size) => file.truncate(size),
          async close() {
            files.delete(file);
            await file.close();
          },
        };
      },
      rename: (from, to) => disk.rename(from, to),
      list: () => disk.list(),
    },
    async closeAll() {
      await Promise.allSettled([...files].map((file) => file.close()));
      files.clear();
    },
  };
}
