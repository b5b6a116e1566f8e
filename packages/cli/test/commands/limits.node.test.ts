import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import type { JsonObject, Storage } from '@ttp/core';
import { bucketPerMinute, storeRates, toolBreakers } from '@ttp/guard';
import type { Ttp } from '@ttp/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, POLICY, ttp as run, ttpJson } from '../harness.js';

let dir: Folder;
let storage: Storage;
let ttp: Ttp;

const LIMITED: JsonObject = { ...POLICY, offers: { rateLimit: { requests: 20, windowMs: 3_600_000 } } };

/** A point that counts in its storage, and shares its breakers there. */
beforeAll(async () => {
  dir = folder();
  dir.write('policy.json', LIMITED);
  storage = sqlite(dir.at('ttp.db'));
  const breakers = toolBreakers({ clock, random, store: storage.store });
  ({ ttp } = await enforcementPoint({ storage, policy: LIMITED, breakers }));
});
afterAll(async () => {
  await ttp.close();
  await storage.close();
  dir.remove();
});

const limits = (...words: readonly string[]) => ttpJson(['limits', '--store', dir.at('ttp.db'), ...words]);

describe('ttp limits', () => {
  it('shows what is used, beside what the policy offers', async () => {
    expect((await limits()).json).toEqual({ configured: { rateLimit: null }, rates: [], breakers: [] });
    for (let i = 0; i < 3; i++) expect((await read(ttp, 'data/a')).status).toBe('done');
    const shown = await limits('--policy', dir.at('policy.json'));
    expect(shown.code).toBe(0);
    expect(shown.json).toMatchObject({
      configured: { rateLimit: { requests: 20, windowMs: 3_600_000 } },
      rates: [{ of: ['agent', ttp.did, 'policy'], used: 3, windowMs: 3_600_000 }],
      breakers: [{ key: 'files/read_file', at: 'closed', calls: [{ ok: true }, { ok: true }, { ok: true }] }],
    });
    const text = await run([
      'limits',
      '--store',
      dir.at('ttp.db'),
      '--policy',
      dir.at('policy.json'),
      '--text',
    ]);
    expect(text.out).toContain('the policy offers 20 requests in 3600000 ms\n');
    expect(text.out).toContain(`3 of 20 used in 3600000 ms  agent  ${ttp.did}  policy\n`);
    expect(text.out).toContain('closed  files/read_file  0 of 3 calls failed\n');
  });

  it('shows buckets, and those of one agent alone', async () => {
    const rates = storeRates({ store: storage.store, clock });
    await rates.take('capability/did%3Attp%3Aagent%3Ax/host/data%3Atext', bucketPerMinute(100), 100);
    const of = 'did:ttp:agent:x';
    const { json } = await limits('--agent', of);
    expect(json).toMatchObject({
      rates: [{ of: ['capability', of, 'host', 'data:text'], capacity: 100, refill: 100 }],
    });
    expect((await limits('--agent', 'did:ttp:agent:y')).json['rates']).toEqual([]);
  });

  it('says no where a breaker is open', async () => {
    for (let i = 0; i < 10; i++)
      await ttp.a2t({ tool: 'read_file', server: 'files', input: { path: 'data/a' } }, () =>
        Promise.reject(new Error('tool')),
      );
    const { code, json } = await limits();
    expect(code).toBe(1);
    expect(json['breakers']).toMatchObject([{ key: 'files/read_file', at: 'open', why: 'errors' }]);
    const text = await run(['limits', '--store', dir.at('ttp.db'), '--text']);
    expect(text.out).toMatch(/open {2}files\/read_file {2}errors, until \d{4}-/);
  });

  it('refuses a record that it cannot read, and a policy that is none', async () => {
    await storage.store.put('guard/breaker/torn', new TextEncoder().encode('{'));
    expect((await limits()).json.error).toMatchObject({ code: 'GUARD_BREAKER_UNREADABLE' });
    await storage.store.delete('guard/breaker/torn');
    dir.write('broken.json', {});
    expect((await limits('--policy', dir.at('broken.json'))).code).toBe(2);
  });
});
