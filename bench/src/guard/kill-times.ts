import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@ttp/adapters/memory';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemTimer as timer } from '@ttp/adapters/system';
import { asDid, type Storage } from '@ttp/core';
import { createKillSwitch } from '@ttp/guard';
import { figure, judge } from '../bar.ts';
import type { FactsResult } from '../result.ts';
import { quantile } from '../statistics.ts';

/** How many agents are killed for the times, one kill each. */
const KILLS = 300;

interface KillTimes {
  readonly closed: readonly number[];
  readonly durable: readonly number[];
}

/** From the call of kill() until the gate refuses, and until the kill is stored; ms. */
async function timeKills(storage: Storage, count: number): Promise<KillTimes> {
  const guard = await createKillSwitch({ storage, clock, timer });
  const closed: number[] = [];
  const durable: number[] = [];
  for (let i = 0; i < count; i++) {
    const agent = asDid(`did:ttp:agent:Qm${String(i).padStart(44, 'z')}`);
    await guard.enrol(agent, true);
    const permit = guard.permit(agent, guard.epochOf(agent));
    permit.enter();
    const start = performance.now();
    const result = guard.kill(agent, { reason: 'manual_operator_action', by: 'bench', message: '' });
    if (!refuses(permit) || !permit.signal.aborted) throw new Error('the gate is open after a kill');
    closed.push(performance.now() - start);
    await result.durable;
    durable.push(performance.now() - start);
  }
  guard.close();
  return { closed, durable };
}

function refuses(permit: { enter(): void }): boolean {
  try {
    permit.enter();
    return false;
  } catch {
    return true;
  }
}

const p99 = (list: readonly number[]): number => quantile(list, 0.99);
const row = (storage: string, { closed, durable }: KillTimes): string[] => [
  storage,
  ...[quantile(closed, 0.5), p99(closed), quantile(durable, 0.5), p99(durable)].map((ms) =>
    figure(ms * 1000),
  ),
];

/** How long it takes until a kill is in force, and until it is stored. */
export async function killTimes(quick: boolean): Promise<FactsResult> {
  const count = quick ? 30 : KILLS;
  const dir = await mkdtemp(join(tmpdir(), 'ttp-bench-'));
  const file = sqlite(join(dir, 'ttp.db'));
  const inMemory = await timeKills(memory(), count);
  const onDisk = await timeKills(file, count);
  await file.close();
  await rm(dir, { recursive: true, force: true });
  const closed = {
    bar: 'kill: gate closed within 1 ms p99 (decision D32)',
    atMost: 1,
    unit: ' ms',
    why: 'Aborting runs the listeners of the signal, which are of the host.',
  };
  const durable = {
    bar: 'kill: durable within 10 ms p99 (decision D32)',
    atMost: 10,
    unit: ' ms',
    why: 'This is the fsync of the machine, which other work delays.',
  };
  return {
    kind: 'facts',
    title: 'How long a kill takes',
    work: `${count} agents, one kill each: until permit.enter() refuses and permit.signal is aborted, in the same turn of the event loop, and until the record is durable. Microseconds.`,
    columns: ['storage', 'closed p50', 'closed p99', 'durable p50', 'durable p99'],
    rows: [row('memory', inMemory), row('SQLite, synced', onDisk)],
    bars: [judge(closed, p99([...inMemory.closed, ...onDisk.closed])), judge(durable, p99(onDisk.durable))],
  };
}
