import { asDid, type DidDocument } from '@ttp/core';
import { fromMultikey, generateKeyPair, multikey, verifyEd25519 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { didKey, didKeyDocument, documentOf, keyLookup, rotateIdentity, setServices } from '../src/index.js';
import { identity } from './fixture.js';

const HTTPS = {
  id: '#ttp',
  type: 'TTPEndpoint',
  serviceEndpoint: 'https://agent.example.com/.well-known/ttp',
};

/** The code with which documents are refused. */
const refused = (documents: readonly DidDocument[]): string | undefined =>
  codeThrownBy(() => keyLookup(documents));

describe('documentOf', () => {
  it('has the members of the documents\u2019 sample, and its contexts', async () => {
    proves('did.document.shape', 'did.document.verification-method', 'did.document.authentication');
    const { did, keyLog, signer } = await identity(1, { services: [HTTPS] });
    expect(documentOf(keyLog)).toEqual({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://tessorium.io/ns/v1'],
      id: did,
      verificationMethod: [
        {
          id: `${did}#key-1`,
          type: 'Ed25519VerificationKey2020',
          controller: did,
          publicKeyMultibase: multikey(signer.publicKey),
        },
      ],
      authentication: [`${did}#key-1`],
      assertionMethod: [`${did}#key-1`],
      service: [{ ...HTTPS, id: `${did}#ttp` }],
    });
    expect(documentOf(keyLog).verificationMethod[0]?.publicKeyMultibase).toMatch(/^z6Mk/);
  });

  it('is backed by an Ed25519 key: what it lists verifies what the identity signs', async () => {
    proves('did.keys.ed25519');
    const { keyLog, signer } = await identity(1);
    const [method] = documentOf(keyLog).verificationMethod;
    const publicKey = fromMultikey(method?.publicKeyMultibase ?? '');
    expect(publicKey).toEqual(signer.publicKey);
    const payload = new TextEncoder().encode('{}');
    const signature = await signer.sign('ttp/challenge@1', payload);
    // Framed: the signature is over a purpose, never over what somebody else chose.
    expect(verifyEd25519(publicKey, payload, signature)).toBe(false);
    const name = new TextEncoder().encode('ttp/challenge@1');
    const frame = [...new TextEncoder().encode('TTP-v1\0'), name.length, ...name, 0, 0, 0, 2, ...payload];
    expect(verifyEd25519(publicKey, Uint8Array.from(frame), signature)).toBe(true);
  });

  it('states services as the last entry about them has them', async () => {
    proves('did.document.service', 'did.document.multiaddr');
    const clock = fakeClock();
    const born = await identity(1);
    expect(documentOf(born.keyLog)).not.toHaveProperty('service');
    const p2p = { ...HTTPS, id: '#p2p', serviceEndpoint: '/dns4/agent.example.com/tcp/4001/p2p/QmXxx' };
    const one = await setServices(born, { services: [HTTPS], clock });
    const two = await setServices(one, { services: [HTTPS, p2p], clock });
    const none = await setServices(two, { services: [], clock });
    expect(documentOf(one.keyLog).service).toEqual([{ ...HTTPS, id: `${born.did}#ttp` }]);
    expect(documentOf(two.keyLog).service?.[1]).toEqual({ ...p2p, id: `${born.did}#p2p` });
    expect(documentOf(none.keyLog)).not.toHaveProperty('service');
    const rotated = await rotateIdentity(two, { random: seededRandom(2), clock });
    expect(documentOf(rotated.keyLog).service).toEqual(documentOf(two.keyLog).service);
  });

  it.each([
    ['a key\u2019s id', { ...HTTPS, id: '#key-1' }],
    ['the id of a key to come', { ...HTTPS, id: '#key-9' }],
    ['an id without #', { ...HTTPS, id: 'ttp' }],
    ['an absolute id', { ...HTTPS, id: 'did:web:evil.example#ttp' }],
    ['an empty type', { ...HTTPS, type: '' }],
    ['http', { ...HTTPS, serviceEndpoint: 'http://agent.example.com/' }],
    ['another scheme', { ...HTTPS, serviceEndpoint: 'javascript:alert(1)' }],
    ['credentials', { ...HTTPS, serviceEndpoint: 'https://user:pw@agent.example.com/' }],
    ['a fragment', { ...HTTPS, serviceEndpoint: 'https://agent.example.com/#a' }],
    ['a host in disguise', { ...HTTPS, serviceEndpoint: 'https://0x7f.1/' }],
    ['a host that is rewritten', { ...HTTPS, serviceEndpoint: 'https://%61gent.example.com/' }],
    ['a backslash', { ...HTTPS, serviceEndpoint: 'https://a.example\\@evil.example/' }],
    ['a line break', { ...HTTPS, serviceEndpoint: 'https://a.example/\nb' }],
    ['no host', { ...HTTPS, serviceEndpoint: 'https://' }],
    ['half a multiaddress', { ...HTTPS, serviceEndpoint: '/dns4/agent.example.com/tcp' }],
    ['too much', { ...HTTPS, serviceEndpoint: `https://a.example/${'a'.repeat(1024)}` }],
  ])('refuses a service with %s', async (_, service) => {
    expect(await codeRejectedBy(identity(1, { services: [service] }))).toBe('DID_BAD_SERVICE');
  });

  it('refuses two services of one id, and more than 16', async () => {
    expect(await codeRejectedBy(identity(1, { services: [HTTPS, HTTPS] }))).toBe('DID_BAD_SERVICE');
    const many = Array.from({ length: 17 }, (_, i) => ({ ...HTTPS, id: `#s${i}` }));
    expect(await codeRejectedBy(identity(1, { services: many }))).toBe('DID_BAD_SERVICE');
    expect(await codeRejectedBy(identity(1, { services: many.slice(1) }))).toBeUndefined();
  });
});

describe('keyLookup', () => {
  it('gives the keys under `authentication`, and no others', async () => {
    proves('did.document.authentication');
    const { did, keyLog, signer } = await identity(1);
    const document = documentOf(keyLog);
    const outsider = didKeyDocument(didKey((await identity(2)).signer.publicKey));
    const keyOf = keyLookup([document, outsider]);
    expect(keyOf(`${did}#key-1`)).toEqual(signer.publicKey);
    expect(keyOf(outsider.authentication[0] ?? '')).toEqual((await identity(2)).signer.publicKey);
    expect(keyOf(`${did}#key-2`)).toBeUndefined();
    expect(keyOf(did)).toBeUndefined();
    expect(keyOf('toString')).toBeUndefined();
    expect(keyLookup([{ ...document, authentication: [] }])(`${did}#key-1`)).toBeUndefined();
  });

  it('refuses a document that speaks for another subject\u2019s key id', async () => {
    const victim = documentOf((await identity(1)).keyLog);
    const attacker = documentOf((await identity(2)).keyLog);
    const [method] = attacker.verificationMethod;
    if (method === undefined) throw new Error('no key');
    const forge = (change: Partial<typeof method>): DidDocument => {
      const forged = { ...method, ...change };
      return { ...attacker, verificationMethod: [forged], authentication: [forged.id] };
    };
    expect(refused([forge({ id: `${victim.id}#key-1` })])).toBe('DID_BAD_DOCUMENT');
    expect(refused([forge({ controller: victim.id })])).toBe('DID_BAD_DOCUMENT');
    expect(refused([forge({ id: attacker.id })])).toBe('DID_BAD_DOCUMENT');
    expect(refused([victim, victim])).toBe('DID_BAD_DOCUMENT');
    expect(refused([victim, attacker])).toBeUndefined();
  });
});

describe('did:key', () => {
  it('is the key itself', () => {
    const { publicKey } = generateKeyPair(seededRandom(1));
    const did = didKey(publicKey);
    const key = multikey(publicKey);
    expect(did).toBe(`did:key:${key}`);
    expect(didKeyDocument(did)).toEqual({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: did,
      verificationMethod: [
        { id: `${did}#${key}`, type: 'Multikey', controller: did, publicKeyMultibase: key },
      ],
      authentication: [`${did}#${key}`],
      assertionMethod: [`${did}#${key}`],
    });
  });

  it('has no document for a key that verifies what nobody signed', () => {
    for (const weak of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31))])
      expect(codeThrownBy(() => didKeyDocument(didKey(weak)))).toBe('CRYPTO_WEAK_KEY');
  });

  it('has no document for another method', async () => {
    const { did } = await identity(1);
    expect(codeThrownBy(() => didKeyDocument(did))).toBe('DID_UNKNOWN_METHOD');
    expect(codeThrownBy(() => didKeyDocument(asDid('did:web:a.example')))).toBe('DID_UNKNOWN_METHOD');
    expect(codeThrownBy(() => didKey(new Uint8Array(33)))).toBe('DID_BAD_KEY');
  });
});
