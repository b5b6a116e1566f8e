import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { fs } from '@ttp/adapters/fs';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { BATCH, batch } from './batch.ts';

const OURS = 'ttp fs';
const RAW = 'node:fs';

/** The fewest steps on the same calls of the system: one write of the whole batch, one fdatasync. */
async function rawFile(path: string): Promise<{ append(): Promise<void>; size(): number; file: FileHandle }> {
  const file = await open(path, 'a');
  const bytes = Buffer.concat(batch);
  let size = 0;
  return {
    file,
    async append() {
      await file.write(bytes);
      await file.datasync();
      size += BATCH;
    },
    size: () => size,
  };
}

/** Appending to segment files, beside writing and syncing a file. */
export async function filesRace(dir: string, effort: Effort): Promise<RaceResult> {
  const storage = await fs(join(dir, 'files'));
  const log = storage.log('bench');
  const raw = await rawFile(join(dir, 'raw.log'));
  let size = 0n;
  const append = async (): Promise<void> => {
    await log.append(batch, size);
    size += BigInt(BATCH);
  };
  const result = await race(
    {
      title: `Appending ${BATCH} entries of 1.1 KB to files of a folder`,
      work: 'Written and synced before it is acknowledged. Checked before: all entries are there.',
      contestants: [
        {
          name: OURS,
          ours: true,
          async: true,
          does: 'append to the log at an expected size, with a checksum and where each entry stands',
          run: append,
          answer: async () => {
            await append();
            return Number(await log.size());
          },
        },
        {
          name: RAW,
          async: true,
          does: 'one write of the bytes alone, one fdatasync',
          run: () => raw.append(),
          answer: async () => {
            await raw.append();
            return raw.size();
          },
        },
      ],
      turnMs: 30,
    },
    effort,
  );
  await raw.file.close();
  await storage.close();
  return result;
}
