// Needs Node: the other implementations sign with node:crypto.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import { describe, expect, it } from 'vitest';
import { directoryResponseHeaders, jwkToKeyID, signatureHeaders, verify } from 'web-bot-auth';
import { helpers, signerFromJWK, verifierFromJWK } from 'web-bot-auth/crypto';
import {
  jwkThumbprint,
  readKeyDirectory,
  signBotRequest,
  signKeyDirectory,
  verifyBotRequest,
  verifyRequest,
} from '../../src/http/index.js';
import { base64url, createReplayGuard, fromBase64 } from '../../src/index.js';
import { random } from '../fixtures.js';
import { accept, agent, keyOf, NOW, type PlainRequest, REQUEST, signedRequest } from './fixtures.js';

const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64url(agent.publicKey), d: base64url(agent.seed) };
const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
const record = (request: PlainRequest): Record<string, string> =>
  Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));

/** What the other library says of a request. */
const acceptedThere = async (changed: PlainRequest): Promise<boolean | null> =>
  httpbis.verifyMessage(
    {
      keyLookup: async () => ({ verify: createVerifier(createPublicKey(privateKey), 'ed25519') }),
      notAfter: new Date(NOW + 1000),
      tolerance: 10 ** 9, // its clock is that of the machine
    },
    { method: changed.method, url: changed.url, headers: record(changed) },
  );

describe('http-message-signatures', () => {
  it('verifies what we sign', async () => {
    proves('decision.D11');
    const request = await signedRequest();
    expect(await acceptedThere(request)).toBe(true);
    expect(await acceptedThere({ ...request, method: 'PUT' })).toBe(false);
  });

  it('signs what we verify', async () => {
    proves('decision.D11');
    const digest = (await signedRequest()).headers.find(([name]) => name === 'Content-Digest')?.[1] ?? '';
    const { headers } = await httpbis.signMessage(
      {
        key: createSigner(privateKey, 'ed25519', agent.kid),
        name: 'theirs',
        fields: ['@query', '@path', '@authority', '@method', 'content-digest', 'content-type'],
        params: ['alg', 'tag', 'keyid', 'nonce', 'expires', 'created'],
        paramValues: {
          created: new Date(NOW),
          expires: new Date(NOW + 30_000),
          nonce: base64url(new Uint8Array(32)),
          tag: 'ttp-a2s',
        },
      },
      { method: REQUEST.method, url: REQUEST.url, headers: { ...record(REQUEST), 'content-digest': digest } },
    );
    const request = { ...REQUEST, headers };
    expect((await accept(request)).label).toBe('theirs');
    const options = { keyOf: keyOf(agent), now: NOW, replay: createReplayGuard({ bootAt: 0 }) };
    expect(await codeRejectedBy(verifyRequest({ ...request, method: 'PUT' }, options))).toBe(
      'CRYPTO_HTTP_BAD_SIGNATURE',
    );
  });
});

describe('web-bot-auth', () => {
  const url = 'https://shop.example/list?page=1';
  const key = { alg: 'ed25519', publicKey: agent.publicKey } as const;
  /** Its clock is that of the machine. */
  const now = Number(new Date());

  it('names keys as we do', async () => {
    expect(await jwkToKeyID(jwk, helpers.WEBCRYPTO_SHA256, helpers.BASE64URL_DECODE)).toBe(
      jwkThumbprint(agent.publicKey),
    );
  });

  it('verifies what we sign', async () => {
    const { headers } = await signBotRequest(
      { method: 'GET', url, headers: [] },
      {
        signer: agent.signer,
        random: random('bot'),
        now,
        lifeMs: 60_000,
        agent: 'https://agents.example',
        agentForm: 'string',
      },
    );
    const verifier = await verifierFromJWK(jwk);
    await expect(verify({ method: 'GET', url, headers: { ...headers } }, verifier)).resolves.toBeUndefined();
    await expect(
      verify({ method: 'GET', url: 'https://evil.example/', headers: { ...headers } }, verifier),
    ).rejects.toThrow('invalid signature');
  });

  it('signs what we verify', async () => {
    const message = { method: 'GET', url, headers: { 'Signature-Agent': '"https://agents.example"' } };
    const signed = await signatureHeaders(message, await signerFromJWK(jwk), {
      created: new Date(now),
      expires: new Date(now + 60_000),
    });
    const request = { ...message, headers: { ...message.headers, ...signed } };
    const verified = await verifyBotRequest(request, { keyOf: () => key, now });
    expect({ agent: verified.agent, keyid: verified.keyid }).toEqual({
      agent: 'https://agents.example',
      keyid: jwkThumbprint(agent.publicKey),
    });
    expect(fromBase64(verified.nonce ?? '')).toHaveLength(64);
  });

  it('reads a directory alike', async () => {
    const request = {
      method: 'GET',
      url: 'https://agents.example/.well-known/http-message-signatures-directory',
      headers: {},
    };
    const ours = await signKeyDirectory({ request, signers: [agent.signer], now, lifeMs: 60_000 });
    const body = new TextDecoder().decode(ours.body);
    expect(JSON.parse(body)).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: jwk.x, kid: jwkThumbprint(agent.publicKey) }],
    });
    const response = {
      status: 200,
      headers: { 'content-type': 'application/http-message-signatures-directory+json' },
    };
    const signed = await directoryResponseHeaders({ response, request }, [await signerFromJWK(jwk)], {
      created: new Date(now),
      expires: new Date(now + 60_000),
    });
    const theirs = { status: 200, headers: { ...response.headers, ...signed }, body: ours.body };
    for (const read of [ours, theirs])
      expect(await readKeyDirectory(read, { request, now })).toEqual([
        { keyid: jwkThumbprint(agent.publicKey), publicKey: agent.publicKey },
      ]);
  });
});
