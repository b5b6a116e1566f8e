import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock } from '@ttp/adapters/system';
import { afterAll, expect, it } from 'vitest';
import { createWindows } from '../../src/index.js';
import { linesOf } from '../process.js';
import { DAY, payment } from './holding.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-window-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** It is killed between hold and end. */
const spend = (path: string, calls: number, limit: number): Promise<readonly string[]> =>
  linesOf(new URL('./spender.ts', import.meta.url), path, calls, limit);

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
