import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';
import { at } from '../later.js';

// Dozens of keys are opened here: scrypt at its full cost is for the tests of key files.
vi.mock(import('../../../crypto/src/node/backend.js'), async (original) => {
  const module = await original();
  return { ...module, scrypt: (input) => module.scrypt({ ...input, costLog2: input.costLog2 - 10 }) };
});

let dir: Folder;

const text = (value: unknown): string => (typeof value === 'string' ? value : expect.unreachable('no text'));
const file = (name: string): string => dir.at(name);
const didIn = (name: string): string => {
  const { key, did } = JSON.parse(dir.read(name));
  return did ?? key.did;
};

beforeAll(async () => {
  dir = folder();
  for (const name of ['backup', 'carol', 'dave', 'op'])
    expect((await ttpJson(['key', 'create', '--out', file(`${name}.json`)])).code).toBe(0);
  expect(
    (await ttpJson(['did', 'create', '--type', 'publisher', '--out', file('publisher.json')])).code,
  ).toBe(0);
  const tool = [
    'did',
    'create',
    '--type',
    'tool',
    '--parent',
    file('publisher.json'),
    '--out',
    file('tool.json'),
  ];
  expect((await ttpJson(tool)).code).toBe(0);
  const guardians = ['carol', 'dave'].flatMap((name) => ['--guardian', didIn(`${name}.json`)]);
  const agent = [
    'did',
    'create',
    '--out',
    file('agent.json'),
    '--store',
    file('ids.db'),
    '--backup',
    file('backup.json'),
  ];
  expect((await ttpJson([...agent, ...guardians, '--at-least', '2'])).code).toBe(0);
  for (const name of ['agent', 'tool', 'publisher'])
    expect((await ttpJson(['key', 'export', file(`${name}.json`), '--out', file(`${name}.log`)])).code).toBe(
      0,
    );
});
afterAll(() => dir.remove());

describe('ttp did create --parent', () => {
  it('makes an identity that its publisher answers for, and that verifies with its key log alone', async () => {
    const shown = await ttpJson(['did', 'show', file('tool.log')]);
    expect(shown).toMatchObject({ code: 0, json: { did: didIn('tool.json'), verified: true } });
    const { keyLog } = JSON.parse(dir.read('tool.log'));
    dir.write('bare.log', keyLog);
    const bare = await ttpJson(['did', 'verify', file('bare.log')]);
    expect(bare).toMatchObject({ code: 1, json: { code: 'DID_PARENT_UNRESOLVED' } });
    const both = await ttpJson(['did', 'verify', file('bare.log'), '--with', file('publisher.log')]);
    expect(both).toMatchObject({ code: 0, json: { verified: true } });
    // In whatever order they are handed in.
    const either = ['--with', file('bare.log'), '--with', file('publisher.log')];
    expect((await ttpJson(['did', 'resolve', didIn('tool.json'), ...either])).code).toBe(0);
    const { related } = JSON.parse(dir.read('tool.log'));
    dir.write('many.log', { keyLog, related: Array.from({ length: 65 }, () => related[0]) });
    expect(await ttpJson(['did', 'show', file('many.log')])).toMatchObject({
      code: 2,
      json: { error: { code: 'CLI_IDENTITY_FILE', field: 'related' } },
    });
    expect((await ttpJson(['key', 'show', file('tool.json'), '--check'])).json).toMatchObject({
      opens: true,
    });
  });

  it.each([
    [
      'guardians without a number',
      ['--guardian', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'],
      'CLI_USAGE',
    ],
    [
      'one guardian, who alone is not enough',
      ['--guardian', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', '--at-least', '1'],
      'DID_BAD_LOG',
    ],
    [
      'a guardian that is a name',
      ['--guardian', 'did:tessorium:agent:bob:v1', '--at-least', '2'],
      'DID_BAD_LOG',
    ],
    ['an identity for a backup', ['--backup', 'agent.json.next'], 'CLI_USAGE'],
  ])('refuses %s', async (_, more, code) => {
    const args = more.map((word) => (word.endsWith('.next') ? file(word) : word));
    const ran = await ttpJson(['did', 'create', '--out', file('none.json'), ...args]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code } } });
  });
});

