import { isJsonObject, type Json } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { verifyCredential } from '@ttp/crypto/interop';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Folder, folder, ttp, ttpJson } from '../harness.js';

// Many keys are opened here: scrypt at its full cost is for the tests of key files.
vi.mock(import('../../../crypto/src/node/backend.js'), async (original) => {
  const module = await original();
  return { ...module, scrypt: (input) => module.scrypt({ ...input, costLog2: input.costLog2 - 10 }) };
});

let dir: Folder;
const text = (value: unknown): string => (typeof value === 'string' ? value : expect.unreachable('no text'));
const file = (name: string): string => dir.at(name);
const parsed = (name: string): Json => JSON.parse(dir.read(name));
const didIn = (name: string): string => {
  const { key, did } = JSON.parse(dir.read(name));
  return did ?? key.did;
};
const KNOWN = ['alice', 'bob'].flatMap((name) => ['--with', `${name}.log`]);
const known = (): string[] => KNOWN.map((one) => (one.endsWith('.log') ? file(one) : one));
const statements = (...names: readonly string[]): string[] =>
  names.flatMap((name) => ['--statements', file(name)]);
const sign = (name: string, out: string): string[] => ['--sign', file(`${name}.json`), '--out', file(out)];

beforeAll(async () => {
  dir = folder();
  for (const name of ['alice', 'bob']) {
    expect((await ttpJson(['did', 'create', '--out', file(`${name}.json`)])).code).toBe(0);
    expect((await ttpJson(['key', 'export', file(`${name}.json`), '--out', file(`${name}.log`)])).code).toBe(
      0,
    );
  }
  expect((await ttpJson(['key', 'create', '--out', file('assertion.json')])).code).toBe(0);
  const operator = ['--operator', 'olga', '--level', '3', '--privilege', 'policy:sign'];
  const made = await ttpJson(['key', 'create', ...operator, '--out', file('olga.json')]);
  dir.write('roster.json', { operators: [made.json['operator'] ?? null] });
  const bob = didIn('bob.json');
  for (const line of [
    ['trust', 'receipt', '--peer', bob, ...sign('alice', 'half.json')],
    ['trust', 'receipt', '--statement', file('half.json'), ...sign('bob', 'receipt.json')],
    ['trust', 'share', 'public', ...sign('bob', 'share.json')],
    ['trust', 'vouch', bob, '--days', '30', '--tier', 'enhanced', ...sign('olga', 'vouch.json')],
  ])
    expect(await ttpJson(line)).toMatchObject({ code: 0 });
});
afterAll(() => dir.remove());

const STARS = ['--overall', '4', '--dimensions', '5,4,4,5,5'];
const attest = (out: string, ...more: readonly string[]) =>
  ttpJson(['trust', 'attest', '--receipt', file('receipt.json'), ...STARS, ...more, ...sign('alice', out)]);

