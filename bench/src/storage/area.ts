import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqlite } from '@ttp/adapters/sqlite';
import type { RunArea } from '../areas.ts';
import { race } from '../race.ts';
import { BATCH, batch } from './batch.ts';
import { filesRace } from './files.ts';
import { findPostgres, postgresRace } from './postgres.ts';

const OURS = 'ttp sqlite';
const RAW = 'node:sqlite';

/** The fewest steps on the same driver, as durable: write-ahead log, every commit synced. */
function rawLog(path: string): { append(): void; size(): number; close(): void } {
  const db = new DatabaseSync(path);
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE log (i INTEGER PRIMARY KEY, entry BLOB)',
  );
  const insert = db.prepare('INSERT INTO log (i, entry) VALUES (?, ?)');
  let size = 0;
  return {
    append() {
      db.exec('BEGIN IMMEDIATE');
      for (const entry of batch) insert.run(size++, entry);
      db.exec('COMMIT');
    },
    size: () => Number(db.prepare('SELECT count(*) AS n FROM log').get()?.['n']),
    close: () => db.close(),
  };
}

export const run: RunArea = async (effort) => {
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const storage = sqlite(join(dir, 'ttp.db'));
  const log = storage.log('bench');
  const raw = rawLog(join(dir, 'raw.db'));
  let size = 0n;
  const append = async (): Promise<void> => {
    await log.append(batch, size);
    size += BigInt(BATCH);
  };
  const result = await race(
    {
      title: `Appending ${BATCH} entries of 1.1 KB to a file`,
      work: 'One transaction, synced before it is acknowledged. Checked before: all entries are there.',
      contestants: [
        {
          name: OURS,
          ours: true,
          async: true,
          does: 'append to the log at an expected size: refused with LOG_CONFLICT where another process appended',
          run: append,
          answer: async () => {
            await append();
            return Number(await log.size());
          },
        },
        {
          name: RAW,
          does: 'BEGIN, a prepared INSERT for each, COMMIT',
          run: () => raw.append(),
          answer: () => {
            raw.append();
            return raw.size();
          },
        },
      ],
      bars: [
        {
          bar: "storage append of a batch of 100: at most 1.3x the raw driver's batch",
          value: (m) => m.ratio(OURS, RAW),
          atMost: 1.3,
          unit: 'x',
          why: 'The size is compared inside the transaction, and the commit waits for the end of the turn of the event loop.',
        },
      ],
      turnMs: 30,
    },
    effort,
  );
  raw.close();
  await storage.close();
  const results = [result, await filesRace(dir, effort)];
  const programs = findPostgres();
  if (programs !== undefined) results.push(await postgresRace(programs, dir, effort));
  await rm(dir, { recursive: true, force: true });
  return results;
};
