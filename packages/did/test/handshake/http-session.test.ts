import { type Hash } from '@ttp/core';
import { hashJson, utf8 } from '@ttp/crypto';
import { type HttpRequest, signRequest } from '@ttp/crypto/http';
import { codeRejectedBy, codeThrownBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  documentOf,
  httpSession,
  httpSessions,
  keyLookup,
  rotateIdentity,
  SESSION_FIELD,
} from '../../src/index.js';
import { HTTP_SESSIONS_MAX_COUNT } from '../../src/limits.js';
import { identity } from '../fixture.js';

const NOW = 1_800_000_000_000;
const ID = 'A'.repeat(43);
const policy: Hash = hashJson({});
const POST: HttpRequest = {
  method: 'POST',
  url: 'https://api.example/v1/pay?x=1',
  headers: [['Content-Type', 'application/json']],
  body: utf8('{"amount":5}'),
};

/** A service with one session of alice's, and mallory beside it. */
async function stage() {
  const [alice, mallory] = [await identity(1), await identity(2)];
  const keyOf = (kid: string) => {
    const publicKey = keyLookup([documentOf(alice.keyLog), documentOf(mallory.keyLog)])(kid);
    return publicKey && ({ alg: 'ed25519', publicKey } as const);
  };
  const service = httpSessions();
  const peer = { did: alice.did, kid: alice.signer.kid, policy };
  service.open({ id: ID, peer });
  const client = httpSession({ id: ID });
  const random = seededRandom('http session');
  const signed = async (request = POST, who = alice, by = client): Promise<HttpRequest> => {
    const { headers } = await by.sign(request, { signer: who.signer, random, now: NOW });
    return { ...request, headers: { 'Content-Type': 'application/json', ...headers } };
  };
  const take = (request: HttpRequest, now = NOW) => service.verify(request, { keyOf, now });
  return { alice, mallory, service, peer, client, signed, take, random, keyOf };
}

const withHeader = (request: HttpRequest, name: string, value: string): HttpRequest => ({
  ...request,
  headers: { ...(request.headers as Record<string, string>), [name]: value },
});

describe('a session over HTTP', () => {
  it('takes the requests of its peer, each once, in any order', async () => {
    proves('flaw.H4', 'decision.D10');
    const s = await stage();
    const [first, second] = [await s.signed(), await s.signed()];
    expect(await s.take(second)).toMatchObject({ session: ID, peer: s.alice.did, sequence: 1n });
    expect(await s.take(first)).toMatchObject({
      sequence: 0n,
      covered: expect.arrayContaining(['"ttp-session"']),
    });
    expect(await codeRejectedBy(s.take(first))).toBe('CRYPTO_REPLAYED');
    expect(await codeRejectedBy(s.take(second))).toBe('CRYPTO_REPLAYED');
  });

  it('is worth nothing to who knows its name', async () => {
    proves('flaw.H4');
    const s = await stage();
    // The name alone, as a bearer would send it.
    expect(await codeRejectedBy(s.take(withHeader(POST, SESSION_FIELD, `"${ID}";seq=0`)))).toBe(
      'CRYPTO_HTTP_NO_SIGNATURE',
    );
    // The name, and one's own good signature over it.
    expect(await codeRejectedBy(s.take(await s.signed(POST, s.mallory)))).toBe('DID_HANDSHAKE_KEY');
    // The peer's own signature, made for another session, for none, or for another place in this one.
    const elsewhere = await s.signed(POST, s.alice, httpSession({ id: 'B'.repeat(43) }));
    expect(await codeRejectedBy(s.take(elsewhere))).toBe('DID_SESSION_CLOSED');
    expect(await codeRejectedBy(s.take(withHeader(elsewhere, SESSION_FIELD, `"${ID}";seq=5`)))).toBe(
      'CRYPTO_HTTP_BAD_SIGNATURE',
    );
    const { headers } = await signRequest(POST, { signer: s.alice.signer, random: s.random, now: NOW });
    const plain = { ...POST, headers: { 'Content-Type': 'application/json', ...headers } };
    expect(await codeRejectedBy(s.take(plain))).toBe('DID_SESSION_RECORD');
    expect(await codeRejectedBy(s.take(withHeader(plain, SESSION_FIELD, `"${ID}";seq=6`)))).toBe(
      'CRYPTO_HTTP_COVERAGE',
    );
    // What failed took no sequence away from the peer.
    expect((await s.take(await s.signed())).peer).toBe(s.alice.did);
  });

  it('covers the whole request, for 30 seconds', async () => {
    const s = await stage();
    const request = await s.signed();
    expect(await codeRejectedBy(s.take({ ...request, method: 'PUT' }))).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
    expect(await codeRejectedBy(s.take({ ...request, body: utf8('{"amount":500}') }))).toBe(
      'CRYPTO_HTTP_DIGEST',
    );
    expect(await codeRejectedBy(s.take(request, NOW + 30_000))).toBe('CRYPTO_HTTP_EXPIRED');
    expect((await s.take(request)).sequence).toBe(0n);
  });

  it.each([
    '',
    '"x";seq=1',
    `"${ID}"`,
    `"${ID}";seq=-1`,
    `"${ID}";seq=01`,
    `"${ID}";seq=1, "${ID}";seq=2`,
    ID,
  ])('is not named by %j', async (value) => {
    const s = await stage();
    expect(await codeRejectedBy(s.take(withHeader(await s.signed(), SESSION_FIELD, value)))).toBe(
      'DID_SESSION_RECORD',
    );
  });

  it('refuses a sequence of more than 64 bits', async () => {
    const s = await stage();
    const value = `"${ID}";seq=99999999999999999999`;
    const headers = { 'Content-Type': 'application/json', [SESSION_FIELD]: value };
    const signing = { signer: s.alice.signer, random: s.random, now: NOW, components: ['ttp-session'] };
    const signed = await signRequest({ ...POST, headers }, signing);
    const request = { ...POST, headers: { ...headers, ...signed.headers } };
    expect(await codeRejectedBy(s.take(request))).toBe('CRYPTO_BAD_PARAMETER');
  });

  it('ends when it is closed, and with the key that proved it', async () => {
    const s = await stage();
    const rotated = await rotateIdentity(s.alice, { random: seededRandom(5), clock: fakeClock() });
    expect(await codeRejectedBy(s.take(await s.signed(POST, rotated)))).toBe('DID_HANDSHAKE_KEY');
    const request = await s.signed();
    s.service.close(ID);
    expect(await codeRejectedBy(s.take(request))).toBe('DID_SESSION_CLOSED');
    // One that is closed while its signature is looked at is closed.
    const again = await stage();
    const late = await again.signed();
    const taking = codeRejectedBy(again.take(late));
    again.service.close(ID);
    expect(await taking).toBe('DID_SESSION_CLOSED');
  });

  it('is one of a bounded number, and is not begun again by opening it twice', async () => {
    const s = await stage();
    const request = await s.signed();
    await s.take(request);
    s.service.open({ id: ID, peer: s.peer });
    expect(await codeRejectedBy(s.take(request))).toBe('CRYPTO_REPLAYED');
    for (let i = 1; i < HTTP_SESSIONS_MAX_COUNT; i++) s.service.open({ id: String(i), peer: s.peer });
    expect(codeThrownBy(() => s.service.open({ id: 'one more', peer: s.peer }))).toBe('DID_HANDSHAKE_BUSY');
    s.service.close('1');
    expect(codeThrownBy(() => s.service.open({ id: 'one more', peer: s.peer }))).toBeUndefined();
  });
});
