import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { postgres } from '@ttp/adapters/postgres';
import { sqlite } from '@ttp/adapters/sqlite';
import { afterAll, expect, it } from 'vitest';
import { findPostgres, NO_POSTGRES, startServer } from '../../../adapters/test/postgres/server.js';
import { findRedis, NO_REDIS, startRedis } from '../../../adapters/test/redis/server.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-rate-'));
afterAll(() => rmSync(dir, { recursive: true }));

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const taker = fileURLToPath(new URL('./taker.ts', import.meta.url));

async function ask(where: string, times: number, requests: number): Promise<readonly string[]> {
  const words = ['--conditions=@ttp/source', '--import', tsx, taker, where, String(times), String(requests)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.endsWith('done\n')) child.kill('SIGKILL'); // this very process, by its id
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return text.trim().split('\n');
}

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
