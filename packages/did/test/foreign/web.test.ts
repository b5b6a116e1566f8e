import { asDid, isJsonObject } from '@ttp/core';
import { multibase, multikey, parseJson } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, proves, testSigner, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { readWebDocument } from '../../src/foreign/web-document.js';
import { didKeyDocument, outsiderKeyOf, parseDid, webResolver } from '../../src/index.js';
import { FOREIGN_DOCUMENT_MAX_BYTES, FOREIGN_FETCH_MAX_MS } from '../../src/limits.js';
import { type Page, webOf } from '../web.js';

const DID = asDid('did:web:agent.example.com');
const URL_OF_DID = 'https://agent.example.com/.well-known/did.json';
const KEY = multikey(testSigner(1).publicKey);
const METHOD = { id: `${DID}#a`, type: 'Multikey', controller: DID, publicKeyMultibase: KEY };
const DOCUMENT = { id: DID, verificationMethod: [METHOD], authentication: [`${DID}#a`] };

const resolveAs = (page: Page) => webResolver(webOf({ [URL_OF_DID]: page })).resolve(DID);
const refused = (page: Page) => codeRejectedBy(resolveAs(page));

describe('did:web', () => {
  it('resolves to the keys that its address serves', async () => {
    proves('did.format.foreign');
    expect(await resolveAs(JSON.stringify(DOCUMENT))).toEqual({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: DID,
      verificationMethod: [METHOD],
      authentication: [`${DID}#a`],
      assertionMethod: [],
    });
    for (const [did, url] of [
      ['did:web:agent.example.com%3A8443', 'https://agent.example.com:8443/.well-known/did.json'],
      ['did:web:agent.example.com:users:alice', 'https://agent.example.com/users/alice/did.json'],
    ] as const) {
      const document = JSON.stringify({
        id: did,
        verificationMethod: [{ ...METHOD, id: '#a', controller: did }],
        authentication: ['#a'],
      });
      const web = webOf({ [url]: document });
      expect((await webResolver(web).resolve(asDid(did))).authentication).toEqual([`${did}#a`]);
      expect(web.asked).toEqual([url]);
    }
  });

  it('leaves out what TTP does not verify with, and refuses what speaks for somebody else', async () => {
    proves('flaw.D5');
    const other = {
      ...METHOD,
      id: `${DID}#p`,
      publicKeyMultibase: multibase(Uint8Array.of(0x80, 0x24, 2, ...new Uint8Array(32))),
    };
    const jwk = { id: `${DID}#j`, type: 'JsonWebKey2020', controller: DID, publicKeyJwk: {} };
    const rich = {
      ...DOCUMENT,
      verificationMethod: [other, METHOD, jwk],
      authentication: [`${DID}#p`, '#a', jwk],
      service: [
        { id: '#ttp', type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' },
        { id: '#http', type: 'TTPEndpoint', serviceEndpoint: 'http://169.254.169.254/' },
        { id: '#list', type: 'X', serviceEndpoint: ['https://a.example'] },
      ],
    };
    const read = readWebDocument(DID, rich);
    expect(read.verificationMethod).toEqual([METHOD]);
    expect(read.authentication).toEqual([`${DID}#a`]);
    expect(read.service).toEqual([
      { id: `${DID}#ttp`, type: 'TTPEndpoint', serviceEndpoint: 'https://agent.example.com/ttp' },
    ]);
    const victim = 'did:web:victim.example';
    const bad: readonly object[] = [
      { ...DOCUMENT, id: victim },
      { ...DOCUMENT, id: `${DID}:x` },
      { ...DOCUMENT, verificationMethod: [{ ...METHOD, id: `${victim}#a` }] },
      { ...DOCUMENT, verificationMethod: [{ ...METHOD, controller: victim }] },
      { ...DOCUMENT, verificationMethod: [METHOD, METHOD] },
      { ...DOCUMENT, verificationMethod: [{ ...METHOD, publicKeyMultibase: 'z6Mk' }] },
      { ...DOCUMENT, verificationMethod: 'all' },
      { ...DOCUMENT, verificationMethod: ['#a'] },
      { ...DOCUMENT, verificationMethod: Array.from({ length: 33 }, () => METHOD) },
      { ...DOCUMENT, authentication: [] },
      { ...DOCUMENT, authentication: [`${DID}#b`] },
      { id: DID },
    ];
    for (const document of bad) expect(await refused(JSON.stringify(document))).toBe('DID_BAD_DOCUMENT');
    const weak = { ...METHOD, publicKeyMultibase: multikey(new Uint8Array(32)) };
    const weakDocument = { ...DOCUMENT, verificationMethod: [weak] };
    expect(codeThrownBy(() => readWebDocument(DID, weakDocument))).toMatch(
      /^(?:CRYPTO_WEAK_KEY|DID_BAD_DOCUMENT)$/,
    );
  });

  it('ends at its limits of size and time', async () => {
    proves('flaw.D5');
    expect(await refused({ status: 404 })).toBe('DID_WEB_UNREACHABLE');
    expect(await refused({ status: 301 })).toBe('DID_WEB_UNREACHABLE');
    expect(await refused('[]')).toBe('DID_BAD_DOCUMENT');
    expect(await refused('{"id":1,"id":2}')).toBe('CRYPTO_JSON_DUPLICATE_KEY');
    let sent = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        await Promise.resolve();
        sent += 1024;
        yield new Uint8Array(1024);
      }
    }
    expect(await refused({ chunks: endless() })).toBe('DID_WEB_TOO_LARGE');
    expect(sent).toBe(FOREIGN_DOCUMENT_MAX_BYTES + 1024);
    const web = webOf({ [URL_OF_DID]: { silent: true } });
    const waiting = codeRejectedBy(webResolver(web).resolve(DID));
    await web.timer.advance(FOREIGN_FETCH_MAX_MS);
    expect(await waiting).toBe('DID_WEB_UNREACHABLE');
    expect(web.timer.pending).toBe(0);
    expect(await codeRejectedBy(webResolver(web).resolve(testSigner(1).did))).toBe('DID_METHOD_UNSUPPORTED');
  });

  it('reads 100 000 altered documents without a crash', async () => {
    const service = [{ id: '#ttp', type: 'T', serviceEndpoint: 'https://a.example/' }];
    const whole = JSON.stringify({ ...DOCUMENT, service });
    // Checking a key takes most of the time, so most documents hold one of another kind.
    const cheap = whole.replace('z6Mk', 'z7Mk');
    const pieces = ['', '0', '"', '[', ']', '{', '}', ',', ':', 'null', '\u0000'];
    await withSeed('did:web mutation', 100, (random) => {
      for (let i = 0; i < 1000; i++) {
        const text = i === 0 ? whole : cheap;
        const at = random.int(text.length);
        const changed = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.int(3));
        const code = codeThrownBy(() => {
          const value = parseJson(changed, { profile: 'foreign' });
          if (isJsonObject(value)) readWebDocument(DID, value);
        });
        if (code !== undefined && !/^(?:DID|CRYPTO)_/.test(code)) throw new Error(code);
      }
      expect(codeThrownBy(() => parseJson(whole))).toBeUndefined();
    });
  });
});