describe('ttp trust', () => {
  it('rates a session that both signed, and shows what it comes to as far as it is shared', async () => {
    const rated = await attest('rating.json');
    expect(rated).toMatchObject({
      code: 0,
      json: { type: 'ttp/attestation@1', body: { rating: { overall: 4, wouldWorkAgain: true } } },
    });
    const bob = didIn('bob.json');
    const asked = ['trust', 'show', bob, ...known(), ...statements('receipt.json', 'rating.json')];
    expect(await ttpJson(asked)).toMatchObject({ code: 1, json: { error: { code: 'SCORE_NOT_SHARED' } } });
    expect(await ttpJson([...asked, '--for', 'subject'])).toMatchObject({ code: 0 });
    dir.write('all.json', [parsed('share.json'), parsed('vouch.json'), parsed('half.json')]);
    const roots = ['--root', didIn('alice.json'), '--operators', file('roster.json')];
    const shown = await ttpJson([...asked, ...statements('all.json'), ...roots]);
    expect(shown).toMatchObject({
      code: 0,
      json: {
        did: bob,
        counted: 1,
        independentClusters: 1,
        vouched: true,
        patterns: ['low-diversity'],
        ratings: [{ issuer: didIn('alice.json'), overall: 4, state: 'counts' }],
        ignored: [{ index: 4, code: 'CRYPTO_ENVELOPE_SIGNER_MISSING' }],
      },
    });
    const { out } = await ttp([...asked, ...statements('share.json'), '--text']);
    expect(out).toContain('reputation');
    expect(out).toContain('counts');
  });

  it('takes a rating back, and shows the tombstone', async () => {
    await attest('mistake.json', '--not-again', '--days', '10');
    const retracted = ['trust', 'retract', file('mistake.json'), '--reason', 'mistaken'];
    expect(await ttpJson([...retracted, ...sign('alice', 'back.json')])).toMatchObject({ code: 0 });
    const heap = statements('receipt.json', 'mistake.json', 'back.json', 'share.json');
    expect(await ttpJson(['trust', 'show', didIn('bob.json'), ...known(), ...heap])).toMatchObject({
      json: { posterior: 0, ratings: [{ state: 'retracted', rating: { wouldWorkAgain: false } }] },
    });
    const id = text((await attest('again.json')).json['id']);
    const exported = ['trust', 'export', didIn('bob.json'), '--vc', '--attestation', id, ...known()];
    expect(await ttpJson([...exported, ...heap, ...statements('again.json')])).toMatchObject({ code: 1 });
  });

  it('exports a Verifiable Credential that others verify', async () => {
    const { json } = await attest('vc-rating.json');
    const heap = statements('receipt.json', 'vc-rating.json', 'share.json');
    const line = [
      'trust',
      'export',
      didIn('bob.json'),
      '--vc',
      '--attestation',
      text(json['id']),
      ...known(),
    ];
    const bare = await ttpJson([...line, ...heap]);
    expect(bare).toMatchObject({
      code: 0,
      json: { signed: false, credential: { issuer: didIn('alice.json') } },
    });
    const signed = [...line, ...heap, '--key', file('assertion.json'), '--out', file('vc.json')];
    expect(await ttpJson(signed)).toMatchObject({ code: 0, json: { signed: true, out: file('vc.json') } });
    const key = parsed('assertion.json');
    const publicKey = isJsonObject(key) ? fromMultikey(text(key['publicKey'])) : new Uint8Array();
    const verified = verifyCredential(dir.read('vc.json'), {
      keyOf: () => ({ kind: 'Ed25519', publicKey }),
      now: Date.now() + 1000,
    });
    expect(verified.issuer).toBe(didIn('alice.json'));
    const unshared = [...line, ...statements('receipt.json', 'vc-rating.json')];
    expect(await ttpJson(unshared)).toMatchObject({ code: 1, json: { error: { code: 'SCORE_NOT_SHARED' } } });
  });

  it.each([
    [
      'no stars',
      ['--overall', '6', '--dimensions', '5,5,5,5,5'],
      'SCORE_BAD_ATTESTATION',
      'body.rating.overall',
    ],
    [
      'four dimensions',
      ['--overall', '5', '--dimensions', '5,5,5,5'],
      'SCORE_BAD_ATTESTATION',
      'body.rating.dimensions.safety',
    ],
    ['six dimensions', ['--overall', '5', '--dimensions', '5,5,5,5,5,5'], 'CLI_USAGE', 'dimensions'],
    ['too long', [...STARS, '--days', '366'], 'SCORE_BAD_ATTESTATION', 'body.expiresAt'],
  ])('refuses %s', async (name, options, code, field) => {
    const line = ['trust', 'attest', '--receipt', file('receipt.json'), ...options];
    expect(await ttpJson([...line, ...sign('alice', `${name}.json`)])).toMatchObject({
      code: 2,
      json: { error: { code, field } },
    });
  });

  it('lets nobody rate a session of others, and nobody begin one without a peer', async () => {
    const line = ['trust', 'attest', '--receipt', file('receipt.json'), ...STARS, ...sign('olga', 'o.json')];
    expect(await ttpJson(line)).toMatchObject({ code: 2, json: { error: { code: 'CLI_STATEMENT' } } });
    expect(await ttpJson(['trust', 'receipt', ...sign('alice', 'none.json')])).toMatchObject({
      code: 2,
      json: { error: { code: 'CLI_USAGE', field: 'peer' } },
    });
  });
});
