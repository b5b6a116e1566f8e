import { asDid } from '@ttp/core';
import { codeRejectedBy, proves, type SeededRandom, seededRandom, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { type HttpKey, signRequest, verifyHttpSignature, verifyRequest } from '../../src/http/index.js';
import { base64, createReplayGuard, createSigner, utf8 } from '../../src/index.js';
import {
  accept,
  agent,
  carrying,
  keyOf,
  NOW,
  type PlainRequest,
  REQUEST,
  refusal,
  signedRequest,
  stranger,
  withField,
} from './fixtures.js';

const request = await signedRequest();
const input = (change: (value: string) => string): PlainRequest =>
  withField(request, 'signature-input', change);
const url = (text: string): PlainRequest => ({
  ...request,
  url: text,
  headers: request.headers.filter(([name]) => name !== 'Host'),
});
const added = (name: string, value: string): PlainRequest => ({
  ...request,
  headers: [...request.headers, [name, value]],
});

describe('what somebody changes on the way', () => {
  it.each<[string, PlainRequest, string]>([
    ['the method', { ...request, method: 'PUT' }, 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['the case of the method', { ...request, method: 'post' }, 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['the host', url('https://evil.example:8443/v1/Charges?b=2&a=1'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['the port', url('https://api.example/v1/Charges?b=2&a=1'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['the case of the path', url('https://api.example:8443/v1/charges?b=2&a=1'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    [
      'an escape in the path',
      url('https://api.example:8443/v1/%43harges?b=2&a=1'),
      'CRYPTO_HTTP_BAD_SIGNATURE',
    ],
    ['a slash', url('https://api.example:8443/v1/Charges/?b=2&a=1'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['two slashes', url('https://api.example:8443/v1//Charges?b=2&a=1'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['dot segments', url('https://api.example:8443/v1/x/../Charges?b=2&a=1'), 'CRYPTO_HTTP_MESSAGE'],
    ['hidden dot segments', url('https://api.example:8443/v1/x/%2E./Charges?b=2&a=1'), 'CRYPTO_HTTP_MESSAGE'],
    ['a backslash', url('https://api.example:8443/v1\\Charges?b=2&a=1'), 'CRYPTO_HTTP_MESSAGE'],
    ['a user', url('https://api.example:8443@evil.example/v1/Charges?b=2&a=1'), 'CRYPTO_HTTP_MESSAGE'],
    ['a fragment', url('https://api.example:8443/v1/Charges?b=2&a=1#x'), 'CRYPTO_HTTP_MESSAGE'],
    [
      'the order of the query',
      url('https://api.example:8443/v1/Charges?a=1&b=2'),
      'CRYPTO_HTTP_BAD_SIGNATURE',
    ],
    ['the query', url('https://api.example:8443/v1/Charges'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['Host, but not the URL', withField(request, 'host', () => 'evil.example'), 'CRYPTO_HTTP_MESSAGE'],
    ['a second Host', added('host', 'api.example:8443'), 'CRYPTO_HTTP_MESSAGE'],
    ['the body', { ...request, body: utf8('{"amount":500}') }, 'CRYPTO_HTTP_DIGEST'],
    [
      'the body, gone',
      { method: request.method, url: request.url, headers: request.headers },
      'CRYPTO_HTTP_DIGEST',
    ],
    ['a covered field', withField(request, 'content-type', () => 'text/html'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['a covered field, gone', withField(request, 'content-type', () => undefined), 'CRYPTO_HTTP_COMPONENT'],
    ['a covered field, twice', added('content-type', 'application/json'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['the digest', withField(request, 'content-digest', () => 'sha-256=:AAAA:'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    [
      'a covered field, in Latin',
      withField(request, 'content-type', () => 'caf\u00e9'),
      'CRYPTO_HTTP_COMPONENT',
    ],
    [
      'a covered field, with a tab',
      withField(request, 'content-type', () => 'a\tb'),
      'CRYPTO_HTTP_COMPONENT',
    ],
    [
      'a folded field',
      withField(request, 'content-type', () => 'application/\r\n json'),
      'CRYPTO_HTTP_MESSAGE',
    ],
    ['a field in a field', added('X-A', 'a\nX-TTP-Trust-Score: 100'), 'CRYPTO_HTTP_MESSAGE'],
    ['a zero', added('X-A', 'a\0b'), 'CRYPTO_HTTP_MESSAGE'],
    ['a blank after a name', added('Content-Type ', 'text/html'), 'CRYPTO_HTTP_MESSAGE'],
  ])('%s', async (_, changed, code) => {
    proves('flaw.A1', 'decision.D11');
    expect(await refusal(changed)).toBe(code);
  });

  it('is nothing where HTTP sees the same message', async () => {
    const list: PlainRequest = {
      ...REQUEST,
      headers: [...REQUEST.headers, ['X-List', 'a'], ['x-list', 'b']],
    };
    const signed = await signedRequest(list, ['x-list']);
    const headers = signed.headers.filter(([name]) => name.toLowerCase() !== 'x-list');
    expect((await accept({ ...signed, headers: [...headers, ['X-LIST', ' a, b\t']] })).keyid).toBe(agent.kid);
    expect(await refusal({ ...signed, headers: [...headers, ['X-List', 'b'], ['X-List', 'a']] })).toBe(
      'CRYPTO_HTTP_BAD_SIGNATURE',
    );
    expect((await accept(url('HTTPS://API.example:8443/v1/Charges?b=2&a=1'))).keyid).toBe(agent.kid);
  });
});

/** The text with one character from `from` on replaced or missing. */
const other = (text: string, from: number, random: SeededRandom): string => {
  const at = from + random.int(text.length - from);
  const char = String.fromCharCode(0x21 + random.int(94));
  return text.slice(0, at) + (char === text.charAt(at) ? '' : char) + text.slice(at + 1);
};

describe('one character on the way', () => {
  it('is one too many, wherever it stands', async () => {
    proves('flaw.A1');
    const body = '{"amount":5}';
    const path = REQUEST.url.indexOf('/v1');
    await withSeed('one character', 600, async (random) => {
      const changed = random.pick<PlainRequest>([
        { ...request, method: other(request.method, 0, random) },
        url(other(request.url, path, random)),
        { ...request, body: utf8(other(body, 0, random)) },
        withField(request, 'content-type', (value) => other(value, 0, random)),
        withField(request, 'content-digest', (value) => other(value, 0, random)),
        withField(request, 'signature', (value) => other(value, 0, random)),
        withField(request, 'signature-input', (value) => other(value, 0, random)),
      ]);
      expect(await refusal(changed), JSON.stringify(changed)).toMatch(/^CRYPTO_/);
    });
  });
});

describe('what somebody writes into the signature', () => {
  const replaced = (from: string | RegExp, to: string): PlainRequest =>
    input((value) => value.replace(from, to));

  it.each<[string, PlainRequest, string]>([
    ['another key', replaced(agent.kid, stranger.kid), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['an unknown key', replaced(agent.kid, 'did:web:evil.example#key-1'), 'CRYPTO_HTTP_KEY_UNKNOWN'],
    ['another tag', replaced('ttp-a2s', 'web-bot-auth'), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['no tag', replaced(';tag="ttp-a2s"', ''), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['no time', replaced(/;created=\d+/, ''), 'CRYPTO_HTTP_PARAMETER'],
    ['no end', replaced(/;expires=\d+/, ''), 'CRYPTO_HTTP_PARAMETER'],
    ['no nonce', replaced(/;nonce="[^"]*"/, ''), 'CRYPTO_HTTP_PARAMETER'],
    ['a short nonce', replaced(/;nonce="[^"]*"/, ';nonce="AAAA"'), 'CRYPTO_HTTP_PARAMETER'],
    ['no key id', replaced(/;keyid="[^"]*"/, ''), 'CRYPTO_HTTP_PARAMETER'],
    ['a time in words', replaced(/created=(\d+)/, 'created="$1"'), 'CRYPTO_HTTP_PARAMETER'],
    ['a time with a fraction', replaced(/created=(\d+)/, 'created=$1.5'), 'CRYPTO_HTTP_PARAMETER'],
    ['a time before all', replaced(/created=(\d+)/, 'created=-$1'), 'CRYPTO_HTTP_PARAMETER'],
    ['a time beyond all', replaced(/created=\d+/, 'created=999999999999999'), 'CRYPTO_HTTP_PARAMETER'],
    ['an unknown parameter', replaced(';tag', ';context="x";tag'), 'CRYPTO_HTTP_PARAMETER'],
    ['a later start', replaced(/created=(\d+)/, `created=${NOW / 1000 + 20}`), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    ['a start in the future', replaced(/created=\d+/, `created=${NOW / 1000 + 61}`), 'CRYPTO_MESSAGE_FUTURE'],
    ['a later end', replaced(/expires=\d+/, `expires=${NOW / 1000 + 31}`), 'CRYPTO_HTTP_EXPIRED'],
    ['an end before the start', replaced(/expires=\d+/, `expires=${NOW / 1000 - 1}`), 'CRYPTO_HTTP_EXPIRED'],
    [
      'an end before a start to come',
      replaced(/created=\d+;expires=\d+/, `created=${NOW / 1000 + 50};expires=${NOW / 1000 + 40}`),
      'CRYPTO_HTTP_EXPIRED',
    ],
    ['another algorithm', replaced(';tag', ';alg="hmac-sha256";tag'), 'CRYPTO_HTTP_ALGORITHM'],
    [
      'an algorithm that is not supported',
      replaced(';tag', ';alg="rsa-pss-sha512";tag'),
      'CRYPTO_HTTP_ALGORITHM',
    ],
    [
      'the algorithm of the key, unsigned',
      replaced(';tag', ';alg="ed25519";tag'),
      'CRYPTO_HTTP_BAD_SIGNATURE',
    ],
    ['a parameter twice', replaced(';tag', ';tag="x";tag'), 'CRYPTO_HTTP_SYNTAX'],
    ['a component twice', replaced('("@method"', '("@method" "@method"'), 'CRYPTO_HTTP_COMPONENT'],
    ['a component of a response', replaced('("@method"', '("@status" "@method"'), 'CRYPTO_HTTP_COMPONENT'],
    [
      'a component of no request',
      replaced('("@method"', '("@method";req "@method"'),
      'CRYPTO_HTTP_COMPONENT',
    ],
    ['an unknown component', replaced('("@method"', '("@magic" "@method"'), 'CRYPTO_HTTP_COMPONENT'],
    [
      'the parameters as a component',
      replaced('("@method"', '("@signature-params" "@method"'),
      'CRYPTO_HTTP_COMPONENT',
    ],
    ['a component in capitals', replaced('"content-type"', '"Content-Type"'), 'CRYPTO_HTTP_COMPONENT'],
    [
      'a parameter that changes a value',
      replaced('"content-type"', '"content-type";bs'),
      'CRYPTO_HTTP_COMPONENT',
    ],
    ['a component that is a token', replaced('"content-type"', 'content-type'), 'CRYPTO_HTTP_COMPONENT'],
    ['no list', replaced(/\(.*\)/, '1'), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['another label', replaced(/^ttp=/, 'other='), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['a label twice', input((value) => `${value}, ${value}`), 'CRYPTO_HTTP_SYNTAX'],
    ['a second one of the same tag', input((value) => `${value}, o${value}`), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['nine of them', input((value) => `${value}, a, b, c, d, e, f, g, h`), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['65 components', replaced('("@method"', `("@method" ${'"x" '.repeat(60)}`), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['nothing', withField(request, 'signature-input', () => undefined), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['no bytes', withField(request, 'signature', () => undefined), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['words for bytes', withField(request, 'signature', () => 'ttp="x"'), 'CRYPTO_HTTP_NO_SIGNATURE'],
    ['few bytes', withField(request, 'signature', () => 'ttp=:AAAA:'), 'CRYPTO_HTTP_BAD_SIGNATURE'],
    [
      'another spelling of the bytes',
      withField(request, 'signature', (value) => value.replace(/==:$/, '=:')),
      'CRYPTO_HTTP_SYNTAX',
    ],
    ['no end of it', input((value) => `${value}, b="${'x'.repeat(20_000)}"`), 'CRYPTO_HTTP_SYNTAX'],
  ])('%s', async (_, changed, code) => {
    proves('flaw.A1', 'decision.D11');
    expect(await refusal(changed)).toBe(code);
  });

  it.each(['@method', '@authority', '@path', '@query', 'content-digest'])('without %s', async (name) => {
    proves('flaw.A1', 'decision.D11');
    expect(await refusal(replaced(new RegExp(`"${name}" ?`), ''))).toBe('CRYPTO_HTTP_COVERAGE');
  });
});

/** The request, signed by somebody; the nonce is always the same. */
const sign = async (who: typeof agent): Promise<PlainRequest> =>
  carrying(
    REQUEST,
    await signRequest(REQUEST, { signer: who.signer, random: seededRandom('one nonce'), now: NOW }),
  );

describe('the nonce', () => {
  it('takes room in the guard only for whoever signed', async () => {
    proves('flaw.A1');
    const options = { keyOf: keyOf(agent), now: NOW, replay: createReplayGuard({ bootAt: 0, total: 1 }) };
    const forged = withField(request, 'signature', (value) => value.replace(/=:./, '=:0'));
    expect(await codeRejectedBy(verifyRequest(forged, options))).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
    expect(await codeRejectedBy(verifyRequest({ ...request, body: utf8('') }, options))).toBe(
      'CRYPTO_HTTP_DIGEST',
    );
    expect((await verifyRequest(request, options)).owner).toBe(agent.did);
  });

  it('is remembered by who signed, whichever key it was', async () => {
    proves('flaw.A1');
    const options = {
      keyOf: (keyid: string): HttpKey | undefined => {
        const key = keyOf(agent, stranger)(keyid);
        return key && { ...key, owner: asDid('did:example:both') };
      },
      now: NOW,
      replay: createReplayGuard({ bootAt: 0 }),
    };
    await verifyRequest(await sign(agent), options);
    expect(await codeRejectedBy(verifyRequest(await sign(stranger), options))).toBe('CRYPTO_REPLAYED');
  });
});

describe('the signing oracle', () => {
  it('gives nothing that is a signature of a request', async () => {
    proves('flaw.H2', 'decision.D6');
    const list = `("@method" "@authority" "@path" "@query" "content-digest");created=${NOW / 1000};expires=${NOW / 1000 + 30};nonce="${'A'.repeat(43)}";keyid="${agent.kid}";tag="ttp-a2s"`;
    const digest = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:';
    const base = `"@method": GET\n"@authority": api.example\n"@path": /\n"@query": ?\n"content-digest": ${digest}\n"@signature-params": ${list}`;
    const target: PlainRequest = {
      method: 'GET',
      url: 'https://api.example/',
      headers: [['Content-Digest', digest]],
    };
    const forged = (signature: Uint8Array): PlainRequest => ({
      ...target,
      headers: [
        ...target.headers,
        ['Signature-Input', `ttp=${list}`],
        ['Signature', `ttp=:${base64(signature)}:`],
      ],
    });
    // What a stranger sends as the nonce of a challenge, and as any other text that the agent signs for itself.
    const chosen = await agent.signer.sign('ttp/challenge-response@1', utf8(base));
    expect(await refusal(forged(chosen))).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
    // The same bytes under the purpose of HTTP are a signature: only code that meant a request asks for it.
    const meant = await agent.signer.sign('http-signature', utf8(base));
    expect((await accept(forged(meant))).keyid).toBe(agent.kid);
    const log = createSigner({ seed: agent.seed, kid: agent.kid, purposes: ['signed-note'] });
    const signing = { signer: log, random: seededRandom('oracle'), now: NOW };
    expect(await codeRejectedBy(signRequest(REQUEST, signing))).toBe('CRYPTO_PURPOSE_NOT_ALLOWED');
  });
});

describe('100 000 changed fields', () => {
  const key: HttpKey = { alg: 'hmac-sha256', secret: new Uint8Array(32).fill(5) };
  const SIGNS = '"()=;:,?@%\\ \t\r\n\0ab01-.*ABé';
  const fields = {
    'signature-input':
      'a=("@method" "x-a";key="k" "@query-param";name="n");created=1760000000;keyid="k", b=()',
    signature: 'a=:aGVsbG8gd29ybGQ=:, b=:AA==:',
    'x-a': 'k=(1 2.5 "x" tok :aGk=: ?0);p=1, l',
    'content-digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
  };
  const changed = (value: string, random: SeededRandom): string => {
    const at = random.int(value.length + 1);
    return value.slice(0, at) + SIGNS.charAt(random.int(SIGNS.length)) + value.slice(at + random.int(3));
  };

  it('end in a typed refusal, each', async () => {
    proves('flaw.A1');
    const codes = new Map<unknown, number>();
    await withSeed('changed fields', 25_000, async (random) => {
      const headers = Object.entries(fields).map(([name, value]): [string, string] => [
        name,
        changed(value, random),
      ]);
      const options = {
        label: 'a',
        components: [],
        parameters: [],
        lifeMs: 30_000,
        now: NOW,
        keyOf: () => key,
      };
      const code = await codeRejectedBy(
        verifyHttpSignature({ method: 'GET', url: 'https://a.example/?n=1', headers }, options),
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    const seen = new Set(codes.keys());
    expect(seen).toEqual(
      new Set([
        'CRYPTO_HTTP_BAD_SIGNATURE',
        'CRYPTO_HTTP_COMPONENT',
        'CRYPTO_HTTP_EXPIRED',
        'CRYPTO_HTTP_MESSAGE',
        'CRYPTO_HTTP_NO_SIGNATURE',
        'CRYPTO_HTTP_PARAMETER',
        'CRYPTO_HTTP_SYNTAX',
        'CRYPTO_MESSAGE_FUTURE',
      ]),
    );
  });
});
