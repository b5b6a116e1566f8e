import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PostgresClient, postgres } from '@ttp/adapters/postgres';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';
import { BATCH, batch } from './batch.ts';
import { pgClient } from './pg-client.mjs';

const OURS = 'ttp postgres';
const RAW = 'pg';

/** The folder with the programs of a server on this machine; undefined where there is none. */
export function findPostgres(): string | undefined {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return undefined;
  return readdirSync(versions)
    .map((version) => join(versions, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

const idOf = (flag: string): number => Number(spawnSync('id', [flag, 'postgres']).stdout);

/** A server of our own below `dir`, on a socket, with what it syncs by default. It refuses to be root. */
async function startServer(programs: string, dir: string) {
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = [idOf('-u'), idOf('-g')] as const;
  const who = isRoot ? { uid, gid } : {};
  const folder = join(dir, 'pg');
  await mkdir(folder, { mode: 0o700 });
  if (isRoot) {
    await chown(dir, uid, gid);
    await chown(folder, uid, gid);
  }
  const data = join(folder, 'data');
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, '-U', 'ttp', '-A', 'trust', '-E', 'UTF8'], {
    ...who,
    cwd: folder,
  });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr.toString()}`);
  const options = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`];
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
    ...who,
    cwd: folder,
    stdio: 'ignore',
  });
  const client = async (): Promise<ReturnType<typeof pgClient>> => {
    for (let attempt = 0; ; attempt++)
      try {
        const one = pgClient(folder);
        await one.connect();
        return one;
      } catch (fault) {
        if (attempt === 300) throw fault;
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
  };
  const stop = (): Promise<unknown> =>
    new Promise((resolve) => {
      server.once('exit', resolve);
      server.kill('SIGQUIT');
    });
  return { client, stop };
}

/** The fewest round trips of the driver: one INSERT with a row for each entry, which is its own transaction. */
async function rawTable(client: PostgresClient) {
  await client.query('CREATE TABLE raw (i bigint PRIMARY KEY, entry bytea NOT NULL)');
  const rows = batch.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join();
  const text = `INSERT INTO raw (i, entry) VALUES ${rows}`;
  let size = 0;
  return {
    async append(): Promise<void> {
      await client.query(
        text,
        batch.flatMap((entry) => [size++, entry]),
      );
    },
    async size(): Promise<number> {
      const [row] = (await client.query('SELECT count(*) AS n FROM raw')).rows;
      return Number(typeof row === 'object' && row !== null && 'n' in row ? row.n : Number.NaN);
    },
  };
}

/** Appending to a server on this machine, beside its driver. */
export async function postgresRace(programs: string, dir: string, effort: Effort): Promise<RaceResult> {
  const server = await startServer(programs, dir);
  const [client, other] = [await server.client(), await server.client()];
  const storage = await postgres(client);
  const log = storage.log('bench');
  const raw = await rawTable(other);
  let size = 0n;
  const append = async (): Promise<void> => {
    await log.append(batch, size);
    size += BigInt(BATCH);
  };
  try {
    return await race(
      {
        title: `Appending ${BATCH} entries of 1.1 KB to PostgreSQL`,
        work: 'One round trip and one synced transaction over a socket. Checked before: all entries are there.',
        contestants: [
          {
            name: OURS,
            ours: true,
            async: true,
            does: 'append to the log at an expected size, under the lock of its row',
            run: append,
            answer: async () => {
              await append();
              return Number(await log.size());
            },
          },
          {
            name: RAW,
            async: true,
            does: 'one INSERT with a row for each entry',
            run: () => raw.append(),
            answer: async () => {
              await raw.append();
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
            why: 'The batch travels as one value, and is taken apart by a function inside the database.',
          },
        ],
        turnMs: 30,
      },
      effort,
    );
  } finally {
    await storage.close();
    await Promise.all([client.end(), other.end()]);
    await server.stop();
  }
}
