import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { asTraceId } from '@ttp/core';
import { encryptKey, multikey } from '@ttp/crypto';
import { createIdentity, type NewIdentity } from '@ttp/did';
import { bundleEntries } from '@ttp/etr-merkle/trace';
import { logSignerOf } from '@ttp/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import { enforcementPoint, read } from '../enforcement.js';
import { type Folder, folder, PASSPHRASE, ttp as run, ttpJson } from '../harness.js';

let dir: Folder;
let identity: NewIdentity;
let logKey: string;
let trace: string;

beforeAll(async () => {
  dir = folder();
  identity = await createIdentity({ type: 'agent', random, clock });
  const { did, seed, keyLog } = identity;
  dir.write(
    'agent.json',
    formatIdentityFile(keyLog, await encryptKey({ seed, did, passphrase: PASSPHRASE, random })),
  );
  const storage = sqlite(dir.at('ttp.db'));
  const { ttp } = await enforcementPoint({ storage, identity });
  await read(ttp, 'data/a.txt');
  await ttp.a2t({ tool: 'read_file', input: { path: 'data/b.txt' }, trace: asTraceId('ab'.repeat(16)) }, () =>
    Promise.resolve('b'),
  );
  [logKey, trace] = [ttp.logKey, ttp.trace().id];
  await ttp.close();
  await storage.close();
});
afterAll(() => dir.remove());

const exported = (out: string, ...more: readonly string[]) =>
  ttpJson([
    'trace',
    'export',
    '--store',
    dir.at('ttp.db'),
    '--identity',
    dir.at('agent.json'),
    '--out',
    dir.at(out),
    ...more,
  ]);

describe('ttp trace export', () => {
  it('writes a bundle of the whole log that ttp verify says yes to', async () => {
    const { code, json } = await exported('all.jsonl');
    expect({ code, json }).toMatchObject({ code: 0, json: { logKey, origin: `${identity.did}/log/0` } });
    expect(String(bundleEntries(dir.read('all.jsonl')).length)).toBe(json['treeSize']);
    expect((await run(['verify', dir.at('all.jsonl'), '--log-key', logKey])).code).toBe(0);
  });

  it('writes one trace, which is proved to be in the log', async () => {
    await exported('one.jsonl', '--trace', 'ab'.repeat(16));
    const traces = new Set(bundleEntries(dir.read('one.jsonl')).map((entry) => entry.trace));
    expect([...traces]).toEqual(['ab'.repeat(16)]);
    expect(traces.has(asTraceId(trace))).toBe(false);
    const { code, json } = await ttpJson(['verify', dir.at('one.jsonl'), '--log-key', logKey]);
    expect({ code, checks: json['checks'] }).toMatchObject({ code: 0 });
    // The policy was armed in another trace, so its text is not disclosed here.
    expect(json['replay']).toEqual({ same: 0, absent: 1, differs: [] });
  });

  it('overwrites nothing', async () => {
    dir.write('there.jsonl', '');
    expect(await exported('there.jsonl')).toMatchObject({
      code: 3,
      json: { error: { code: 'CLI_FILE_EXISTS' } },
    });
  });

  it('says so where the storage holds no log of this identity', async () => {
    await sqlite(dir.at('empty.db')).close();
    const { code, json } = await ttpJson([
      'trace',
      'export',
      '--store',
      dir.at('empty.db'),
      '--identity',
      dir.at('agent.json'),
      '--out',
      dir.at('none.jsonl'),
    ]);
    expect({ code, error: json.error }).toMatchObject({
      code: 2,
      error: { code: 'CLI_LOG_ABSENT', field: 'store' },
    });
  });

  it('takes no trace id that is none', async () => {
    expect(await exported('x.jsonl', '--trace', 'latest')).toMatchObject({
      code: 2,
      json: { error: { code: 'CORE_BAD_TRACE' } },
    });
  });

  it('uses the log key that the enforcement point uses', () => {
    expect(multikey(logSignerOf(identity).publicKey)).toBe(logKey);
  });
});
