import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';
import { at } from '../later.js';

// Dozens of keys are opened here: scrypt at its full cost is for the tests of key files.
vi.mock(import('../../../crypto/src/node/backend.js'), async (original) => {
  const module = await original();
  return { ...module, scrypt: (input) => module.scrypt({ ...input, costLog2: input.costLog2 - 10 }) };
});

const NAME = 'did:tessorium:agent:clerk:v1';
let dir: Folder;

const file = (name: string): string => dir.at(name);
const didIn = (name: string): string => {
  const { key, did } = JSON.parse(dir.read(name));
  return did ?? key.did;
};
const name = (...words: readonly string[]) => ttpJson(['did', 'name', ...words]);
const registry = (): readonly string[] => ['--registry', file('names.db'), '--operator', didIn('op.json')];
const register = (claim: string, ...more: readonly string[]) =>
  name('--register', '--statement', file(claim), ...registry(), ...more);

beforeAll(async () => {
  dir = folder();
  for (const key of ['op', 'eve']) await ttpJson(['key', 'create', '--out', file(`${key}.json`)]);
  await ttpJson(['did', 'create', '--out', file('agent.json'), '--store', file('names.db')]);
  await ttpJson(['did', 'create', '--out', file('other.json')]);
  await ttpJson(['did', 'create', '--type', 'publisher', '--out', file('acme.json')]);
});
afterAll(() => dir.remove());

describe('ttp did name', () => {
  it('claims, signs further, registers and looks up', async () => {
    const claimed = await name(
      NAME,
      '--claim',
      file('agent.json'),
      '--authority',
      didIn('op.json'),
      '--out',
      file('claim.json'),
    );
    expect(claimed).toMatchObject({
      code: 0,
      json: { name: NAME, did: didIn('agent.json'), signedBy: [expect.any(String)] },
    });
    const alone = await register('claim.json', '--with', file('agent.json'));
    expect(alone).toMatchObject({
      code: 1,
      json: { registered: false, code: 'CRYPTO_ENVELOPE_SIGNER_MISSING' },
    });
    await name('--statement', file('claim.json'), '--sign', file('op.json'), '--out', file('claim-2.json'));
    const taken = await register('claim-2.json', '--with', file('agent.json'));
    expect(taken).toMatchObject({ code: 0, json: { registered: true, name: NAME, index: '0' } });

    const looked = await name(NAME, ...registry());
    expect(looked).toMatchObject({ code: 0, json: { did: didIn('agent.json'), claim: taken.json['claim'] } });
    const resolved = await ttpJson(['did', 'resolve', NAME, ...registry()]);
    expect(resolved).toMatchObject({ code: 0, json: { did: didIn('agent.json'), name: NAME } });
    const { out } = await ttp(['did', 'resolve', NAME, ...registry(), '--text']);
    expect(out).toContain(`asked for ${NAME}`);
  });

  it('changes hands by an operator and with the claim before, and shows it', async () => {
    const { json } = await name(NAME, ...registry());
    const claim = (out: string, ...more: readonly string[]) =>
      name(NAME, '--claim', file('other.json'), '--sign', file('op.json'), '--out', file(out), ...more);
    await claim('squat.json');
    const squat = await register('squat.json', '--with', file('other.json'));
    expect(squat).toMatchObject({ code: 1, json: { code: 'DID_NAME_TAKEN' } });
    await claim('sale.json', '--prev', JSON.stringify(json['claim']).slice(1, -1));
    expect((await register('sale.json', '--with', file('other.json'))).code).toBe(0);
    const after = await name(NAME, ...registry());
    expect(after.json).toMatchObject({
      did: didIn('other.json'),
      prev: json['claim'],
      history: [{ index: '0' }, { index: '1' }],
    });
    const { out } = await ttp(['did', 'name', NAME, ...registry(), '--text']);
    expect(out).toMatch(/\nCLAIM +TIME +DID\n0 .*\n1 /);
  });

  it('gives a publisher the name that its domain proves, over the network', async () => {
    const acme = 'did:tessorium:publisher:acme:v1';
    await name(acme, '--claim', file('acme.json'), '--authority', 'acme.com', '--out', file('acme.claim'));
    const words = [
      'did',
      'name',
      '--register',
      '--statement',
      file('acme.claim'),
      ...registry(),
      '--with',
      file('acme.json'),
    ];
    const unproved = await at(0, words, () => ({ v: 1, names: {} }));
    expect(unproved).toMatchObject({ code: 1, json: { code: 'DID_NAME_UNPROVED' } });
    const proved = await at(0, words, (url) =>
      url === 'https://acme.com/.well-known/ttp.json'
        ? { v: 1, names: { [acme]: didIn('acme.json') } }
        : undefined,
    );
    expect(proved).toMatchObject({ code: 0, json: { registered: true, did: didIn('acme.json') } });
  });

  it('believes nobody but an operator of the registry', async () => {
    const other = 'did:tessorium:agent:bank:v1';
    await name(other, '--claim', file('agent.json'), '--sign', file('eve.json'), '--out', file('eve.claim'));
    expect(await register('eve.claim')).toMatchObject({ code: 1, json: { code: 'DID_NAME_UNAUTHORISED' } });
    expect(await name(other, ...registry())).toMatchObject({
      code: 2,
      json: { error: { code: 'DID_UNRESOLVED' } },
    });
  });

  it.each<[string, readonly string[], string]>([
    ['nothing', [], 'CLI_USAGE'],
    ['a name without a registry', [NAME], 'CLI_USAGE'],
    ['a registry at an address without its key', [NAME, '--registry', 'https://names.example/'], 'CLI_USAGE'],
    [
      'an identity for a name',
      ['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', '--registry', 'names.db'],
      'DID_BAD_CLAIM',
    ],
    ['a claim that nobody answers for', [NAME, '--claim', 'agent.json', '--out', 'none.json'], 'CLI_USAGE'],
    [
      'a claim of another type of identity',
      ['did:tessorium:tool:clerk:v1', '--claim', 'agent.json', '--sign', 'op.json', '--out', 'none.json'],
      'DID_BAD_CLAIM',
    ],
    [
      'a claim before that is none',
      [NAME, '--claim', 'agent.json', '--sign', 'op.json', '--prev', 'x', '--out', 'none.json'],
      'CLI_USAGE',
    ],
    ['a statement that is no claim', ['--statement', 'agent.json', '--out', 'none.json'], 'CLI_STATEMENT'],
  ])('refuses %s', async (_, words, code) => {
    const ran = await name(...words.map((word) => (/^[a-z]+\.(?:json|db)$/.test(word) ? file(word) : word)));
    expect(ran).toMatchObject({ code: 2, json: { error: { code } } });
  });
});
