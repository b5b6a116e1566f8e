import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@ttp/adapters/memory';
import { sqlite } from '@ttp/adapters/sqlite';
import type { Storage } from '@ttp/core';
import type { Ttp } from '@ttp/sdk';
import { figure, judge } from '../bar.ts';
import { call, openTtp } from '../decision/world.ts';
import { longestHold } from '../hold.ts';
import type { FactsResult } from '../result.ts';
import { quantile } from '../statistics.ts';

const CALLS = 1000;
const ms = (list: readonly number[], q: number): string => figure(quantile(list, q));

/** Calls one after the other, each by itself between two turns of the event loop; ms. */
async function holds(storage: Storage, count: number): Promise<readonly number[]> {
  const ttp: Ttp = await openTtp(storage);
  for (let i = 0; i < 200; i++) await call(ttp, i);
  const held: number[] = [];
  for (let i = 0; i < count; i++) held.push(await longestHold(() => call(ttp, i)));
  await ttp.close();
  return held;
}

/** How long one whole call keeps everything else of its process waiting. */
export async function longestCall(quick: boolean): Promise<FactsResult> {
  const count = quick ? 50 : CALLS;
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const file = sqlite(join(dir, 'ttp.db'));
  const inMemory = await holds(memory(), count);
  const onDisk = await holds(file, count);
  await file.close();
  await rm(dir, { recursive: true, force: true });
  const limit = {
    bar: 'no call holds the event loop over 5 ms: p99 of whole calls, memory and SQLite',
    atMost: 5,
    unit: ' ms',
    why: 'SQLite writes and syncs in the thread that calls it, which the disk and other work delay.',
  };
  return {
    kind: 'facts',
    title: 'How long a call holds the event loop',
    work: `${count} whole calls, each by itself: decided, recorded, done, recorded. The longest time in which nothing else of the process could run, in ms.`,
    columns: ['storage', 'p50', 'p99', 'longest'],
    rows: [
      ['memory', ms(inMemory, 0.5), ms(inMemory, 0.99), ms(inMemory, 1)],
      ['SQLite, synced', ms(onDisk, 0.5), ms(onDisk, 0.99), ms(onDisk, 1)],
    ],
    bars: [judge(limit, quantile([...inMemory, ...onDisk], 0.99))],
  };
}
