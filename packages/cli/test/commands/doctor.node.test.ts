import { chmodSync, renameSync } from 'node:fs';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import { isJsonObject, type JsonObject } from '@ttp/core';
import { encryptKey } from '@ttp/crypto';
import { createIdentity } from '@ttp/did';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNode } from '../../src/doctor/machine.js';
import { formatIdentityFile } from '../../src/files/identity-file.js';
import { enforcementPoint, read } from '../enforcement.js';
import { CALL_MAP, type Folder, folder, PASSPHRASE, POLICY, ttp as run, testIo } from '../harness.js';

let dir: Folder;
let logKey: string;
let did: string;

beforeAll(async () => {
  dir = folder();
  const identity = await createIdentity({ type: 'agent', random, clock });
  const { seed, keyLog } = identity;
  ({ did } = identity);
  dir.write(
    'agent.json',
    formatIdentityFile(keyLog, await encryptKey({ seed, did: identity.did, passphrase: PASSPHRASE, random })),
  );
  chmodSync(dir.at('agent.json'), 0o600);
  const storage = sqlite(dir.at('ttp.db'));
  const { ttp } = await enforcementPoint({ storage, identity });
  await read(ttp, 'data/a.txt');
  ({ logKey } = ttp);
  await ttp.close();
  await storage.close();
  dir.write('policy.json', POLICY);
  dir.write('calls.json', CALL_MAP);
});
afterAll(() => dir.remove());

/** What the doctor says of each name: `ok`, or what is wrong. */
async function examined(
  words: readonly string[],
  io = testIo(),
): Promise<{
  readonly code: number;
  readonly found: Readonly<Record<string, string>>;
  readonly advice: string;
}> {
  const { code, out } = await run(['doctor', ...words], '', io);
  const checks: unknown = JSON.parse(out).checks;
  const all = (Array.isArray(checks) ? checks : []).filter((one): one is JsonObject => isJsonObject(one));
  const found = Object.fromEntries(all.map((one) => [one['name'], one['status']]));
  return { code, found, advice: JSON.stringify(all.map((one) => one['todo'] ?? '')) };
}

const everything = (): readonly string[] => [
  '--identity',
  dir.at('agent.json'),
  '--store',
  dir.at('ttp.db'),
  '--policy',
  dir.at('policy.json'),
  '--call-map',
  dir.at('calls.json'),
];

describe('ttp doctor', () => {
  it('finds nothing in the way of what is whole, and leaves the passphrase to nobody', async () => {
    const io = testIo();
    const { code, found } = await examined(everything(), io);
    expect({ code, found }).toEqual({
      code: 0,
      found: {
        node: 'ok',
        identity: 'ok',
        permissions: 'ok',
        passphrase: 'ok',
        storage: 'ok',
        kill: 'ok',
        log: 'ok',
        clock: 'ok',
        policy: 'warn',
        'call map': 'ok',
        'self-test': 'ok',
      },
    });
    expect(io.env).toEqual({});
    const { out } = await run(['doctor', '--text']);
    expect(out).toMatch(/^ok {4}node +\d+\.\d+\.\d+\n- {5}identity +no --identity was given\n/);
  });

  it('reads the log by its key where there is no passphrase', async () => {
    const { found } = await examined(everything(), testIo({}));
    expect(found).toMatchObject({ passphrase: 'skipped', log: 'skipped' });
    const keyed = await examined([...everything(), '--log-key', `${did}=${logKey}`], testIo({}));
    expect(keyed).toMatchObject({ code: 0, found: { log: 'ok', clock: 'ok' } });
  });

  it('says who else may read the identity, and what lies beside it', async () => {
    chmodSync(dir.at('agent.json'), 0o644);
    dir.write('agent.json.next', '{}');
    dir.write('agent.json.next.new', '{}');
    const { code, found, advice } = await examined(everything());
    expect({ code, found }).toMatchObject({
      code: 0,
      found: { permissions: 'warn', 'next key': 'warn', rotation: 'warn' },
    });
    expect(advice).toContain(`chmod 600 ${dir.at('agent.json')}`);
    expect(advice).toContain(`ttp did rotate ${dir.at('agent.json')}`);
    renameSync(dir.at('agent.json.next.new'), dir.at('elsewhere'));
    chmodSync(dir.at('agent.json'), 0o600);
    renameSync(dir.at('agent.json.next'), dir.at('elsewhere'));
  });

  it('fails where the agent is killed, the clock is behind or the passphrase is wrong', async () => {
    const storage = sqlite(dir.at('killed.db'));
    await storage.close();
    const killed = await examined(['--identity', dir.at('agent.json'), '--store', dir.at('killed.db')]);
    expect(killed).toMatchObject({ code: 1, found: { kill: 'fail', log: 'warn' } });
    const early = { ...testIo(), clock: { ...clock, now: () => 1_000_000 } };
    expect(await examined(everything(), early)).toMatchObject({ code: 1, found: { clock: 'fail' } });
    const wrong = await examined(everything(), testIo({ TTP_PASSPHRASE: 'not the passphrase' }));
    expect(wrong).toMatchObject({ code: 1, found: { passphrase: 'fail' } });
  });

  it.each([
    ['identity', ['--identity', 'nowhere.json'], 'fail'],
    ['storage', ['--store', 'nowhere.db'], 'fail'],
    ['policy', ['--policy', 'nowhere.json'], 'fail'],
    ['operators', ['--operators', 'nowhere.json'], 'fail'],
  ])('names what is not there: %s', async (name, words, status) => {
    const { code, found } = await examined(words);
    expect({ code, status: found[name] }).toEqual({ code: 1, status });
  });

  it('says what call map and policy do not both speak of, and what lets too much through', async () => {
    const tools = { write_file: { action: 'write', resource: { scheme: 'file', path: 'input.path' } } };
    const map = dir.write('other-calls.json', { version: 1, tools });
    const policy = dir.write('open.json', {
      ...POLICY,
      defaultEffect: 'allow',
      rules: [{ id: 'x', effect: 'allow', resources: ['**'], actions: ['read'] }],
    });
    const { code, found, advice } = await examined(['--policy', policy, '--call-map', map]);
    expect({ code, found }).toMatchObject({
      code: 1,
      found: { 'call map': 'warn', 'self-test': 'fail', policy: 'warn' },
    });
    expect(advice).toContain('ttp self-test --policy');
  });

  it.each([
    ['22.12.0', 'fail'],
    ['20.19.1', 'fail'],
    ['22.13.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('takes Node %s for %s', (version, status) => {
    expect(checkNode(version).status).toBe(status);
  });
});

describe('ttp version', () => {
  it('says what runs', async () => {
    const { code, out } = await run(['version']);
    expect({ code, version: JSON.parse(out).version, node: JSON.parse(out).node }).toEqual({
      code: 0,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.versions.node,
    });
    expect((await run(['version', '--text'])).out).toMatch(/^ttp \d+\.\d+\.\d+ on Node /);
  });
});
