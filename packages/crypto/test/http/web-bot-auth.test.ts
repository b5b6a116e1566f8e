import { Point } from '@noble/ed25519';
import type { Signer } from '@ttp/core';
import { codeRejectedBy } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  type BotVerifier,
  type HttpRequest,
  jwkThumbprint,
  KEY_DIRECTORY_PATH,
  KEY_DIRECTORY_TYPE,
  readKeyDirectory,
  type SignedHttp,
  signBotRequest,
  signKeyDirectory,
  verifyBotRequest,
} from '../../src/http/index.js';
import { readRequest, readResponse } from '../../src/http/message.js';
import { signContext } from '../../src/http/sign.js';
import { base64url, concatBytes, createReplayGuard, sha512, utf8 } from '../../src/index.js';
import { random } from '../fixtures.js';
import { bytesOf, L, numberOf, TORSION } from '../forge.js';
import { agent, NOW, service } from './fixtures.js';

const AGENT = 'https://agents.example';
const PLAIN = { method: 'GET', url: 'https://shop.example/list', headers: {} };
const signing = { signer: agent.signer, random: random('bot'), now: NOW, lifeMs: 60_000, agent: AGENT };
const verifier: BotVerifier = {
  now: NOW,
  keyOf: (keyid, _, name) =>
    keyid === jwkThumbprint(agent.publicKey) && name !== 'https://evil.example'
      ? { alg: 'ed25519', publicKey: agent.publicKey }
      : undefined,
};
const carrying = (signed: SignedHttp, changed: Partial<HttpRequest> = {}): HttpRequest => ({
  ...PLAIN,
  headers: { ...signed.headers },
  ...changed,
});
const refusal = (request: HttpRequest, changed: Partial<BotVerifier> = {}): Promise<unknown> =>
  codeRejectedBy(verifyBotRequest(request, { ...verifier, ...changed }));

describe('a request under Web Bot Auth', () => {
  it.each([
    ['dictionary', `sig1="${AGENT}"`, '"signature-agent";key="sig1"'],
    ['string', `"${AGENT}"`, '"signature-agent"'],
  ] as const)('names the agent in a %s, and covers that', async (agentForm, value, component) => {
    const signed = await signBotRequest(PLAIN, { ...signing, agentForm });
    expect(signed.headers['Signature-Agent']).toBe(value);
    const verified = await verifyBotRequest(carrying(signed), verifier);
    expect(verified).toMatchObject({
      agent: AGENT,
      tag: 'web-bot-auth',
      keyid: jwkThumbprint(agent.publicKey),
      covered: ['"@authority"', component],
    });
    const named = carrying(signed, {
      headers: { ...signed.headers, 'Signature-Agent': value.replace('agents', 'agent') },
    });
    expect(await refusal(named)).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
  });

  it('need not name anybody, and can cover more', async () => {
    const { signer, now, lifeMs } = signing;
    const signed = await signBotRequest(PLAIN, {
      signer,
      now,
      lifeMs,
      random: random('more'),
      components: ['@method', '@path'],
    });
    const verified = await verifyBotRequest(carrying(signed), { ...verifier, components: ['@path'] });
    expect(verified.agent).toBeUndefined();
    expect(verified.covered).toEqual(['"@authority"', '"@method"', '"@path"']);
    expect(await refusal(carrying(signed), { components: ['@query'] })).toBe('CRYPTO_HTTP_COVERAGE');
  });

  it('is for its host, its time and its agent', async () => {
    const signed = await signBotRequest(PLAIN, signing);
    const request = carrying(signed);
    expect(await refusal(carrying(signed, { url: 'https://evil.example/list' }))).toBe(
      'CRYPTO_HTTP_BAD_SIGNATURE',
    );
    expect(await refusal(request, { now: NOW + 60_000 })).toBe('CRYPTO_HTTP_EXPIRED');
    expect(await refusal(request, { maxLifeMs: 30_000 })).toBe('CRYPTO_HTTP_EXPIRED');
    expect(await refusal(request, { keyOf: () => undefined })).toBe('CRYPTO_HTTP_KEY_UNKNOWN');
    const evil = carrying(await signBotRequest(PLAIN, { ...signing, agent: 'https://evil.example' }));
    expect(await refusal(evil)).toBe('CRYPTO_HTTP_KEY_UNKNOWN');
  });

  it('is taken once where there is a guard', async () => {
    const request = carrying(await signBotRequest(PLAIN, signing));
    const replay = createReplayGuard({ bootAt: 0 });
    expect(await refusal(request, { replay })).toBeUndefined();
    expect(await refusal(request, { replay })).toBe('CRYPTO_REPLAYED');
    expect(await refusal(request)).toBeUndefined();
  });

  it.each([
    ['an agent that is not signed', { 'Signature-Agent': `sig2="${AGENT}"` }, 'CRYPTO_HTTP_COVERAGE'],
    ['two agents', { 'Signature-Agent': `sig1="${AGENT}", b="https://evil.example"` }, 'CRYPTO_HTTP_MESSAGE'],
    ['an agent that is data', { 'Signature-Agent': 'sig1="data:text/plain,x"' }, 'CRYPTO_HTTP_MESSAGE'],
    ['an agent without encryption', { 'Signature-Agent': '"http://agents.example"' }, 'CRYPTO_HTTP_MESSAGE'],
    ['an agent with a path', { 'Signature-Agent': `"${AGENT}/@evil"` }, 'CRYPTO_HTTP_MESSAGE'],
    ['an agent that is a number', { 'Signature-Agent': 'sig1=1' }, 'CRYPTO_HTTP_MESSAGE'],
    ['an agent that is a list', { 'Signature-Agent': 'sig1=("x")' }, 'CRYPTO_HTTP_MESSAGE'],
  ])('is refused with %s', async (_, headers, code) => {
    const signed = await signBotRequest(PLAIN, signing);
    expect(await refusal(carrying(signed, { headers: { ...signed.headers, ...headers } }))).toBe(code);
  });

  it('is not signed for an agent or a life that no verifier takes', async () => {
    const refused = (changed: Partial<typeof signing>, request: HttpRequest = PLAIN): Promise<unknown> =>
      codeRejectedBy(signBotRequest(request, { ...signing, ...changed }));
    expect(await refused({ agent: 'http://agents.example' })).toBe('CRYPTO_HTTP_MESSAGE');
    expect(await refused({}, { ...PLAIN, headers: { 'signature-agent': 'a="b"' } })).toBe(
      'CRYPTO_HTTP_MESSAGE',
    );
    for (const lifeMs of [999, 86_400_001, Number.NaN])
      expect(await refused({ lifeMs })).toBe('CRYPTO_BAD_PARAMETER');
  });
});

