import { existsSync, statSync } from 'node:fs';
import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom, systemTimer as timer } from '@ttp/adapters/system';
import { asDid } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createKillSwitch } from '@ttp/guard';
import { codeRejectedBy } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIdentityFile } from '../../src/files/identity-file.js';
import { parseOperators } from '../../src/files/operators.js';
import { passphrases } from '../../src/passphrase.js';
import { type Folder, folder, PASSPHRASE, testIo, ttp, ttpJson } from '../harness.js';

let dir: Folder;
let made: Awaited<ReturnType<typeof ttpJson>>;

beforeAll(async () => {
  dir = folder();
  made = await ttpJson([
    'keygen',
    '--out',
    dir.at('agent.json'),
    '--store',
    dir.at('ttp.db'),
    '--type',
    'tool',
  ]);
});
afterAll(() => dir.remove());

const open = (passphrase = PASSPHRASE, file = 'agent.json') =>
  openIdentityFile(dir.at(file), {
    field: 'identity',
    passphrases: passphrases(testIo({ TTP_PASSPHRASE: passphrase })),
  });

/** The identity file with members replaced. */
const changed = (name: string, change: (file: Record<string, unknown>) => object): string => {
  dir.write(name, change(JSON.parse(dir.read('agent.json'))));
  return name;
};

describe('ttp keygen', () => {
  it('writes an identity that opens with its passphrase, for its owner alone', async () => {
    expect(made.code).toBe(0);
    const identity = await open();
    expect(made.json['did']).toBe(identity.did);
    expect(identity.did).toMatch(/^did:ttp:tool:Qm/);
    expect(identity.nextSeed).toBeUndefined();
    for (const file of ['agent.json', 'agent.json.next'])
      expect(statSync(dir.at(file)).mode & 0o777).toBe(0o600);
    expect(dir.read('agent.json')).not.toContain(PASSPHRASE);
  });

  it('keeps the next key in a file of its own', () => {
    const next = JSON.parse(dir.read('agent.json.next'));
    const { key } = JSON.parse(dir.read('agent.json'));
    expect(next.did).toBe(made.json['did']);
    expect(next.publicKey).not.toBe(key.publicKey);
  });

  it('creates the kill record alive, so that the agent can act where it runs', async () => {
    const did = asDid(JSON.parse(dir.read('agent.json')).key.did);
    const storage = sqlite(dir.at('ttp.db'));
    const kill = await createKillSwitch({ storage, clock, timer });
    await kill.enrol(did, false);
    expect(kill.isKilled(did)).toBe(false);
    expect(kill.status(did).durable).toBe(true);
    kill.close();
    await storage.close();
  });

  it('overwrites nothing, and says so before it asks or makes anything', async () => {
    const before = dir.read('agent.json');
    const { code, json } = await ttpJson(['keygen', '--out', dir.at('agent.json')]);
    expect({ code, error: json.error }).toMatchObject({
      code: 3,
      error: { code: 'CLI_FILE_EXISTS', field: 'out' },
    });
    expect(dir.read('agent.json')).toBe(before);
    dir.write('other.json.next', '{}');
    expect((await ttpJson(['keygen', '--out', dir.at('other.json')])).json.error?.['code']).toBe(
      'CLI_FILE_EXISTS',
    );
  });

  it.each([
    ['an identity', []],
    ['an operator', ['--operator', 'eve', '--privilege', 'kill:order']],
  ])('makes no key for %s under a short passphrase', async (_, more) => {
    const out = dir.at('short.json');
    const io = testIo({ TTP_PASSPHRASE: 'short' });
    const { code, err } = await ttp(['keygen', '--out', out, ...more], '', io);
    expect({ code, exists: existsSync(out) }).toEqual({ code: 2, exists: false });
    expect(err).toMatch(
      /choose at least 12 characters.*\(TTP_PASSPHRASE\) \[CLI_PASSPHRASE_SHORT\]\n {2}try: /,
    );
  });

  it('needs a folder to write to', async () => {
    const { code, json } = await ttpJson(['keygen', '--out', dir.at('no/such/agent.json')]);
    expect({ code, error: json.error?.['code'] }).toEqual({ code: 3, error: 'CLI_FILE_MISSING' });
  });

  it('makes an operator key whose roster entry is accepted', async () => {
    const out = dir.at('ada.key.json');
    const { code, json } = await ttpJson([
      'keygen',
      '--operator',
      'ada',
      '--human',
      'Ada',
      '--level',
      '3',
      '--out',
      out,
      '--privilege',
      'kill:order',
      '--privilege',
      'review:final',
    ]);
    expect(code).toBe(0);
    const [ada] = parseOperators({ operators: [json['operator'] ?? null] });
    expect(ada).toMatchObject({
      id: 'ada',
      human: 'Ada',
      level: 3,
      privileges: ['kill:order', 'review:final'],
    });
    expect(JSON.parse(dir.read('ada.key.json')).did).toBe(ada?.kid.split('#')[0]);
  });

  it.each([
    [['--operator', 'eve'], 'CLI_USAGE', 'privilege'],
    [['--operator', 'eve', '--privilege', 'everything'], 'CLI_USAGE', undefined],
    [['--operator', 'eve', '--privilege', 'kill:order', '--store', 'x.db'], 'CLI_USAGE', 'store'],
  ])('%j is refused', async (more, code, field) => {
    const ran = await ttpJson(['keygen', '--out', dir.at('eve.json'), ...more]);
    expect(ran).toMatchObject({
      code: 2,
      json: { error: { code, ...(field === undefined ? {} : { field }) } },
    });
  });
});

describe('identity files', () => {
  it('do not open with another passphrase', async () => {
    expect(await codeRejectedBy(open('wrong'))).toBe('CRYPTO_KEY_FILE_PASSPHRASE');
  });

  it('do not open with the key of somebody else', async () => {
    const other = await createIdentity({ type: 'tool', random: systemRandom, clock });
    const renamed = changed('renamed.json', (file) => ({
      ...file,
      key: { ...Object(file['key']), did: other.did },
    }));
    expect(await codeRejectedBy(open(PASSPHRASE, renamed))).toBe('CRYPTO_KEY_FILE_MISMATCH');
    const theirs = changed('theirs.json', (file) => ({ ...file, keyLog: other.keyLog }));
    expect(await codeRejectedBy(open(PASSPHRASE, theirs))).toBe('CRYPTO_KEY_FILE_MISMATCH');
  });

  it('do not open with the key for the next rotation', async () => {
    const key = JSON.parse(dir.read('agent.json.next'));
    expect(
      await codeRejectedBy(
        open(
          PASSPHRASE,
          changed('next.json', (file) => ({ ...file, key })),
        ),
      ),
    ).toBe('CRYPTO_KEY_FILE_MISMATCH');
  });

  it.each([
    ['another version', (file: object) => ({ ...file, v: 2 }), 'v'],
    ['an unknown member', (file: object) => ({ ...file, note: '' }), 'note'],
    ['no key', (file: object) => ({ ...file, key: null }), 'key'],
    ['no key log', (file: object) => ({ ...file, keyLog: [] }), 'keyLog'],
    ['an entry that is no envelope', (file: object) => ({ ...file, keyLog: [{}] }), 'keyLog[0]'],
    ['a list', () => [], 'identity'],
  ])('%s is refused with its field', async (name, change, field) => {
    const opened = open(PASSPHRASE, changed(`${name}.json`, change));
    await expect(opened).rejects.toMatchObject({ code: 'CLI_IDENTITY_FILE', field });
  });
});