describe('ttp did resolve', () => {
  it('finds a did:key, a did:ttp by key logs or a storage, and a did:web over the network', async () => {
    proves('cli.did');
    expect(await ttpJson(['did', 'resolve', didIn('op.json')])).toMatchObject({
      code: 0,
      json: { state: 'good' },
    });
    const agent = didIn('agent.json');
    const kept = await ttpJson([
      'did',
      'resolve',
      agent,
      '--store',
      file('ids.db'),
      '--with',
      file('agent.log'),
    ]);
    expect(kept).toMatchObject({ code: 0, json: { did: agent, document: { id: agent } } });
    expect((await ttpJson(['did', 'resolve', agent, '--store', file('ids.db')])).code).toBe(0);
    expect(await ttpJson(['did', 'resolve', agent])).toMatchObject({
      code: 2,
      json: { error: { code: 'DID_UNRESOLVED' } },
    });
    const id = 'did:web:agent.example.com';
    const method = {
      id: `${id}#k`,
      type: 'Multikey',
      controller: id,
      publicKeyMultibase: didIn('op.json').slice(8),
    };
    const document = { id, verificationMethod: [method], authentication: [`${id}#k`] };
    const asked: string[] = [];
    const web = await at(0, ['did', 'resolve', id], (url) => (asked.push(url), document));
    expect(web).toMatchObject({ code: 0, json: { document: { id, verificationMethod: [method] } } });
    expect(asked).toEqual(['https://agent.example.com/.well-known/did.json']);
    const other = await at(0, ['did', 'resolve', id], () => ({
      ...document,
      id: 'did:web:evil.example.com',
    }));
    expect(other).toMatchObject({ code: 2, json: { error: { code: 'DID_BAD_DOCUMENT' } } });
  });

  it.each([
    ['did:web:localhost', 'DID_BAD_SYNTAX'],
    ['did:tessorium:agent:clerk:v1', 'DID_METHOD_UNSUPPORTED'],
    ['agent.json', 'DID_BAD_SYNTAX'],
  ])('refuses %s', async (did, code) => {
    expect(await at(0, ['did', 'resolve', did])).toMatchObject({ code: 2, json: { error: { code } } });
  });
});

const revoke = (out: string, ...words: readonly string[]) =>
  ttpJson(['did', 'revoke', '--out', file(out), ...words]);
const resolve = (hours: number, ...words: readonly string[]) =>
  at(hours, [
    'did',
    'resolve',
    didIn('tool.json'),
    '--with',
    file('publisher.log'),
    '--with',
    file('tool.log'),
    ...words,
  ]);

