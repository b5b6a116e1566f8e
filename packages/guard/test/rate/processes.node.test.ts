import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgres } from '@ttp/adapters/postgres';
import { sqlite } from '@ttp/adapters/sqlite';
import { afterAll, expect, it } from 'vitest';
import { findPostgres, NO_POSTGRES, startServer } from '../../../adapters/test/postgres/server.js';
import { findRedis, NO_REDIS, startRedis } from '../../../adapters/test/redis/server.js';
import { linesOf } from '../process.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-rate-'));
afterAll(() => rmSync(dir, { recursive: true }));

const ask = (where: string, times: number, requests: number): Promise<readonly string[]> =>
  linesOf(new URL('./taker.ts', import.meta.url), where, times, requests);

/** Two processes that ask 75 times for what is granted 50 times. */
async function race(where: string): Promise<void> {
  const lines = (await Promise.all([38, 37].map((times) => ask(where, times, 50)))).flat();
  const count = (word: string): number => lines.filter((line) => line === word).length;
  expect([count('granted'), count('refused'), count('done')]).toEqual([50, 25, 2]);
}

it('processes that share one SQLite file come to a rate exactly', async () => {
  const path = join(dir, 'shared.db');
  const storage = sqlite(path);
  await race(path);
  await storage.close();
}, 30_000);

it('processes that share one PostgreSQL server do, too', async ({ skip }) => {
  skip(findPostgres() === undefined, NO_POSTGRES);
  const server = await startServer();
  try {
    const storage = await postgres(server.pool());
    await race(server.socket);
    await storage.close();
  } finally {
    await server.stop();
  }
}, 60_000);

it('processes that share one Redis server do, too', async ({ skip }) => {
  skip(findRedis() === undefined, NO_REDIS);
  const server = await startRedis();
  try {
    await race(server.socket);
  } finally {
    await server.stop();
  }
}, 30_000);
