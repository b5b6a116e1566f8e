// Needs Node: its implementation of ECDSA, which writes DER, is the independent one here.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { codeThrownBy, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { base64, base64url, concatBytes, fromHex, hex, sha256, utf8 } from '../../src/index.js';
import { rawOfDer } from '../../src/interop/der-signature.js';
import {
  type ForeignKey,
  keyOfJwk,
  type VerifyAssertionInput,
  verifyAssertion,
  verifyDsse,
} from '../../src/interop/index.js';
import { pae } from '../../src/interop/pae.js';
import { attester } from './fixtures.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key: ForeignKey = keyOfJwk(JSON.parse(JSON.stringify(publicKey.export({ format: 'jwk' }))));
const sign = (message: Uint8Array): Uint8Array =>
  Uint8Array.from(createSign('sha256').update(message).sign(privateKey));

const challenge = new Uint8Array(32).fill(7);
const CLIENT = {
  type: 'webauthn.get',
  challenge: base64url(challenge),
  origin: 'https://ops.example',
  crossOrigin: false,
};
const rpIdHash = Uint8Array.from(createHash('sha256').update('ops.example').digest());
const data = (flags: number, hash = rpIdHash): Uint8Array =>
  concatBytes(hash, Uint8Array.of(flags, 0, 0, 1, 2));

/** An answer to the challenge, signed after the changes. */
function assertion(client: object = {}, authenticatorData: Uint8Array = data(0x05)): VerifyAssertionInput {
  const clientDataJson = utf8(JSON.stringify({ ...CLIENT, ...client }));
  const signature = sign(concatBytes(authenticatorData, sha256(clientDataJson)));
  const origins = ['https://ops.example'];
  return { key, authenticatorData, clientDataJson, signature, challenge, origins, rpId: 'ops.example' };
}

describe('the assertion of a passkey', () => {
  it('is read with what it says of the person', () => {
    expect(verifyAssertion(assertion())).toEqual({ userVerified: true, signCount: 258 });
    expect(verifyAssertion(assertion({}, data(0x01))).userVerified).toBe(false);
    expect(verifyAssertion(assertion({ more: 1, crossOrigin: undefined })).signCount).toBe(258);
  });

  it.each<[string, string, VerifyAssertionInput]>([
    ['CRYPTO_FOREIGN_TYPE', 'another ceremony', assertion({ type: 'webauthn.create' })],
    ['CRYPTO_FOREIGN_AUDIENCE', 'another challenge', assertion({ challenge: base64url(new Uint8Array(32)) })],
    ['CRYPTO_FOREIGN_AUDIENCE', 'another origin', assertion({ origin: 'https://ops.example.evil' })],
    ['CRYPTO_FOREIGN_AUDIENCE', 'a frame of another origin', assertion({ crossOrigin: true })],
    ['CRYPTO_FOREIGN_AUDIENCE', 'another party', assertion({}, data(0x05, new Uint8Array(32)))],
    ['CRYPTO_FOREIGN_SHAPE', 'nobody present', assertion({}, data(0x04))],
    ['CRYPTO_FOREIGN_SHAPE', 'half of the data', assertion({}, data(0x05).subarray(0, 36))],
    ['CRYPTO_FOREIGN_SHAPE', 'no origin', assertion({ origin: 1 })],
    ['CRYPTO_FOREIGN_SHAPE', 'a short challenge', { ...assertion(), challenge: new Uint8Array(15) }],
    ['CRYPTO_FOREIGN_BAD_SIGNATURE', 'other data', { ...assertion(), authenticatorData: data(0x01) }],
    ['CRYPTO_FOREIGN_BAD_SIGNATURE', 'another key', { ...assertion(), key: attester(1).key }],
    ['CRYPTO_FOREIGN_BAD_SIGNATURE', 'no signature', { ...assertion(), signature: new Uint8Array(0) }],
    [
      'CRYPTO_JSON_DUPLICATE_KEY',
      'two challenges',
      { ...assertion(), clientDataJson: utf8('{"challenge":"","challenge":""}') },
    ],
  ])('is refused with %s: %s', (code, _, input) => {
    expect(codeThrownBy(() => verifyAssertion(input))).toBe(code);
  });
});

describe('ECDSA in DER', () => {
  it('counts in a DSSE envelope', () => {
    const [payload, type] = [utf8('{}'), 'application/vnd.in-toto+json'];
    const signatures = [{ sig: base64(sign(pae(type, payload))) }];
    const text = JSON.stringify({ payload: base64(payload), payloadType: type, signatures });
    const keys = [{ kid: 'theirs', ...key }];
    expect(verifyDsse(text, { keys, threshold: 1, payloadTypes: [type] }).kids).toEqual(['theirs']);
  });

  it('has one encoding: no change of a byte says the same', async () => {
    await withSeed('der', 100, (random) => {
      const der = sign(random.bytes(8));
      const raw = rawOfDer(der);
      expect(raw).toHaveLength(64);
      const changed = Uint8Array.from(der);
      const at = random.int(der.length);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
      const read = rawOfDer(changed);
      expect(read === undefined ? 'refused' : hex(read)).not.toBe(raw === undefined ? '' : hex(raw));
    });
  });

  it.each([
    ['', 'nothing'],
    ['3006020101020101ff', 'a byte more'],
    ['30070201010201', 'a byte less'],
    ['3106020101020101', 'another tag'],
    ['3006030101020101', 'another tag within'],
    ['308106020101020101', 'a length in two bytes'],
    ['300702020001020101', 'a zero too many'],
    ['3006020181020101', 'a negative number'],
    ['30050200020101', 'no number'],
    [`3026022101${'00'.repeat(32)}020101`, 'a number of 33 bytes'],
  ])('is not %s: %s', (der) => {
    expect(rawOfDer(fromHex(der))).toBeUndefined();
  });

  it('is read with and without the zero that keeps a number positive', () => {
    const raw = rawOfDer(fromHex('300702010102020080'));
    expect(raw === undefined ? '' : hex(raw)).toBe(`${'00'.repeat(31)}01${'00'.repeat(31)}80`);
  });
});