describe('ttp did revoke', () => {
  it('by the publisher above, until it ends by its severity', async () => {
    const made = await revoke(
      'low.json',
      didIn('tool.json'),
      '--severity',
      'low',
      '--reason',
      'noisy',
      '--sign',
      file('publisher.json'),
    );
    expect(made).toMatchObject({ code: 0, json: { tier: 'publisher', issuer: didIn('publisher.json') } });
    const given = ['--revocations', file('low.json')];
    const revoked = await resolve(1, ...given);
    expect(revoked).toMatchObject({
      code: 1,
      json: { state: 'revoked', by: [{ id: made.json['id'], severity: 'low' }], until: made.json['until'] },
    });
    expect(await resolve(7 * 24 + 1, ...given)).toMatchObject({ code: 0, json: { state: 'good' } });
    const { out } = await ttp([
      'did',
      'resolve',
      didIn('tool.json'),
      '--with',
      file('tool.log'),
      ...given,
      '--text',
    ]);
    expect(out).toMatch(/^did:ttp:tool:Qm\w+ {2}REVOKED\nrevoked {2}low, by publisher, from .*: noisy/);
  });

  it('by oneself for good, where the key is compromised', async () => {
    const words = [
      didIn('tool.json'),
      '--cause',
      'key_compromise',
      '--severity',
      'critical',
      '--reason',
      'stolen',
    ];
    const made = await revoke('self.json', ...words, '--sign', file('tool.json'));
    expect(made).toMatchObject({ code: 0, json: { tier: 'self' } });
    expect(made.json).not.toHaveProperty('until');
    expect(await resolve(10 * 365 * 24, '--revocations', file('self.json'))).toMatchObject({
      code: 1,
      json: { state: 'revoked' },
    });
  });

  it('by authorities who sign one after the other, and copies that are merged', async () => {
    const words = [didIn('tool.json'), '--reason', 'fraud', '--tier', 'authority'];
    const begun = await revoke('one.json', ...words, '--sign', file('carol.json'));
    expect(
      (await revoke('by-dave.json', '--statement', file('one.json'), '--sign', file('dave.json'))).json['id'],
    ).toBe(begun.json['id']);
    await revoke('by-op.json', '--statement', file('one.json'), '--sign', file('op.json'));
    const copies = ['--statement', file('by-dave.json'), '--statement', file('by-op.json')];
    expect((await revoke('all.json', ...copies)).json['signedBy']).toHaveLength(3);
    const authorities = ['carol', 'dave'].flatMap((name) => ['--authority', didIn(`${name}.json`)]);
    const judged = async (statement: string, n: string) =>
      resolve(1, '--revocations', file(statement), ...authorities, '--at-least', n);
    expect(await judged('by-dave.json', '2')).toMatchObject({ code: 1, json: { state: 'revoked' } });
    expect(await judged('one.json', '2')).toMatchObject({
      code: 0,
      json: { state: 'good', ignored: [{ index: 0, code: 'CRYPTO_ENVELOPE_SIGNER_MISSING' }] },
    });
    // A signature of somebody who is no authority spoils it: whoever passes it on leaves that copy out.
    expect(await judged('all.json', '2')).toMatchObject({
      json: { ignored: [{ code: 'CRYPTO_ENVELOPE_FOREIGN_SIGNER' }] },
    });
    expect(await judged('by-dave.json', '3')).toMatchObject({
      code: 2,
      json: { error: { code: 'CLI_USAGE' } },
    });

    const lift = [
      '--lift',
      text(begun.json['id']),
      '--reason',
      'appeal',
      '--sign',
      file('carol.json'),
      '--sign',
      file('dave.json'),
    ];
    expect((await revoke('lift.json', ...lift)).code).toBe(0);
    const both = ['--revocations', file('by-dave.json'), '--revocations', file('lift.json')];
    expect(await resolve(1, ...both, ...authorities, '--at-least', '2')).toMatchObject({
      code: 0,
      json: { state: 'good' },
    });
  });

  it('and lists what is revoked, until the next list is due', async () => {
    const list = [
      '--list',
      '--statement',
      file('low.json'),
      '--serial',
      '4',
      '--sign',
      file('publisher.json'),
    ];
    expect(await revoke('list.json', ...list)).toMatchObject({ code: 0, json: { serial: 4 } });
    const given = ['--revocations', file('list.json')];
    expect(await resolve(1, ...given)).toMatchObject({ code: 1, json: { state: 'revoked' } });
    expect(await resolve(8 * 24, ...given)).toMatchObject({
      code: 2,
      json: { error: { code: 'DID_STATUS_LIST_STALE' } },
    });
  });

  it('has no say for a stranger', async () => {
    await revoke('stranger.json', didIn('tool.json'), '--reason', 'envy', '--sign', file('op.json'));
    expect(await resolve(1, '--revocations', file('stranger.json'))).toMatchObject({
      code: 0,
      json: { state: 'good', ignored: [{ code: 'DID_REVOCATION_UNAUTHORISED' }] },
    });
  });

  it.each<[string, readonly string[], string]>([
    ['nothing', [], 'CLI_USAGE'],
    [
      'nobody who signs',
      ['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', '--reason', 'x'],
      'CLI_USAGE',
    ],
    [
      'no reason',
      ['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', '--sign', 'op.json'],
      'CLI_USAGE',
    ],
    ['a name', ['did:tessorium:agent:bob:v1', '--reason', 'x', '--sign', 'op.json'], 'DID_BAD_REVOCATION'],
    ['a lift of no id', ['--lift', 'that one', '--reason', 'x', '--sign', 'op.json'], 'CLI_USAGE'],
    ['copies of two statements', ['--statement', 'low.json', '--statement', 'self.json'], 'CLI_STATEMENT'],
    ['a statement that is a key', ['--statement', 'op.json', '--sign', 'op.json'], 'CLI_STATEMENT'],
    ['a time that is none', ['x', '--until', '2026-02-31'], 'CLI_USAGE'],
  ])('does not state %s', async (_, words, code) => {
    const ran = await revoke(
      'none.json',
      ...words.map((word) => (word.endsWith('.json') ? file(word) : word)),
    );
    expect(ran).toMatchObject({ code: 2, json: { error: { code } } });
  });
});
