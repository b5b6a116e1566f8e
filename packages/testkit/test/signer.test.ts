import { asDid } from '@ttp/core';
import {
  LOG_PURPOSES,
  signEnvelope,
  utf8,
  verifyEd25519,
  verifyEnvelope,
  verifySignature,
} from '@ttp/crypto';
import { describe, expect, it } from 'vitest';
import { codeRejectedBy, codeThrownBy, keysOf, testSigner } from '../src/index.js';

const agent = asDid('did:ttp:agent:QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG');

describe('testSigner', () => {
  it('gives the same key for the same number, and another for another', () => {
    expect(testSigner(1).publicKey).toEqual(testSigner(1).publicKey);
    expect(testSigner(1).publicKey).not.toEqual(testSigner(2).publicKey);
  });

  it('is a did:key of its own without a DID, and #key-1 of a given one', () => {
    const own = testSigner(1);
    expect(own.did).toMatch(/^did:key:z6Mk/);
    expect(own.kid).toBe(`${own.did}#${own.did.slice('did:key:'.length)}`);
    expect(testSigner(1, agent)).toMatchObject({ did: agent, kid: `${agent}#key-1` });
  });

  it('signs for real, and only what its key carries', async () => {
    const signer = testSigner(3);
    const payload = utf8('{}');
    const signature = await signer.sign('ttp/policy@1', payload);
    const { publicKey } = signer;
    expect(verifySignature({ purpose: 'ttp/policy@1', payload, signature, publicKey })).toBe(true);
    expect(verifyEd25519(publicKey, payload, signature)).toBe(false);
    expect(await codeRejectedBy(signer.sign('ttp/nothing@1', payload))).toMatch(/^CRYPTO_PURPOSE_/);
    const log = testSigner(3, undefined, LOG_PURPOSES);
    expect(await codeRejectedBy(log.sign('ttp/policy@1', payload))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
  });

  it('serves as the key look-up of an envelope, for its own keys alone', async () => {
    const [signer, other] = [testSigner(1), testSigner(2)];
    const type = 'ttp/policy@1' as const;
    const envelope = await signEnvelope({
      type,
      head: { iss: signer.did, iat: 5 },
      body: {},
      signers: [signer],
    });
    const options = { type, parse: () => 'body', now: 6 };
    expect(verifyEnvelope(envelope, { ...options, keyOf: keysOf(other, signer) }).body).toBe('body');
    expect(codeThrownBy(() => verifyEnvelope(envelope, { ...options, keyOf: keysOf(other) }))).toMatch(
      /^CRYPTO_/,
    );
  });

  it('refuses a number that names no key', () => {
    expect(codeThrownBy(() => testSigner(-1))).toBe('TESTKIT_BAD_ARGUMENT');
    expect(codeThrownBy(() => testSigner(0.5))).toBe('TESTKIT_BAD_ARGUMENT');
  });
});
