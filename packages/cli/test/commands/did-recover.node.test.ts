import { existsSync } from 'node:fs';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';
import { at } from '../later.js';

// Dozens of keys are opened here: scrypt at its full cost is for the tests of key files.
vi.mock(import('../../../crypto/src/node/backend.js'), async (original) => {
  const module = await original();
  return { ...module, scrypt: (input) => module.scrypt({ ...input, costLog2: input.costLog2 - 10 }) };
});

const DAY = 24;
let dir: Folder;

const file = (name: string): string => dir.at(name);
const didIn = (name: string): string => {
  const { key, did } = JSON.parse(dir.read(name));
  return did ?? key.did;
};
const publicKeyIn = (name: string): string => {
  const { key, publicKey } = JSON.parse(dir.read(name));
  return publicKey ?? key.publicKey;
};
const recover = (...words: readonly string[]) => ttpJson(['did', 'recover', ...words]);

/** Whose key is in force, for a storage that has just now seen this key log, so many hours later. */
async function inForce(log: string, store: string, hours: number): Promise<unknown> {
  const { json } = await at(hours, [
    'did',
    'resolve',
    didIn('agent.json'),
    '--store',
    file(store),
    '--with',
    file(log),
  ]);
  const { verificationMethod } = Object(json['document']);
  return { key: verificationMethod?.[0]?.publicKeyMultibase, isPending: 'pendingRecovery' in json };
}

beforeAll(async () => {
  dir = folder();
  for (const name of ['backup', 'carol', 'eve'])
    await ttpJson(['key', 'create', '--out', file(`${name}.json`)]);
  await ttpJson(['did', 'create', '--out', file('dave.json')]);
  const guardians = ['carol', 'dave'].flatMap((name) => ['--guardian', didIn(`${name}.json`)]);
  const backup = ['--backup', publicKeyIn('backup.json')];
  await ttpJson(['did', 'create', '--out', file('agent.json'), ...backup, ...guardians, '--at-least', '2']);
  await ttpJson(['key', 'export', file('agent.json'), '--out', file('agent.log')]);
  for (const store of ['a.db', 'b.db', 'c.db'])
    await ttpJson(['did', 'create', '--out', file(`of-${store}.json`), '--store', file(store)]);
});
afterAll(() => dir.remove());

