import { codeRejectedBy, proves, THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  digestField,
  type HttpKey,
  type HttpRequest,
  requireDigest,
  verifyHttpSignature,
} from '../../src/http/index.js';
import { base64, concatBytes, fromBase64, fromBase64url, hmacSha256, utf8 } from '../../src/index.js';

interface Appendix {
  readonly request: {
    readonly method: string;
    readonly scheme: string;
    readonly authority: string;
    readonly path: string;
    readonly query: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly cases: readonly {
    readonly label: string;
    readonly keyid: string;
    readonly signatureInput: string;
    readonly signature: string;
  }[];
}

/** The public test keys of RFC 9421 appendix B.1. */
const KEYS: Readonly<Record<string, HttpKey>> = {
  'test-key-ed25519': {
    alg: 'ed25519',
    publicKey: fromBase64url('JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs'),
  },
  'test-shared-secret': {
    alg: 'hmac-sha256',
    secret: fromBase64(
      'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
    ),
  },
  'test-key-ecc-p256': {
    alg: 'ecdsa-p256-sha256',
    publicKey: concatBytes(
      Uint8Array.of(4),
      fromBase64url('qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA'),
      fromBase64url('Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0'),
    ),
  },
};
const CREATED = 1_618_884_473_000;
const options = {
  keyOf: (keyid: string): HttpKey | undefined => KEYS[keyid],
  now: CREATED + 1000,
  components: ['content-type'],
  parameters: [],
  lifeMs: 30_000,
};

/** Section B.2.4: a response, signed with ECDSA on P-256. */
const B24 = {
  input:
    'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
  signature:
    'sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:',
};

const read = (context: TestContext): Appendix =>
  JSON.parse(thirdParty('http/rfc9421-appendix-b2.json') ?? context.skip(THIRD_PARTY_ABSENT));

describe('a digest that is covered by one member', () => {
  it('is checked like all of it', async () => {
    const body = utf8('{}');
    const key: HttpKey = { alg: 'hmac-sha256', secret: new Uint8Array(32) };
    const member = '"content-digest";key="sha-256"';
    const list = `(${member});created=${CREATED / 1000};keyid="k"`;
    const digest = digestField(body);
    const base = `${member}: ${digest.slice('sha-256='.length)}\n"@signature-params": ${list}`;
    const message = {
      method: 'POST',
      url: 'https://a.example/',
      headers: {
        'content-digest': digest,
        'signature-input': `a=${list}`,
        signature: `a=:${base64(hmacSha256(key.secret, utf8(base)))}:`,
      },
      body,
    };
    const verifier = { ...options, components: [member], keyOf: () => key };
    expect((await verifyHttpSignature(message, verifier)).covered).toEqual([member]);
    const changed = verifyHttpSignature({ ...message, body: utf8('[]') }, verifier);
    expect(await codeRejectedBy(changed)).toBe('CRYPTO_HTTP_DIGEST');
  });
});

describe('the test cases of RFC 9421 appendix B.2', () => {
  it('verify, and change with every field that they cover', async (context) => {
    proves('decision.D11');
    const appendix = read(context);
    const { method, scheme, authority, path, query, headers, body } = appendix.request;
    expect(appendix.cases.length).toBeGreaterThan(0);
    for (const { label, keyid, signatureInput, signature } of appendix.cases) {
      const fields = {
        ...headers,
        'signature-input': `${label}=${signatureInput}`,
        signature: `${label}=:${signature}:`,
      };
      const request: HttpRequest = {
        method,
        url: `${scheme}://${authority}${path}${query}`,
        headers: fields,
        body: utf8(body),
      };
      const verified = await verifyHttpSignature(request, { ...options, label });
      expect({ keyid: verified.keyid, created: verified.created }).toEqual({ keyid, created: CREATED });
      for (const name of verified.covered.map((identifier) => identifier.slice(1, -1))) {
        if (name.startsWith('@')) continue;
        const changed = { ...request, headers: { ...fields, [name]: 'text/plain' } };
        expect(await codeRejectedBy(verifyHttpSignature(changed, { ...options, label })), name).toBe(
          'CRYPTO_HTTP_BAD_SIGNATURE',
        );
      }
      for (const other of [
        {
          ...request,
          url: `${scheme}://other.example${path}${query}`,
          headers: { ...fields, host: [] },
        },
        {
          ...request,
          headers: { ...fields, signature: `${label}=:${signature.replace(/^./, '0')}:` },
        },
      ])
        expect(await codeRejectedBy(verifyHttpSignature(other, { ...options, label }))).toBe(
          'CRYPTO_HTTP_BAD_SIGNATURE',
        );
    }
  });

  it('verify in a response by ECDSA, and its digest is that of the body', async (context) => {
    const { status, headers, body } = read(context).response;
    const response = {
      status,
      headers: { ...headers, 'signature-input': B24.input, signature: B24.signature },
      body: utf8(body),
    };
    const verified = await verifyHttpSignature(response, options);
    expect(verified.covered).toContain('"@status"');
    requireDigest(headers['content-digest'], response.body);
    const refused = async (changed: typeof response): Promise<unknown> =>
      codeRejectedBy(verifyHttpSignature(changed, options));
    expect(await refused({ ...response, status: 503 })).toBe('CRYPTO_HTTP_BAD_SIGNATURE');
    expect(await refused({ ...response, body: utf8('{}') })).toBe('CRYPTO_HTTP_DIGEST');
  });
});
