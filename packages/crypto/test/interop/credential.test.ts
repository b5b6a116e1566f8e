import type { JsonObject } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { fromMultikey, IDENTITY_PURPOSES } from '../../src/index.js';
import { dateTime, timeOf } from '../../src/interop/date-time.js';
import {
  issueCredential,
  signIntegrity,
  type VerifiedCredential,
  verifyCredential,
  verifyIntegrity,
} from '../../src/interop/index.js';
import { attester, foreigner } from './fixtures.js';

interface CredentialCase {
  readonly credential: string;
  readonly now: number;
  /** Multikeys by verification method. */
  readonly keys: Readonly<Record<string, string>>;
  readonly expect?: { readonly issuer: string };
  readonly code?: string;
}

function verify({ credential, now, keys }: CredentialCase): VerifiedCredential {
  return verifyCredential(credential, {
    now,
    keyOf: (method) =>
      Object.hasOwn(keys, method)
        ? { kind: 'Ed25519', publicKey: fromMultikey(keys[method] ?? '') }
        : undefined,
  });
}

describe('the vectors of credentials', () => {
  it.each(vectors<CredentialCase>('interop/credential'))('$name', (test) => {
    proves('flaw.H2');
    expect(codeThrownBy(() => verify(test))).toBe(test.code);
    if (test.expect === undefined) return;
    const { issuer, credential } = verify(test);
    expect(issuer).toBe(test.expect.issuer);
    expect('proof' in credential).toBe(false);
    expect(JSON.stringify(credential)).not.toContain('evil');
  });
});

describe('a credential of ours', () => {
  const { signer, key } = attester(1, 'did:example:issuer#key-1');
  const created = Date.UTC(2026, 0, 1);
  const credential: JsonObject = {
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://example.com/attestation/v1'],
    type: ['VerifiableCredential', 'AgentAttestation'],
    issuer: 'did:example:issuer',
    validUntil: '2027-01-01T00:00:00Z',
    credentialSubject: { id: 'did:example:agent', stage: 'trusted' },
  };
  const options = { keyOf: () => key, now: created };

  it('is read again', async () => {
    proves('crypto.interop.credentials');
    const issued = await issueCredential({ credential, signer, created });
    expect(issued['proof']).toMatchObject({
      type: 'DataIntegrityProof',
      cryptosuite: 'eddsa-jcs-2022',
      created: '2026-01-01T00:00:00Z',
      proofPurpose: 'assertionMethod',
      verificationMethod: 'did:example:issuer#key-1',
    });
    const read = verifyCredential(JSON.stringify(issued), options);
    expect(JSON.parse(JSON.stringify(read))).toEqual({
      credential,
      issuer: 'did:example:issuer',
      verificationMethod: signer.kid,
    });
  });

  it.each<[string, JsonObject]>([
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, '@context': [] }],
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, type: [] }],
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, issuer: '' }],
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, issuer: { name: 'x' } }],
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, validFrom: 'soon' }],
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, credentialSubject: 'x' }],
    ['CRYPTO_FOREIGN_SHAPE', { ...credential, proof: {} }],
    ['CRYPTO_FOREIGN_ISSUER', { ...credential, issuer: 'did:example:other' }],
  ])('is not issued where its readers would refuse it: %s', async (code, broken) => {
    expect(await codeRejectedBy(issueCredential({ credential: broken, signer, created }))).toBe(code);
  });

  it('is signed by a key of its own, and read by one of Ed25519', async () => {
    proves('flaw.H2', 'decision.D6');
    const identity = attester(1, signer.kid, IDENTITY_PURPOSES).signer;
    expect(await codeRejectedBy(issueCredential({ credential, signer: identity, created }))).toBe(
      'CRYPTO_PURPOSE_NOT_ALLOWED',
    );
    const text = JSON.stringify(await issueCredential({ credential, signer, created }));
    const other = { ...options, keyOf: () => foreigner(2).key };
    expect(codeThrownBy(() => verifyCredential(text, other))).toBe('CRYPTO_FOREIGN_ALGORITHM');
  });

  it('may be any document, where only the proof counts', async () => {
    const document = { hello: ['world', 1.5] };
    const signed = await signIntegrity({ document, signer, created });
    const read = verifyIntegrity(JSON.stringify(signed), options);
    expect(JSON.parse(JSON.stringify(read))).toEqual({ document, verificationMethod: signer.kid });
    expect(codeThrownBy(() => verifyCredential(JSON.stringify(signed), options))).toBe(
      'CRYPTO_FOREIGN_SHAPE',
    );
  });
});

describe('times', () => {
  it.each<[string, number | undefined]>([
    ['1970-01-01T00:00:00Z', 0],
    ['2024-02-29T23:59:59.999999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['2026-01-01T00:00:00.5+01:30', Date.UTC(2025, 11, 31, 22, 30, 0, 500)],
    ['2026-01-01T00:00:00-14:00', Date.UTC(2026, 0, 1, 14)],
    ['0099-01-01T00:00:00Z', -59_042_995_200_000],
    ['2023-02-29T00:00:00Z', undefined],
    ['1900-02-29T00:00:00Z', undefined],
    ['2026-04-31T00:00:00Z', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['2026-00-01T00:00:00Z', undefined],
    ['2026-01-00T00:00:00Z', undefined],
    ['2026-01-01T24:00:00Z', undefined],
    ['2026-01-01T00:60:00Z', undefined],
    ['2026-01-01T00:00:60Z', undefined],
    ['2026-01-01T00:00:00', undefined],
    ['2026-01-01T00:00:00+15:00', undefined],
    ['2026-01-01T00:00:00+01:60', undefined],
    ['2026-01-01 00:00:00Z', undefined],
    ['2026-1-1T0:0:0Z', undefined],
    ['2026-01-01T00:00:00Z\n', undefined],
  ])('%j is %j', (text, expected) => {
    expect(timeOf(text)).toBe(expected);
  });

  it('are written as they are read', () => {
    for (const ms of [0, 1, Date.UTC(2026, 10, 21, 13, 30), 253_402_300_799_999])
      expect(timeOf(dateTime(ms))).toBe(ms);
  });
});
