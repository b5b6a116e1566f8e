import { sqlite } from '@ttp/adapters/sqlite';
import { systemClock as clock, systemRandom as random } from '@ttp/adapters/system';
import type { JsonObject } from '@ttp/core';
import {
  createIdentity,
  documentOf,
  type NewIdentity,
  rotateIdentity,
  setServices,
  storeResolver,
} from '@ttp/did';
import { proves } from '@ttp/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folder, folder, PASSPHRASE, testIo, ttp, ttpJson } from '../harness.js';

// Many keys are opened here: scrypt at its full cost is for the tests of keygen.
vi.mock(import('../../../crypto/src/node/backend.js'), async (original) => {
  const module = await original();
  return { ...module, scrypt: (input) => module.scrypt({ ...input, costLog2: input.costLog2 - 10 }) };
});

let dir: Folder;
let identity: NewIdentity;
let made: JsonObject;

beforeAll(async () => {
  dir = folder();
  made = (await ttpJson(['keygen', '--out', dir.at('agent.json')])).json;
  await ttpJson(['keygen', '--operator', 'ada', '--privilege', 'kill:order', '--out', dir.at('ada.json')]);
  const born = await createIdentity({ type: 'tool', random, clock });
  const services = [{ id: '#ttp', type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' }];
  identity = await rotateIdentity(await setServices(born, { services, clock }), { random, clock });
  dir.write('log.json', identity.keyLog);
  dir.write('document.json', documentOf(identity.keyLog));
  dir.write('before.json', documentOf(born.keyLog));
  const storage = sqlite(dir.at('ttp.db'));
  await storeResolver(storage.store).add(identity.keyLog);
  await storage.close();
});
afterAll(() => dir.remove());

describe('ttp did show', () => {
  it('shows the document of an identity file, and of a key log with every entry', async () => {
    expect(await ttpJson(['did', 'show', dir.at('agent.json')])).toMatchObject({
      code: 0,
      json: { did: made['did'], verified: true, keyLog: [{ operation: 'inception' }] },
    });
    const { code, json } = await ttpJson(['did', 'show', dir.at('log.json')]);
    expect({ code, document: json['document'] }).toEqual({
      code: 0,
      document: JSON.parse(dir.read('document.json')),
    });
    expect(json['keyLog']).toMatchObject([
      { operation: 'inception', signedBy: [`${identity.did}#key-1`] },
      { operation: 'services' },
      { operation: 'rotate', signedBy: [`${identity.did}#key-1`, `${identity.did}#key-2`] },
    ]);
    const { out } = await ttp(['did', 'show', dir.at('log.json'), '--text']);
    expect(out).toMatch(/^did:ttp:tool:Qm\w+ {2}verified\n\nKEY +PUBLIC KEY\n#key-2 +z6Mk\w+\n/);
    expect(out).toMatch(/\n#ttp +TTPEndpoint +https:/);
    expect(out).toMatch(/\n2 +\S+ \S+ +rotate +#key-1 #key-2\n$/);
  });

  it('resolves a did:key by itself and a did:ttp in a storage', async () => {
    const { did } = JSON.parse(dir.read('ada.json'));
    expect(await ttpJson(['did', 'show', did])).toMatchObject({ code: 0, json: { did, verified: true } });
    const stored = await ttpJson(['did', 'show', identity.did, '--store', dir.at('ttp.db')]);
    expect(stored).toMatchObject({ code: 0, json: { document: { id: identity.did } } });
  });

  it.each([
    ['did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy', [], 2, 'CLI_USAGE'],
    ['did:ttp:agent:QmZtmD2qt6fJot32nabSP3CUjicnypEBz7bHVDhPQt9aAy', ['--store'], 2, 'DID_UNRESOLVED'],
    ['did:web:example.com', ['--store'], 2, 'DID_METHOD_UNSUPPORTED'],
    ['did:what:ever', [], 2, 'DID_UNKNOWN_METHOD'],
    ['did:key:z6Mk', [], 2, 'DID_BAD_KEY'],
    ['nowhere.json', [], 3, 'CLI_FILE_MISSING'],
  ])('%s with %j is refused', async (text, more, exit, code) => {
    const store = more.length === 0 ? [] : ['--store', dir.at('ttp.db')];
    const ran = await ttpJson(['did', 'show', text, ...store]);
    expect(ran).toMatchObject({ code: exit, json: { error: { code } } });
  });
});

describe('ttp did verify', () => {
  it('says yes to a key log, its identifier and its document', async () => {
    proves('cli.did');
    const words = [
      'did',
      'verify',
      dir.at('log.json'),
      '--did',
      identity.did,
      '--document',
      dir.at('document.json'),
    ];
    expect(await ttpJson(words)).toMatchObject({
      code: 0,
      json: { verified: true, did: identity.did, entries: 3 },
    });
    expect((await ttp([...words, '--text'])).out).toMatch(/^verified {2}did:ttp:tool:Qm/);
    expect((await ttpJson(['did', 'verify', identity.did, '--store', dir.at('ttp.db')])).code).toBe(0);
    // What is no identity at all is refused, as an answer.
    expect((await ttpJson(['did', 'verify', 'did:what:ever'])).code).toBe(1);
  });

  it.each([
    [
      'the key log of somebody else',
      () => dir.at('agent.json'),
      ['--did', 'did:ttp:tool:Qm'],
      'DID_LOG_MISMATCH',
    ],
    ['the document of before', () => dir.at('log.json'), ['--document', 'before.json'], 'DID_BAD_DOCUMENT'],
    [
      'a log whose entry was changed',
      () => dir.write('changed.json', dir.read('log.json').replace('agent.example.com', 'other.example.com')),
      [],
      'CRYPTO_ENVELOPE_BAD_SIGNATURE',
    ],
    [
      'a log without its first entry',
      () => dir.write('tail.json', JSON.parse(dir.read('log.json')).slice(1)),
      [],
      'DID_BAD_LOG',
    ],
  ])('says no to %s', async (_, file, more, code) => {
    const ran = await ttpJson([
      'did',
      'verify',
      file(),
      ...more.map((word) => (word.endsWith('.json') ? dir.at(word) : word)),
    ]);
    expect(ran).toMatchObject({ code: 1, json: { verified: false, code } });
  });

  it('does not take what is no key log for one', async () => {
    const ran = await ttpJson(['did', 'verify', dir.write('list.json', [{}])]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code: 'CLI_IDENTITY_FILE', field: '[0]' } } });
  });
});

describe('ttp key show', () => {
  it.each([
    ['agent.json', 'identity', /#key-1$/],
    ['agent.json.next', 'next', /#next$/],
    ['ada.json', 'key', /^did:key:z6Mk\w+#z6Mk/],
  ])('shows %s without a passphrase', async (file, is, kid) => {
    const io = testIo({});
    const { code, out } = await ttp(['key', 'show', dir.at(file)], '', io);
    const json = JSON.parse(out);
    expect({ code, is: json.is, kept: json.kept }).toEqual({ code: 0, is, kept: 'scrypt, N = 2^17' });
    expect(json.kid).toMatch(kid);
    expect(json.purposes).toContain('ttp/did-op@1');
    expect(json.publicKey).toMatch(/^z6Mk/);
  });

  it('says whether the passphrase opens it, and the log key of an identity', async () => {
    const opened = await ttpJson(['key', 'show', dir.at('agent.json'), '--check']);
    expect(opened).toMatchObject({ code: 0, json: { opens: true } });
    expect(opened.json['logKey']).toMatch(/^z6Mk/);
    const wrong = await ttp(
      ['key', 'show', dir.at('ada.json'), '--check'],
      '',
      testIo({ TTP_PASSPHRASE: 'wrong' }),
    );
    expect({ code: wrong.code, opens: JSON.parse(wrong.out).opens }).toEqual({ code: 1, opens: false });
  });

  it.each([
    ['{}', 'CRYPTO_KEY_FILE_SHAPE'],
    ['{"keyLog":[]}', 'CLI_IDENTITY_FILE'],
  ])('does not take %s for a key', async (text, code) => {
    const ran = await ttpJson(['key', 'show', dir.write('no-key.json', text)]);
    expect(ran).toMatchObject({ code: 2, json: { error: { code } } });
  });
});

const rotate = (file: string, next: string, out: string) =>
  ttpJson(['key', 'rotate', dir.at(file), '--next', dir.at(next), '--out', dir.at(out)]);

describe('ttp key rotate', () => {
  it('goes on under the key committed to, twice', async () => {
    proves('cli.keys');
    const first = await rotate('agent.json', 'agent.json.next', 'agent-2.json');
    expect(first).toMatchObject({
      code: 0,
      json: { did: made['did'], nextKey: dir.at('agent-2.json.next') },
    });
    const shown = await ttpJson(['key', 'show', dir.at('agent-2.json'), '--check']);
    expect(shown).toMatchObject({
      json: { did: made['did'], opens: true, publicKey: first.json['publicKey'], kept: 'scrypt, N = 2^17' },
    });
    expect(dir.read('agent-2.json')).not.toContain(PASSPHRASE);
    const second = await rotate('agent-2.json', 'agent-2.json.next', 'agent-3.json');
    expect(second.code).toBe(0);
    const { json } = await ttpJson(['did', 'show', dir.at('agent-3.json')]);
    expect(json).toMatchObject({
      did: made['did'],
      keyLog: [{}, { operation: 'rotate' }, { operation: 'rotate' }],
    });
  });

  it.each([
    ['agent.json', 'agent-2.json.next', 'DID_LOG_COMMITMENT', 2],
    ['agent.json', 'ada.json', 'CRYPTO_KEY_FILE_MISMATCH', 2],
    ['agent.json', 'nowhere.next', 'CLI_FILE_MISSING', 3],
  ])('rotates %s by no other key than the one committed to: %s', async (file, next, code, exit) => {
    expect(await rotate(file, next, 'none.json')).toMatchObject({ code: exit, json: { error: { code } } });
  });

  it('overwrites nothing', async () => {
    const ran = await rotate('agent.json', 'agent.json.next', 'ada.json');
    expect(ran).toMatchObject({ code: 3, json: { error: { code: 'CLI_FILE_EXISTS' } } });
  });
});
