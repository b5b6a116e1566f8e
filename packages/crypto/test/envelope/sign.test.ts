import { asDid, type Json, type JsonObject, type Signer } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  base64url,
  cosignEnvelope,
  createSigner,
  type EnvelopeType,
  encodeEnvelope,
  envelopeId,
  issuerOf,
  LOG_PURPOSES,
  signEnvelope,
  verifyEnvelope,
} from '../../src/index.js';
import { keysOf, person } from '../fixtures.js';

const [alice, bob, carol] = [person(1), person(2), person(3)];
const head = { iss: alice.did, iat: 1_700_000_000_000 };
const body = { serial: 1, text: '{}' };
const type = 'ttp/policy@1';

/** What a caller without types could hand over. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters, typescript/no-unsafe-type-assertion -- the point of these tests is what types forbid
const smuggled = <T>(value: unknown): T => value as T;

describe('issuerOf', () => {
  it('is the DID in front of the fragment of the key id', () => {
    expect(issuerOf(alice.signer)).toBe(alice.did);
  });
  it.each(['', '#key-1', 'did:key:z6Mk', 'did:key:z6Mk#', 'alice#key-1', 'did:key:z6Mk#a#b'])(
    'refuses the key id %j',
    (kid) => expect(codeThrownBy(() => issuerOf({ kid }))).toBe('CORE_BAD_DID'),
  );
});

describe('signEnvelope', () => {
  it('sorts the signatures, whatever the order of the signers', async () => {
    const people = [carol, alice, bob];
    const envelope = await signEnvelope({ type, head, body, signers: people.map(({ signer }) => signer) });
    const kids = envelope.sigs.map(({ kid }) => kid);
    expect(kids).toEqual(people.map(({ kid }) => kid).sort());
    const { signers } = verifyEnvelope(envelope, {
      type,
      parse: (b) => b,
      signers: () => ({ all: people.map(({ did }) => did) }),
      keyOf: keysOf(...people),
      now: head.iat,
    });
    expect(new Set(signers)).toEqual(new Set(people.map(({ did }) => did)));
  });

  it('makes no unsigned envelope', async () => {
    proves('crypto.no-unsigned');
    expect(await codeRejectedBy(signEnvelope({ type, head, body, signers: [] }))).toBe(
      'CRYPTO_ENVELOPE_SHAPE',
    );
  });

  it('fails where one signer fails', async () => {
    proves('crypto.no-unsigned', 'decision.D8');
    const forgetful: Signer = { ...bob.signer, sign: () => Promise.resolve(new Uint8Array(64)) };
    const impostor: Signer = {
      ...bob.signer,
      sign: (purpose, payload) => carol.signer.sign(purpose, payload),
    };
    const log = createSigner({ seed: bob.seed, kid: bob.kid, purposes: LOG_PURPOSES });
    for (const [signer, code] of [
      [forgetful, 'CRYPTO_SIGNATURE_FAILED'],
      [impostor, 'CRYPTO_SIGNATURE_FAILED'],
      [log, 'CRYPTO_PURPOSE_NOT_ALLOWED'],
    ] as const)
      expect(await codeRejectedBy(signEnvelope({ type, head, body, signers: [alice.signer, signer] }))).toBe(
        code,
      );
  });

  it.each<[string, Json, string]>([
    ['a fraction', { amount: 0.1 }, 'CRYPTO_JSON_FRACTION'],
    ['a rounded integer', { n: 2 ** 53 }, 'CRYPTO_JSON_UNSAFE_INTEGER'],
    ['the key prototype', { prototype: {} }, 'CRYPTO_JSON_FORBIDDEN_KEY'],
    ['a list', [], 'CRYPTO_ENVELOPE_SHAPE'],
    ['undefined', smuggled({ a: undefined }), 'CRYPTO_JSON_NOT_PLAIN'],
  ])('does not sign a body with %s, which no reader would accept', async (_, wrong, code) => {
    proves('crypto.no-floats', 'decision.D7');
    let asked = false;
    const signer: Signer = {
      ...alice.signer,
      sign(purpose, payload) {
        asked = true;
        return alice.signer.sign(purpose, payload);
      },
    };
    expect(
      await codeRejectedBy(
        signEnvelope({ type, head, body: smuggled<JsonObject>(wrong), signers: [signer] }),
      ),
    ).toBe(code);
    expect(asked).toBe(false);
  });

  it.each<[string, object]>([
    ['an issuer that is no DID', { iss: 'alice' }],
    ['a time with a fraction of a millisecond', { iat: -1 }],
    ['an end before its beginning', { exp: head.iat }],
    ['a nonce of another length', { nonce: base64url(new Uint8Array(16)) }],
    ['a member nobody knows', { role: 'admin' }],
  ])('does not sign a head with %s', async (_, wrong) => {
    proves('crypto.sign.purpose');
    const signing = signEnvelope({ type, head: { ...head, ...wrong }, body, signers: [alice.signer] });
    expect(await codeRejectedBy(signing)).toBe('CRYPTO_ENVELOPE_SHAPE');
  });

  it('signs no type outside the table, and no foreign purpose as an envelope', async () => {
    const anything = createSigner({
      seed: alice.seed,
      kid: alice.kid,
      purposes: ['ttp/none@1', 'signed-note'],
    });
    const sign = (wrong: string): Promise<unknown> =>
      signEnvelope({ type: smuggled<EnvelopeType>(wrong), head, body, signers: [anything] });
    expect(await codeRejectedBy(sign('ttp/none@1'))).toBe('CRYPTO_PURPOSE_UNKNOWN');
    expect(await codeRejectedBy(sign('signed-note'))).toBe('CRYPTO_PURPOSE_FORMAT');
  });

  it('signs the content of the moment it was called', async () => {
    const changing = { ...body };
    const signing = signEnvelope({ type, head, body: changing, signers: [alice.signer] });
    const before = envelopeId({ type, head, body, sigs: [] });
    changing.serial = 2;
    const envelope = await signing;
    expect(envelopeId(envelope)).not.toBe(before);
    const options = { type, parse: (b: JsonObject) => b, keyOf: keysOf(alice), now: head.iat } as const;
    expect(codeThrownBy(() => verifyEnvelope(envelope, options))).toBe('CRYPTO_ENVELOPE_BAD_SIGNATURE');
  });
});

describe('cosignEnvelope', () => {
  it('adds a signature and keeps the id', async () => {
    const one = await signEnvelope({ type, head, body, signers: [bob.signer] });
    const two = await cosignEnvelope(one, alice.signer);
    expect(two.sigs.map(({ kid }) => kid)).toEqual([alice.kid, bob.kid].sort());
    expect(envelopeId(two)).toBe(envelopeId(one));
    expect(one.sigs).toHaveLength(1);
    expect(encodeEnvelope(two)).toBe(
      encodeEnvelope(await signEnvelope({ type, head, body, signers: [alice.signer, bob.signer] })),
    );
  });

  it('refuses a second signature of one key, and an envelope that is none', async () => {
    const one = await signEnvelope({ type, head, body, signers: [bob.signer] });
    expect(await codeRejectedBy(cosignEnvelope(one, bob.signer))).toBe('CRYPTO_ENVELOPE_DUPLICATE_KEY_ID');
    const wrong = { ...one, head: { ...head, iss: asDid('did:key:z6Mk'), iat: -1 } };
    expect(await codeRejectedBy(cosignEnvelope(wrong, alice.signer))).toBe('CRYPTO_ENVELOPE_SHAPE');
  });
});
