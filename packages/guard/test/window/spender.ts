import { writeSync } from 'node:fs';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock } from '@ttp/adapters/system';
import { codeOf } from '@ttp/core';
import { createWindows } from '../../src/index.js';
import { DAY, hold, payment } from './holding.js';

/**
 * A process that spends: `spender.ts <file> <calls> <limit>`. It asks for 1 so often at once, prints `held` for each
 * call that was permitted and `refused <code>` for the others, then `done`, and waits to be ended.
 */
const [path = '', calls = '', limit = ''] = process.argv.slice(2);
const say = (line: string): number => writeSync(1, `${line}\n`);
const handler = createWindows({ store: sqlite(path).store, clock }).handler();
const params = { adds: 'request.amount', windowMs: DAY, atMost: Number(limit) };

await Promise.all(
  Array.from({ length: Number(calls) }, async (_, i) => {
    try {
      await hold(handler, params, payment(1, `${process.pid}.${i}`));
      say('held');
    } catch (error) {
      say(`refused ${codeOf(error, 'SPENDER_FAILED')}`);
    }
  }),
);
say('done');
setInterval(() => undefined, 60_000);
