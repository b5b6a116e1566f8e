import { indexeddb } from '@ttp/adapters/indexeddb';
import { systemClock, systemRandom } from '@ttp/adapters/system';
import { createIdentity } from '@ttp/did';
import { createTtp, type Ttp } from '@ttp/sdk';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { CALL_MAP, POLICY } from './rig.js';

const read = (ttp: Ttp, path: string) => ttp.a2t({ tool: 'read_file', input: { path } }, async () => 'x');

it('keeps a kill in the browser over a reload', async () => {
  proves('flaw.K2', 'adapters.storage.indexeddb');
  const name = `agents ${crypto.randomUUID()}`;
  const identity = await createIdentity({ type: 'agent', random: systemRandom, clock: systemClock });
  const options = { identity, policy: POLICY, callMap: CALL_MAP };
  const storage = await indexeddb({ indexedDB, name });
  const ttp = await createTtp({ ...options, storage, fresh: true });
  expect((await read(ttp, 'data/a')).status).toBe('done');
  await ttp.kill(identity.did, { reason: 'manual_operator_action' }).durable;
  await ttp.close();
  await storage.close();
  const again = await indexeddb({ indexedDB, name });
  const restarted = await createTtp({ ...options, storage: again });
  expect(restarted.isKilled()).toBe(true);
  expect(await read(restarted, 'data/b')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  await restarted.close();
  await again.close();
});
