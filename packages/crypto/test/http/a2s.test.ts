import { codeRejectedBy, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  HTTP_SIGNATURE_LIFE_MS,
  requestData,
  responseData,
  signRequest,
  verifyRequest,
} from '../../src/http/index.js';
import { createReplayGuard, fromBase64url } from '../../src/index.js';
import {
  accept,
  acceptResponse,
  agent,
  keyOf,
  NOW,
  type PlainRequest,
  REQUEST,
  service,
  signedRequest,
  signedResponse,
} from './fixtures.js';

describe('a signed request', () => {
  it('covers method, host, path, query and content, with the parameters of decision D11', async () => {
    proves('decision.D11', 'flaw.A1');
    const request = await signedRequest();
    const { covered, keyid, owner, created, expires, nonce, tag } = await accept(request);
    expect(covered).toEqual([
      '"@method"',
      '"@authority"',
      '"@path"',
      '"@query"',
      '"content-digest"',
      '"content-type"',
    ]);
    expect({ keyid, owner, created, expires, tag }).toEqual({
      keyid: agent.kid,
      owner: agent.did,
      created: NOW,
      expires: NOW + HTTP_SIGNATURE_LIFE_MS,
      tag: 'ttp-a2s',
    });
    expect(HTTP_SIGNATURE_LIFE_MS).toBe(30_000);
    expect(fromBase64url(nonce ?? '')).toHaveLength(32);
  });

  it('is good for 30 seconds and one use', async () => {
    proves('flaw.A1');
    const request = await signedRequest();
    const options = { keyOf: keyOf(agent), replay: createReplayGuard({ bootAt: 0 }) };
    const at = (now: number): Promise<unknown> => codeRejectedBy(verifyRequest(request, { ...options, now }));
    expect(await at(NOW - 60_001)).toBe('CRYPTO_MESSAGE_FUTURE');
    expect(await at(NOW + 30_000)).toBe('CRYPTO_HTTP_EXPIRED');
    expect(await at(NOW + 29_999)).toBeUndefined();
    expect(await at(NOW + 29_999)).toBe('CRYPTO_REPLAYED');
  });

  it('has to cover what its reader needs', async () => {
    proves('flaw.A1');
    const replay = createReplayGuard({ bootAt: 0 });
    const options = { keyOf: keyOf(agent), now: NOW, replay, components: ['x-account', 'content-type'] };
    const refused = async (request: PlainRequest): Promise<unknown> =>
      codeRejectedBy(verifyRequest(request, options));
    const request = { ...REQUEST, headers: [...REQUEST.headers, ['X-Account', '7'] as const] };
    expect(await refused(await signedRequest(request))).toBe('CRYPTO_HTTP_COVERAGE');
    expect(await refused(await signedRequest(request, ['x-account']))).toBeUndefined();
  });

  it('needs a body no more than it needs a host in its fields', async () => {
    const { method, url } = REQUEST;
    const request = await signedRequest({ method, url, headers: [] });
    expect((await accept(request)).covered).toContain('"content-digest"');
  });

  it('is the same for a web Request, whose body stays readable', async () => {
    const { method, url, headers, body } = REQUEST;
    const web = new Request(`${url}#top`, {
      method,
      headers: headers
        .filter(([name]) => name !== 'Host')
        .map(([name, value]): [string, string] => [name, value]),
      body: new Uint8Array(body ?? []),
    });
    const signing = { signer: agent.signer, random: seededRandom('web'), now: NOW };
    const signed = await signRequest(await requestData(web), signing);
    for (const [name, value] of Object.entries(signed.headers)) web.headers.set(name, value);
    expect((await accept(await requestData(web))).keyid).toBe(agent.kid);
    expect(await web.json()).toEqual({ amount: 5 });
  });

  it('can carry the signature of somebody else besides', async () => {
    const request = await signedRequest();
    const signing = { signer: agent.signer, random: seededRandom('again'), now: NOW };
    expect(await codeRejectedBy(signRequest(request, signing))).toBe('CRYPTO_HTTP_MESSAGE');
    const second = await signRequest(request, { ...signing, label: 'other' });
    expect(second.headers['Signature-Input']).toMatch(/^ttp=.*, other=/);
    expect(second.headers['Signature']).toMatch(/^ttp=.*, other=/);
  });
});

describe('a signer that does not sign with its key', () => {
  it('is found out before anything is sent', async () => {
    const signer = { ...agent.signer, publicKey: service.publicKey };
    const signing = { signer, random: seededRandom('liar'), now: NOW };
    expect(await codeRejectedBy(signRequest(REQUEST, signing))).toBe('CRYPTO_SIGNATURE_FAILED');
  });
});

describe('a signed response', () => {
  it('covers its request down to the signature', async () => {
    proves('decision.D11', 'flaw.A1');
    const request = await signedRequest();
    const response = await signedResponse(request);
    const { covered, keyid } = await acceptResponse(response, request);
    expect(keyid).toBe(service.kid);
    expect(covered).toEqual([
      '"@status"',
      '"content-digest"',
      '"@method";req',
      '"@authority";req',
      '"@path";req',
      '"@query";req',
      '"content-digest";req',
      '"signature";req;key="ttp"',
      '"content-type"',
    ]);
  });

  it('answers no other request, even one of the same content', async () => {
    proves('flaw.A1');
    const request = await signedRequest();
    const again = await signedRequest(REQUEST, ['host']);
    const response = await signedResponse(request);
    expect(await codeRejectedBy(acceptResponse(response, again))).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
  });

  it('has to be of the one that was asked, and about what was received', async () => {
    proves('flaw.A1');
    const request = await signedRequest();
    const response = await signedResponse(request);
    const refused = (changed: typeof response, now?: number): Promise<unknown> =>
      codeRejectedBy(acceptResponse(changed, request, now));
    expect(await refused({ ...response, status: 200 })).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
    expect(await refused({ ...response, body: Uint8Array.of(1) })).toBe('CRYPTO_HTTP_DIGEST');
    expect(await refused(response, NOW + 31_000)).toBe('CRYPTO_HTTP_EXPIRED');
    expect(await refused({ ...response, headers: request.headers })).toBe('CRYPTO_HTTP_COVERAGE');
    expect(await codeRejectedBy(acceptResponse(response, REQUEST))).toBe('CRYPTO_HTTP_NO_SIGNATURE');
  });

  it('is the same for a web Response', async () => {
    const request = await signedRequest();
    const { status, headers, body } = await signedResponse(request);
    const web = new Response(new Uint8Array(body ?? []), {
      status,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
    });
    expect((await acceptResponse(await responseData(web), request)).keyid).toBe(service.kid);
  });
});
