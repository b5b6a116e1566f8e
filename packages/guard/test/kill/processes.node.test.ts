import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { postgres } from '@ttp/adapters/postgres';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random, systemTimer as timer } from '@ttp/adapters/system';
import { asEpoch, type Storage } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterAll, expect, it } from 'vitest';
import { findPostgres, NO_POSTGRES, startServer } from '../../../adapters/test/postgres/server.js';
import { createKillPropagation, createKillSwitch, storeKillChannel } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { killOrder, ROSTER } from './harness.js';
import { pointSigner } from './points.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-kill-'));
afterAll(() => rmSync(dir, { recursive: true }));

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const actor = fileURLToPath(new URL('./actor.ts', import.meta.url));

/** A process of its own, and what it prints, line by line. */
function act(where: string, number: number): { readonly child: ChildProcess; next(): Promise<string> } {
  const words = ['--conditions=@ttp/source', '--import', tsx, actor, where, String(number)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = child.stdout[Symbol.asyncIterator]();
  let rest = '';
  return {
    child,
    async next() {
      for (;;) {
        const end = rest.indexOf('\n');
        if (end >= 0) {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 1);
          return line;
        }
        const { value, done } = await lines.next();
        if (done === true) return 'ended';
        rest += String(value);
      }
    },
  };
}

/** Two processes that act, and this one, which kills by the signed order of an operator. */
async function race(where: string, storage: Storage): Promise<void> {
  const actors = [1, 2].map((number) => act(where, number));
  try {
    expect(await Promise.all(actors.map((one) => one.next()))).toEqual(['ready', 'ready']);
    const signer = pointSigner(0);
    const channel = storeKillChannel({ store: storage.store, timer });
    const points = [pointSigner(1), pointSigner(2)];
    const propagation = createKillPropagation({ signer, points, channel, clock, timer, random });
    const kill = await createKillSwitch({ storage, clock, timer, operators: ROSTER, propagation });
    await kill.enrol(AGENT, false);
    expect(kill.isKilled(AGENT)).toBe(false);
    const result = await kill.obey(await killOrder(3, { epoch: asEpoch(0), notAfter: 2 ** 50 }));
    expect(result.epoch).toBe(1);
    await result.durable;
    expect(await Promise.all(actors.map((one) => one.next()))).toEqual([
      'refused GUARD_KILLED true',
      'refused GUARD_KILLED true',
    ]);
    const { enforced } = await result.report();
    expect(enforced).toMatchObject({ configured: 2, quorum: 2 });
    // How many of them within half a second is a question of the machine; in the end all of them answer.
    await expectAcknowledged(storage);
    kill.close();
  } finally {
    for (const { child } of actors) child.kill('SIGKILL'); // these very processes, by their ids
  }
}

/** Waits until no notice is left unanswered in the store. */
async function expectAcknowledged({ store }: Storage): Promise<void> {
  const waiting = async (): Promise<number> => {
    let left = 0;
    for await (const key of store.list('guard/notice/')) left += key === '' ? 0 : 1;
    return left;
  };
  await expect.poll(waiting, { timeout: 10_000, interval: 50 }).toBe(0);
}

it('processes that share one SQLite file obey an order that another one carries out, and sign it', async () => {
  proves('guard.kill.latch');
  const storage = sqlite(join(dir, 'shared.db'));
  await race(join(dir, 'shared.db'), storage);
  await storage.close();
}, 30_000);

it('processes that share one PostgreSQL server do too', async ({ skip }) => {
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
