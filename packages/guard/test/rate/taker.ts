import { writeSync } from 'node:fs';
import { postgres } from '@ttp/adapters/postgres';
import { redisRates } from '@ttp/adapters/redis';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock } from '@ttp/adapters/system';
import { codeOf, type RateMeter } from '@ttp/core';
import { poolAt } from '../../../adapters/test/postgres/server.js';
import { connect } from '../../../adapters/test/redis/server.js';
import { storeRates } from '../../src/index.js';

/**
 * A process that asks: `taker.ts <sqlite file, redis socket or postgres folder> <times> <requests>`. It asks so often at
 * once for one request an hour, prints `granted` or `refused` for each, then `done`, and waits to be ended.
 */
const [where = '', times = '', requests = ''] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);

async function meter(): Promise<RateMeter> {
  if (where.endsWith('.sock')) return redisRates(await connect(where));
  if (where.endsWith('.db')) return storeRates({ store: sqlite(where).store, clock });
  const { store } = await postgres(poolAt(where));
  return storeRates({ store, clock });
}

const rates = await meter();
const rate = { requests: Number(requests), windowMs: 3_600_000 };
await Promise.all(
  Array.from({ length: Number(times) }, async () => {
    try {
      say((await rates.take('shared', rate, 1)).granted ? 'granted' : 'refused');
    } catch (error) {
      say(codeOf(error, 'TAKER_FAILED'));
    }
  }),
);
say('done');
setInterval(() => undefined, 60_000);
