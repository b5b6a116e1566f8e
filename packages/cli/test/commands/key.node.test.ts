import { createPublicKey } from 'node:crypto';
import { existsSync, renameSync, statSync } from 'node:fs';
import { fromMultikey, hex } from '@ttp/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folder, folder, PASSPHRASE, testIo, ttp, ttpJson } from '../harness.js';

const OTHER = 'another passphrase of five';

// Many keys are opened here: scrypt at its full cost is for the tests of keygen.
vi.mock(import('../../../crypto/src/node/backend.js'), async (original) => {
  const module = await original();
  return { ...module, scrypt: (input) => module.scrypt({ ...input, costLog2: input.costLog2 - 10 }) };
});

let dir: Folder;
let did: string;

beforeAll(async () => {
  dir = folder();
  await ttpJson(['did', 'create', '--out', dir.at('agent.json')]);
  did = JSON.parse(dir.read('agent.json')).key.did;
  await ttpJson(['key', 'create', '--out', dir.at('spare.json')]);
});
afterAll(() => dir.remove());

const publicKeyIn = (name: string): string => JSON.parse(dir.read(name)).publicKey;

const exported = async (file: string, ...more: readonly string[]) =>
  ttpJson(['key', 'export', dir.at(file), ...more]);

const raw = (key: ReturnType<typeof createPublicKey>): string =>
  key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');

const passwd = (name: string, env: Record<string, string>) =>
  ttp(['key', 'passwd', dir.at(name), '--json'], '', testIo(env));
const opens = async (name: string, passphrase: string): Promise<boolean> => {
  const { out } = await ttp(
    ['key', 'show', dir.at(name), '--check'],
    '',
    testIo({ TTP_PASSPHRASE: passphrase }),
  );
  return JSON.parse(out).opens;
};

describe('ttp key create', () => {
  it('makes a key that is its own did:key, for its owner alone', async () => {
    const { json } = await ttpJson(['key', 'show', dir.at('spare.json')]);
    expect(json).toMatchObject({ is: 'key', did: `did:key:${publicKeyIn('spare.json')}` });
    expect(statSync(dir.at('spare.json')).mode & 0o777).toBe(0o600);
    const again = await ttpJson(['key', 'create', '--out', dir.at('spare.json')]);
    expect(again).toMatchObject({ code: 3, json: { error: { code: 'CLI_FILE_EXISTS' } } });
  });
});

describe('ttp key export', () => {
  it('writes the key log of an identity, which is all that others need, and nothing secret', async () => {
    expect(await exported('agent.json', '--out', dir.at('agent.log.json'))).toMatchObject({ code: 0 });
    const verified = await ttpJson(['did', 'verify', dir.at('agent.log.json'), '--did', did]);
    expect(verified).toMatchObject({ code: 0, json: { verified: true } });
    const { encryptedKey, salt } = JSON.parse(dir.read('agent.json')).key;
    for (const secret of [encryptedKey, salt, PASSPHRASE])
      expect(dir.read('agent.log.json')).not.toContain(secret);
    expect((await exported('agent.json')).json['content']).toEqual(JSON.parse(dir.read('agent.log.json')));
  });

  it('writes the public key in forms that other software reads', async () => {
    const publicKey = publicKeyIn('spare.json');
    expect((await exported('spare.json', '--format', 'multikey')).json['content']).toBe(publicKey);
    const { json } = await exported('spare.json', '--format', 'jwk');
    expect(raw(createPublicKey({ key: Object(json['content']), format: 'jwk' }))).toBe(
      hex(fromMultikey(publicKey)),
    );
    const { out } = await ttp(['key', 'export', dir.at('spare.json'), '--format', 'pem', '--text']);
    expect(raw(createPublicKey(out))).toBe(hex(fromMultikey(publicKey)));
  });

  it.each([
    ['spare.json', 'CLI_USAGE'],
    ['agent.json.next', 'CLI_USAGE'],
    ['no-key.json', 'CRYPTO_KEY_FILE_SHAPE'],
  ])('has no key log of %s to write', async (name, code) => {
    dir.write('no-key.json', '{}');
    expect(await exported(name)).toMatchObject({ code: 2, json: { error: { code } } });
  });
});

