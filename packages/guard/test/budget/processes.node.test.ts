import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgres } from '@ttp/adapters/postgres';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock } from '@ttp/adapters/system';
import type { Storage } from '@ttp/core';
import { afterAll, expect, it } from 'vitest';
import { findPostgres, NO_POSTGRES, startServer } from '../../../adapters/test/postgres/server.js';
import { budgetStatus } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { linesOf } from '../process.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-budget-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Half of its calls are neither settled nor released when it is killed. */
const spend = (where: string, calls: number, limit: number): Promise<readonly string[]> =>
  linesOf(new URL('./spender.ts', import.meta.url), where, calls, limit);

/** Three processes that ask for 50 calls of at most 2 each, of a budget of 100. */
async function race(where: string, storage: Storage): Promise<void> {
  const lines = (await Promise.all([17, 17, 16].map((calls) => spend(where, calls, 100)))).flat();
  const [status] = await budgetStatus(AGENT, { store: storage.store, clock });
  const { spent = 0, reserved = 0, calls = 0 } = status ?? {};
  const held = lines.filter((line) => line === 'held').length;
  const refused = lines.filter((line) => line === 'refused GUARD_BUDGET_EXCEEDED').length;
  expect(held + refused).toBe(50);
  expect(spent + reserved).toBeLessThanOrEqual(100);
  // Every call that was settled cost 1, every other one still holds 2: none was lost, none counted twice.
  expect(spent).toBe(calls);
  expect(reserved).toBe(2 * (held - calls));
  const alerts = lines.filter((line) => line.startsWith('alert'));
  expect(new Set(alerts).size).toBe(alerts.length);
}

it('processes that share one SQLite file never overspend a budget, and what a killed one reserved stays used', async () => {
  const storage = sqlite(join(dir, 'shared.db'));
  await race(join(dir, 'shared.db'), storage);
  await storage.close();
}, 30_000);

it('processes that share one PostgreSQL server do not either', async ({ skip }) => {
  skip(findPostgres() === undefined, NO_POSTGRES);
  const server = await startServer();
  try {
    const storage = await postgres(server.pool());
    await race(server.socket, storage);
    await storage.close();
  } finally {
    await server.stop();
  }
}, 60_000);
