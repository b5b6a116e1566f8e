import { asDid } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import { ASSERTION_PURPOSES, issueCredential, signAgentCard } from '@ttp/crypto/interop';
import { codeRejectedBy, testSigner } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { agentCardEvidence, credentialEvidence, memoryResolver, webResolver } from '../../src/index.js';
import { webOf } from '../web.js';

const NOW = 1_800_000_000_000;
const outsider = testSigner(1, undefined, ASSERTION_PURPOSES);
const other = testSigner(2, undefined, ASSERTION_PURPOSES);
const resolver = memoryResolver();

/** A credential of the outsider about somebody. */
const credential = (about: string) => ({
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiableCredential'],
  issuer: outsider.did,
  credentialSubject: { id: about },
});

describe('an A2A agent card', () => {
  const card = { name: 'Helper', protocolVersions: ['1.0'] };

  it('is evidence of the identity whose key signed it, and of no other', async () => {
    const signed = JSON.stringify(await signAgentCard({ card, signer: outsider }));
    expect(await agentCardEvidence(signed, { did: outsider.did, resolver })).toMatchObject({
      kind: 'agent-card',
      did: outsider.did,
      kids: [outsider.kid],
      card: { name: 'Helper' },
    });
    expect(await codeRejectedBy(agentCardEvidence(signed, { did: other.did, resolver }))).toBe(
      'CRYPTO_FOREIGN_KEY_UNKNOWN',
    );
    const altered = signed.replace('Helper', 'Helpful');
    expect(await codeRejectedBy(agentCardEvidence(altered, { did: outsider.did, resolver }))).toBe(
      'CRYPTO_FOREIGN_BAD_SIGNATURE',
    );
  });

  it('takes a key that asserts, not one that only authenticates', async () => {
    const did = asDid('did:web:agent.example.com');
    const signer = testSigner(3, did, ASSERTION_PURPOSES);
    const signed = JSON.stringify(await signAgentCard({ card, signer }));
    const method = {
      id: signer.kid,
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: multikey(signer.publicKey),
    };
    const serving = (members: object) =>
      webResolver(
        webOf({
          'https://agent.example.com/.well-known/did.json': JSON.stringify({
            id: did,
            verificationMethod: [method],
            authentication: [signer.kid],
            ...members,
          }),
        }),
      );
    const asserting = serving({ assertionMethod: [signer.kid] });
    expect(await agentCardEvidence(signed, { did, resolver: asserting })).toMatchObject({
      kids: [signer.kid],
    });
    expect(await codeRejectedBy(agentCardEvidence(signed, { did, resolver: serving({}) }))).toBe(
      'CRYPTO_FOREIGN_KEY_UNKNOWN',
    );
  });
});

describe('a Verifiable Credential', () => {
  const subject = testSigner(4).did;
  it('is evidence about its subject, by an issuer that is trusted', async () => {
    const text = JSON.stringify(
      await issueCredential({ credential: credential(subject), signer: outsider, created: NOW }),
    );
    const ask = (change: object = {}, of = text) =>
      credentialEvidence(of, {
        did: subject,
        issuers: [other.did, outsider.did],
        resolver,
        now: NOW,
        ...change,
      });
    expect(await ask()).toMatchObject({ kind: 'credential', did: subject, issuer: outsider.did });
    expect(await codeRejectedBy(ask({ did: other.did }))).toBe('DID_BAD_EVIDENCE');
    expect(await codeRejectedBy(ask({ issuers: [other.did] }))).toMatch(/^CRYPTO_FOREIGN_/);
    expect(await codeRejectedBy(ask({ issuers: [] }))).toMatch(/^CRYPTO_FOREIGN_/);
    expect(await codeRejectedBy(ask({ issuers: Array.from({ length: 33 }, () => other.did) }))).toBe(
      'DID_BAD_EVIDENCE',
    );
    expect(await codeRejectedBy(ask({}, text.replace(subject, other.did)))).toMatch(/^CRYPTO_FOREIGN_/);
  });
});