describe('ttp did recover', () => {
  it('by the backup key: in force 24 hours after it was seen, and then it rotates', async () => {
    proves('cli.did');
    const begun = await recover(file('agent.log'), '--using', file('backup.json'), '--out', file('new.json'));
    expect(begun).toMatchObject({
      code: 0,
      json: { did: didIn('agent.json'), complete: true, publicKey: publicKeyIn('new.json') },
    });
    await inForce('agent.log', 'a.db', 0);
    const seen = await inForce('new.json.statement', 'a.db', 1);
    expect(seen).toEqual({ key: publicKeyIn('agent.json'), isPending: true });
    expect(await inForce('new.json.statement', 'a.db', DAY)).toEqual({
      key: publicKeyIn('agent.json'),
      isPending: true,
    });
    expect(await inForce('new.json.statement', 'a.db', DAY + 2)).toEqual({
      key: publicKeyIn('new.json'),
      isPending: false,
    });

    const shown = await ttpJson(['key', 'show', file('new.json')]);
    expect(shown).toMatchObject({ json: { is: 'recovery', kid: `${didIn('agent.json')}#key-2` } });
    const early = await ttpJson(['did', 'rotate', file('new.json')]);
    expect(early).toMatchObject({ code: 2, json: { error: { code: 'DID_RECOVERY_PENDING' } } });
    const rotated = await at(DAY + 2, ['did', 'rotate', file('new.json')]);
    expect(rotated).toMatchObject({
      code: 0,
      json: { did: didIn('agent.json'), retired: file('new.json.key-2') },
    });
    expect((await at(DAY + 3, ['did', 'show', file('new.json')])).json['keyLog']).toMatchObject([
      { operation: 'inception' },
      { operation: 'recover' },
      { operation: 'rotate' },
    ]);
  });

  it('by guardians, each with a copy of the statement where his key is', async () => {
    const begun = await recover(file('agent.log'), '--out', file('by.json'));
    expect(begun).toMatchObject({ code: 0, json: { complete: false } });
    const signed = (name: string) =>
      recover(
        '--statement',
        file('by.json.statement'),
        '--sign',
        file(`${name}.json`),
        '--out',
        file(`by-${name}`),
      );
    expect(await signed('carol')).toMatchObject({
      code: 0,
      json: { recovery: begun.json['recovery'], complete: false },
    });
    expect((await signed('dave')).json['signedBy']).toHaveLength(2);
    // What is passed on holds no secret of anybody.
    for (const secret of ['"key"', 'encryptedKey', 'salt']) expect(dir.read('by-dave')).not.toContain(secret);
    const early = await recover(file('by.json'), '--statement', file('by-carol'));
    expect(early).toMatchObject({ code: 2, json: { error: { code: 'CRYPTO_ENVELOPE_SIGNER_MISSING' } } });
    const before = dir.read('by.json');
    const whole = await recover(
      file('by.json'),
      '--statement',
      file('by-carol'),
      '--statement',
      file('by-dave'),
    );
    expect(whole).toMatchObject({ code: 0, json: { complete: true } });
    expect(dir.read('by.json')).not.toBe(before);
    await ttpJson(['key', 'export', file('by.json'), '--out', file('by.log')]);
    await inForce('agent.log', 'b.db', 0);
    await inForce('by.log', 'b.db', 1);
    expect(await inForce('by.log', 'b.db', DAY + 2)).toEqual({
      key: publicKeyIn('by.json'),
      isPending: false,
    });
    expect((await at(DAY + 2, ['key', 'show', file('by.json'), '--check'])).json).toMatchObject({
      opens: true,
    });
  });

  it('and the owner vetoes what he did not ask for', async () => {
    await recover(file('agent.log'), '--using', file('backup.json'), '--out', file('thief.json'));
    const shown = await ttp(['did', 'show', file('thief.json.statement'), '--text']);
    expect(shown.out).toMatch(
      /\nRECOVERY PENDING {2}sha256:\w+, in force from .*\nveto it with: ttp did rotate/,
    );
    const vetoed = await ttpJson([
      'did',
      'rotate',
      file('agent.json'),
      '--out',
      file('agent-2.json'),
      '--veto',
      file('thief.json.statement'),
    ]);
    expect(vetoed).toMatchObject({ code: 0, json: { did: didIn('agent.json') } });
    await ttpJson(['key', 'export', file('agent-2.json'), '--out', file('agent-2.log')]);
    await inForce('thief.json.statement', 'c.db', 0);
    await inForce('agent-2.log', 'c.db', 1);
    expect(await inForce('agent-2.log', 'c.db', DAY + 2)).toEqual({
      key: publicKeyIn('agent-2.json'),
      isPending: false,
    });
    expect((await at(DAY + 2, ['key', 'show', file('agent-2.json'), '--check'])).json).toMatchObject({
      opens: true,
    });
  });

  it.each<[string, readonly string[], string, number]>([
    [
      'another key than the backup',
      ['agent.log', '--using', 'eve.json', '--out', 'none.json'],
      'DID_LOG_COMMITMENT',
      2,
    ],
    ['nothing', [], 'CLI_USAGE', 2],
    ['no file to write', ['agent.log'], 'CLI_USAGE', 2],
    [
      'a signature before it began',
      ['agent.log', '--sign', 'carol.json', '--out', 'none.json'],
      'CLI_USAGE',
      2,
    ],
    [
      'a statement that is none',
      ['--statement', 'agent.log', '--sign', 'carol.json', '--out', 'none.json'],
      'CLI_STATEMENT',
      2,
    ],
    [
      'copies of two recoveries',
      ['--statement', 'by-carol', '--statement', 'thief.json.statement', '--out', 'none.json'],
      'CLI_STATEMENT',
      2,
    ],
    [
      'somebody who is no guardian',
      ['--statement', 'by.json.statement', '--sign', 'eve.json', '--out', 'none.json'],
      'CRYPTO_ENVELOPE_FOREIGN_SIGNER',
      2,
    ],
    ['a file that is there', ['agent.log', '--out', 'agent.json'], 'CLI_FILE_EXISTS', 3],
  ])('refuses %s, and writes nothing', async (_, words, code, exit) => {
    const ran = await recover(...words.map((word) => (word.startsWith('--') ? word : file(word))));
    expect(ran).toMatchObject({ code: exit, json: { error: { code } } });
    for (const name of ['none.json', 'none.json.next', 'none.json.statement'])
      expect(existsSync(file(name))).toBe(false);
  });

  it('vetoes nothing that is no recovery of this identity', async () => {
    const words = ['did', 'rotate', file('agent.json'), '--out', file('none.json'), '--veto'];
    for (const log of ['agent.log', 'of-a.db.json'])
      expect(await ttpJson([...words, file(log)])).toMatchObject({
        code: 2,
        json: { error: { code: 'CLI_STATEMENT' } },
      });
  });
});
