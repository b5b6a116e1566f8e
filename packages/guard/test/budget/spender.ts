import { writeSync } from 'node:fs';
import { postgres } from '@ttp/adapters/postgres';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock } from '@ttp/adapters/system';
import { codeOf, type Storage } from '@ttp/core';
import { poolAt } from '../../../adapters/test/postgres/server.js';
import { call, open, reserve, told, usd, used } from './spending.js';

/**
 * A process that spends: `spender.ts <sqlite file or socket folder> <calls> <limit>`. It reserves 2 so often at once,
 * prints `held` for each call that was permitted, settles every second one of them with 1, prints its alerts and
 * `done`, and waits to be ended.
 */
const [where = '', calls = '', limit = ''] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);

async function storage(): Promise<Storage> {
  if (where.endsWith('.db')) return sqlite(where);
  return postgres(poolAt(where));
}

const { store } = await storage();
const { budgets, events } = open(store, clock, { limit: usd(Number(limit)) });
await Promise.all(
  Array.from({ length: Number(calls) }, async (_, i) => {
    try {
      const hold = await reserve(budgets, call(2, `${process.pid}.${i}`));
      say('held');
      if (i % 2 === 0) await hold.settle(used(1));
    } catch (error) {
      say(`refused ${codeOf(error, 'SPENDER_FAILED')}`);
    }
  }),
);
for (const percent of told(events)) say(`alert ${String(percent)}`);
say('done');
setInterval(() => undefined, 60_000);
