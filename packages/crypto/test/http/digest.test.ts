import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  digestField,
  HTTP_BODY_MAX_BYTES,
  requestData,
  requireDigest,
  signRequest,
} from '../../src/http/index.js';
import { base64, utf8 } from '../../src/index.js';
import { random } from '../fixtures.js';
import { agent, NOW, REQUEST } from './fixtures.js';

/** The content and digests of RFC 9530 appendix B.1: `{"hello": "world"}` and a newline. */
const BODY = utf8('{"hello": "world"}\n');
const SHA256 = 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:';
const refusal = (value: string | undefined, bytes: Uint8Array = BODY): unknown =>
  codeThrownBy(() => requireDigest(value, bytes));

describe('digests of content', () => {
  it('are those of RFC 9530', () => {
    proves('decision.D11');
    expect(digestField(BODY)).toBe(SHA256);
    expect(digestField(BODY, ['sha-512', 'sha-256'])).toMatch(/^sha-512=:[A-Za-z0-9+/]{86}==:, sha-256=:RK/);
    for (const algorithms of [['sha-256'], ['sha-512'], ['sha-256', 'sha-512']] as const)
      expect(refusal(digestField(BODY, algorithms))).toBeUndefined();
    expect(refusal(`md5=:AAAA:, ${SHA256}`)).toBeUndefined();
  });

  it('are base64, as the header demands, where everything of ours is base64url without padding', async () => {
    proves('decision.D46');
    const { headers, signature } = await signRequest(REQUEST, {
      signer: agent.signer,
      random: random('base64'),
      now: NOW,
    });
    const at = (name: string): string =>
      Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
    expect(at('content-digest')).toMatch(/^sha-256=:[A-Za-z0-9+/]{43}=:$/);
    expect(at('signature')).toBe(`ttp=:${base64(signature)}:`);
    expect(base64(signature)).toMatch(/^[A-Za-z0-9+/]{86}==$/);
    expect(at('signature-input')).toMatch(/;nonce="[\w-]{43}"/);
    // Neither is taken for the other.
    expect(refusal(SHA256.replace('=:', ':').replace('/', '_'))).toBe('CRYPTO_HTTP_SYNTAX');
  });

  it.each([
    ['nothing', undefined, 'CRYPTO_HTTP_DIGEST'],
    ['no algorithm that is secure', 'md5=:AAAA:', 'CRYPTO_HTTP_DIGEST'],
    ['no members', '', 'CRYPTO_HTTP_DIGEST'],
    ['one that is right and one that is not', `${SHA256}, sha-512=:AAAA:`, 'CRYPTO_HTTP_DIGEST'],
    ['a text', 'sha-256="RK/0"', 'CRYPTO_HTTP_DIGEST'],
    ['a list', 'sha-256=(:RK/0:)', 'CRYPTO_HTTP_DIGEST'],
    ['two of one algorithm', `sha-256=:AAAA:, ${SHA256}`, 'CRYPTO_HTTP_SYNTAX'],
    ['another spelling', SHA256.replace('g=:', 'h=:'), 'CRYPTO_HTTP_SYNTAX'],
  ])('are refused with %s', (_, value, code) => {
    proves('flaw.A1');
    expect(refusal(value)).toBe(code);
  });

  it('are of every byte', () => {
    expect(refusal(SHA256, utf8('{"hello": "world"}'))).toBe('CRYPTO_HTTP_DIGEST');
    expect(refusal(SHA256, new Uint8Array())).toBe('CRYPTO_HTTP_DIGEST');
  });

  it('that a message has already are checked, not replaced', async () => {
    const signing = { signer: agent.signer, random: random('digest'), now: NOW };
    const given = digestField(REQUEST.body ?? BODY, ['sha-512']);
    const sign = (value: string): ReturnType<typeof signRequest> =>
      signRequest({ ...REQUEST, headers: { 'content-digest': value } }, signing);
    expect((await sign(given)).headers['Content-Digest']).toBe(given);
    expect(await codeRejectedBy(sign(SHA256))).toBe('CRYPTO_HTTP_DIGEST');
  });

  it('are taken of a body in ever so many chunks, as whoever sends it chooses', async () => {
    let left = 200_000; // more than a call takes arguments
    const body = new ReadableStream({
      pull: (stream) => {
        if (left-- > 0) stream.enqueue(Uint8Array.of(left & 0xff));
        else stream.close();
      },
    });
    const init: RequestInit & { readonly duplex: string } = { method: 'POST', body, duplex: 'half' };
    expect((await requestData(new Request('https://api.example/', init))).body?.length).toBe(200_000);
  });

  it('are not taken of a body without end', async () => {
    const chunk = new Uint8Array(1 << 20);
    const body = new ReadableStream({
      pull: (stream) => {
        stream.enqueue(chunk);
      },
    });
    const init: RequestInit & { readonly duplex: string } = { method: 'POST', body, duplex: 'half' };
    expect(HTTP_BODY_MAX_BYTES).toBe(10 * 1024 * 1024);
    expect(await codeRejectedBy(requestData(new Request('https://api.example/', init)))).toBe(
      'CRYPTO_HTTP_TOO_LARGE',
    );
  });
});