describe('did:key', () => {
  it('of P-256 is read, and is no identity', () => {
    proves('did.format.foreign');
    // The example of did:key 0.9 section 3: a compressed point.
    const did = 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169';
    const { kind, publicKey } = outsiderKeyOf(did);
    expect(kind).toBe('P-256');
    expect(publicKey.length).toBe(33);
    expect(codeThrownBy(() => parseDid(did))).toBe('DID_BAD_KEY');
    const own = testSigner(1);
    expect(outsiderKeyOf(own.did)).toEqual({ kind: 'Ed25519', publicKey: own.publicKey });
    expect(didKeyDocument(own.did).authentication).toEqual([own.kid]);
    for (const [bad, code] of [
      ['did:key:z6Mk', 'DID_BAD_KEY'],
      ['did:key:zDn', 'DID_BAD_KEY'],
      ['did:key:', 'DID_BAD_KEY'],
      [`${did}1`, 'DID_BAD_KEY'],
      [`did:key:${multibase(Uint8Array.of(0x80, 0x24, 4, ...new Uint8Array(32)))}`, 'DID_BAD_KEY'],
      [`did:key:${multibase(Uint8Array.of(0xe7, 0x01, 2, ...new Uint8Array(32)))}`, 'DID_BAD_KEY'],
      ['did:web:a.example', 'DID_UNKNOWN_METHOD'],
      [`did:key:z${'1'.repeat(600)}`, 'DID_TOO_LONG'],
    ])
      expect(codeThrownBy(() => outsiderKeyOf(bad ?? ''))).toBe(code);
  });
});
