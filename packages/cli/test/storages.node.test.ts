import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fs } from '@ttp/adapters/fs';
import { memory } from '@ttp/adapters/memory';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import type { Storage } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createTtp, type Ttp } from '@ttp/sdk';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres, NO_POSTGRES, type Server, startServer } from '../../adapters/test/postgres/server.js';
import { CALL_MAP, POLICY } from '../../sdk/test/rig.js';
import { openStore } from '../src/store.js';
import { ttp as run } from './harness.js';

const dir = mkdtempSync(join(tmpdir(), 'ttp-storages-'));
const found = findPostgres();
let server: Server | undefined;
beforeAll(async () => {
  server = found === undefined ? undefined : await startServer();
});
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true });
});

const read = (ttp: Ttp, path: string) => ttp.a2t({ tool: 'read_file', input: { path } }, async () => 'x');

/** A guarded call, a kill, a restart: on whatever keeps it. */
async function killAndRestart(open: () => Promise<Storage>, close: (storage: Storage) => Promise<void>) {
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const options = { identity, policy: POLICY, callMap: CALL_MAP };
  const storage = await open();
  const ttp = await createTtp({ ...options, storage, fresh: true });
  expect((await read(ttp, 'data/a')).status).toBe('done');
  expect(ttp.isKilled()).toBe(false);
  await ttp.kill(identity.did, { reason: 'manual_operator_action' }).durable;
  await ttp.close();
  await close(storage);
  const again = await open();
  const restarted = await createTtp({ ...options, storage: again });
  expect(restarted.isKilled()).toBe(true);
  expect(await read(restarted, 'data/b')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  await restarted.close();
  await close(again);
}

describe('an agent that was killed stays killed over a restart', () => {
  it.for([
    ['a SQLite file', () => join(dir, 'ttp.db')],
    ['a folder', () => `fs:${join(dir, 'folder')}`],
    [
      'PostgreSQL',
      () =>
        `postgres://ttp@localhost/postgres?host=${encodeURIComponent(server?.socket ?? '')}&schema=agents`,
    ],
  ] as const)('on %s', async ([kind, address], { skip }) => {
    proves('flaw.K2', 'adapters.storage.port');
    skip(kind === 'PostgreSQL' && found === undefined, NO_POSTGRES);
    await killAndRestart(
      () => openStore(address()),
      (storage) => storage.close(),
    );
  });

  it('on memory, as long as the process lives', async () => {
    proves('adapters.storage.port');
    const storage = memory();
    await killAndRestart(
      async () => storage,
      async () => undefined,
    );
  });
});

it('ttp keygen makes the kill record in a storage of whatever kind', async () => {
  const folder = join(dir, 'made');
  const { code } = await run(['keygen', '--out', join(dir, 'made.json'), '--store', `fs:${folder}`]);
  expect(code).toBe(0);
  const storage = await fs(folder);
  const keys: string[] = [];
  for await (const key of storage.store.list('')) keys.push(key);
  await storage.close();
  expect(keys.filter((key) => key.startsWith('kill/'))).toEqual([
    'kill/*',
    expect.stringMatching(/^kill\/did:ttp:agent:/),
  ]);
});