describe('ttp key passwd', () => {
  it('puts the same key under another passphrase, and leaves nothing else behind', async () => {
    const before = JSON.parse(dir.read('agent.json'));
    const done = await passwd('agent.json', { TTP_PASSPHRASE: PASSPHRASE, TTP_NEW_PASSPHRASE: OTHER });
    expect(done.code).toBe(0);
    const { key, keyLog } = JSON.parse(dir.read('agent.json'));
    expect({ keyLog, publicKey: key.publicKey, createdAt: key.createdAt }).toEqual({
      keyLog: before.keyLog,
      publicKey: before.key.publicKey,
      createdAt: before.key.createdAt,
    });
    expect([await opens('agent.json', OTHER), await opens('agent.json', PASSPHRASE)]).toEqual([true, false]);
    expect(statSync(dir.at('agent.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    [
      'the wrong passphrase',
      { TTP_PASSPHRASE: 'wrong', TTP_NEW_PASSPHRASE: OTHER },
      'CRYPTO_KEY_FILE_PASSPHRASE',
    ],
    ['a short new one', { TTP_PASSPHRASE: PASSPHRASE, TTP_NEW_PASSPHRASE: 'short' }, 'CLI_PASSPHRASE_SHORT'],
    ['no new one', { TTP_PASSPHRASE: PASSPHRASE }, 'CLI_PASSPHRASE_MISSING'],
  ])('changes nothing with %s', async (_, env, code) => {
    const before = dir.read('spare.json');
    const { code: exit, out } = await passwd('spare.json', env);
    expect([exit, JSON.parse(out).error.code, dir.read('spare.json') === before]).toEqual([2, code, true]);
  });
});

describe('ttp did rotate', () => {
  it('replaces the identity and its next key in place, and ends what was interrupted', async () => {
    await ttpJson(['did', 'create', '--out', dir.at('own.json')]);
    const own = JSON.parse(dir.read('own.json')).key.did;
    const [old, next] = [dir.read('own.json'), publicKeyIn('own.json.next')];
    const rotated = await ttpJson(['did', 'rotate', dir.at('own.json')]);
    expect(rotated).toMatchObject({
      code: 0,
      json: { did: own, publicKey: next, identity: dir.at('own.json'), retired: dir.at('own.json.key-1') },
    });
    expect(dir.read('own.json.key-1')).toBe(old);
    expect((await ttpJson(['key', 'show', dir.at('own.json'), '--check'])).json).toMatchObject({
      opens: true,
    });

    // As if the power had gone between the two replacements.
    renameSync(dir.at('own.json.next'), dir.at('own.json.next.new'));
    const finished = await ttpJson(['did', 'rotate', dir.at('own.json')]);
    expect(finished).toMatchObject({ code: 0, json: { did: own, publicKey: next, finished: true } });
    expect([existsSync(dir.at('own.json.next')), existsSync(dir.at('own.json.next.new'))]).toEqual([
      true,
      false,
    ]);
    const { json } = await ttpJson(['did', 'show', dir.at('own.json')]);
    expect(json['keyLog']).toHaveLength(2);
  });

  it('asks for the next key where it is kept, and says which file is used up', async () => {
    renameSync(dir.at('own.json.next'), dir.at('stick.next'));
    const missing = await ttpJson(['did', 'rotate', dir.at('own.json')]);
    expect(missing).toMatchObject({ code: 3, json: { error: { code: 'CLI_FILE_MISSING', field: 'next' } } });
    const rotated = await ttpJson(['key', 'rotate', dir.at('own.json'), '--next', dir.at('stick.next')]);
    expect(rotated).toMatchObject({
      code: 0,
      json: {
        usedUp: dir.at('stick.next'),
        nextKey: dir.at('own.json.next'),
        retired: dir.at('own.json.key-2'),
      },
    });
  });
});
