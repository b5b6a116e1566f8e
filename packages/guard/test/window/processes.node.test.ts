import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock } from '@ttp/adapters/system';
import { afterAll, expect, it } from 'vitest';
import { createWindows } from '../../src/index.js';
import { DAY, payment } from './holding.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-window-'));
afterAll(() => rmSync(dir, { recursive: true }));

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const spender = fileURLToPath(new URL('./spender.ts', import.meta.url));

/** What a process printed until it was done, or until `until` is true; then it is killed, between hold and end. */
async function spend(path: string, calls: number, limit: number): Promise<readonly string[]> {
  const words = ['--conditions=@ttp/source', '--import', tsx, spender, path, String(calls), String(limit)];
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

it('processes that share one SQLite file come to a limit exactly, and what a killed one held stays used', async () => {
  const path = join(dir, 'shared.db');
  const ends = await Promise.all([1, 2, 3].map(() => spend(path, 25, 50)));
  const lines = ends.flat();
  expect(lines.filter((line) => line === 'held')).toHaveLength(50);
  expect(lines.filter((line) => line === 'refused GUARD_WINDOW_EXCEEDED')).toHaveLength(25);
  const storage = sqlite(path);
  const left = createWindows({ store: storage.store, clock });
  expect(await left.valueWith(payment(0, 'asks'), { adds: 'request.amount', windowMs: DAY })).toBe(50);
  await storage.close();
}, 30_000);