const keyids = async (...args: Parameters<typeof readKeyDirectory>): Promise<readonly string[]> =>
  (await readKeyDirectory(...args)).map(({ keyid }) => keyid);

/** A signer whose public key carries a point of order eight; its signatures hold without the cofactor. */
function torsioned(): Signer {
  const secret = 5n;
  const publicKey = Point.BASE.multiply(secret)
    .add(TORSION[1] ?? Point.ZERO)
    .toBytes();
  return {
    kid: 'did:web:evil.example#key-1',
    publicKey,
    purposes: ['http-signature'],
    sign: async (_, payload) => {
      for (let nonce = 1n; ; nonce++) {
        const R = Point.BASE.multiply(nonce).toBytes();
        const k = numberOf(sha512(concatBytes(R, publicKey, payload))) % L;
        if (k % 8n === 0n) return concatBytes(R, bytesOf((nonce + k * secret) % L));
      }
    },
  };
}

describe('a directory of keys', () => {
  const request = { method: 'GET', url: AGENT + KEY_DIRECTORY_PATH, headers: {} };
  const input = { request, signers: [agent.signer, service.signer], now: NOW, lifeMs: 3_600_000 };
  const options = { request, now: NOW };
  const [first, second] = [jwkThumbprint(agent.publicKey), jwkThumbprint(service.publicKey)];

  it('holds the keys that signed it', async () => {
    const response = await signKeyDirectory(input);
    expect(await keyids(response, options)).toEqual([first, second]);
  });

  it('is of the host that was asked, in its time, and as it was sent', async () => {
    const response = await signKeyDirectory(input);
    const elsewhere = { ...request, url: `https://evil.example${KEY_DIRECTORY_PATH}` };
    expect(await keyids(response, { ...options, request: elsewhere })).toEqual([]);
    expect(await keyids(response, { ...options, now: NOW + 3_600_000 })).toEqual([]);
    const more = utf8(new TextDecoder().decode(response.body).replace('{"keys"', '{"a":1,"keys"'));
    expect(await keyids({ ...response, body: more }, options)).toEqual([]);
  });

  it('holds no key that somebody else only lists', async () => {
    const { headers, body } = await signKeyDirectory({ ...input, signers: [agent.signer] });
    const stolen = await signKeyDirectory({ ...input, signers: [service.signer] });
    expect(await keyids({ status: 200, headers, body: stolen.body }, options)).toEqual([]);
    expect(
      await keyids({ status: 200, headers: { 'content-type': KEY_DIRECTORY_TYPE }, body }, options),
    ).toEqual([]);
  });

  it('leaves out keys that are weak, of another kind, or out of their time', async () => {
    const x = base64url(agent.publicKey);
    const read = async (key: unknown, components = ['"@authority";req']): Promise<readonly string[]> => {
      const body = utf8(JSON.stringify({ keys: [key] }));
      // As others sign: the host alone, so that the content can be what a test wants.
      const context = {
        message: readResponse({ status: 200, headers: { 'content-type': KEY_DIRECTORY_TYPE } }),
        request: readRequest(request),
      };
      const signed = await signContext(context, {
        label: 'a',
        signer: agent.signer,
        keyid: first,
        components,
        now: NOW,
        lifeMs: 60_000,
        tag: 'http-message-signatures-directory',
      });
      return keyids(
        { status: 200, headers: { 'content-type': KEY_DIRECTORY_TYPE, ...signed.headers }, body },
        options,
      );
    };
    const key = { kty: 'OKP', crv: 'Ed25519', x };
    expect(await read(key)).toEqual([first]);
    expect(await read(key, ['@status'])).toEqual([]); // signed, but for no host
    expect(await read({ ...key, nbf: NOW / 1000, exp: NOW / 1000 + 1 })).toEqual([first]);
    for (const other of [
      { ...key, crv: 'X25519' },
      { ...key, kty: 'EC' },
      { ...key, x: base64url(new Uint8Array(32)) },
      { ...key, x: `${x}=` },
      { ...key, nbf: NOW / 1000 + 1 },
      { ...key, exp: NOW / 1000 },
      { ...key, exp: 'never' },
      null,
    ])
      expect(await read(other), JSON.stringify(other)).toEqual([]);
  });

  it('leaves out a key with a torsion component, though it signs', async () => {
    const response = await signKeyDirectory({ ...input, signers: [torsioned(), agent.signer] });
    expect(await keyids(response, options)).toEqual([first]);
  });

  it.each([
    [
      'another type',
      { status: 200, headers: { 'content-type': 'application/json' }, body: utf8('{"keys":[]}') },
      'CRYPTO_HTTP_DIRECTORY',
    ],
    [
      'another status',
      { status: 404, headers: { 'content-type': KEY_DIRECTORY_TYPE }, body: utf8('{"keys":[]}') },
      'CRYPTO_HTTP_DIRECTORY',
    ],
    [
      'no list',
      { status: 200, headers: { 'content-type': KEY_DIRECTORY_TYPE }, body: utf8('[]') },
      'CRYPTO_HTTP_DIRECTORY',
    ],
    [
      'too many keys',
      {
        status: 200,
        headers: { 'content-type': KEY_DIRECTORY_TYPE },
        body: utf8(JSON.stringify({ keys: Array.from({ length: 9 }, () => ({})) })),
      },
      'CRYPTO_HTTP_DIRECTORY',
    ],
    [
      'a key twice in its JSON',
      { status: 200, headers: { 'content-type': KEY_DIRECTORY_TYPE }, body: utf8('{"keys":[],"keys":[]}') },
      'CRYPTO_JSON_DUPLICATE_KEY',
    ],
    [
      'no end',
      { status: 200, headers: { 'content-type': KEY_DIRECTORY_TYPE }, body: new Uint8Array(20_000).fill(32) },
      'CRYPTO_JSON_TOO_LARGE',
    ],
  ])('is not %s', async (_, response, code) => {
    expect(await codeRejectedBy(readKeyDirectory(response, options))).toBe(code);
  });

  it('is of 1 to 8 signers', async () => {
    const refused = [];
    for (const count of [0, 1, 8, 9]) {
      const signers = Array.from({ length: count }, () => agent.signer);
      refused.push(await codeRejectedBy(signKeyDirectory({ ...input, signers })));
    }
    expect(refused).toEqual(['CRYPTO_HTTP_DIRECTORY', undefined, undefined, 'CRYPTO_HTTP_DIRECTORY']);
  });
});
