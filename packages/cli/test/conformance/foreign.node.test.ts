import { isJsonObject, type JsonObject } from '@ttp/core';
import { fromBase64, fromBase64url, hex, parseJson, utf8 } from '@ttp/crypto';
import { THIRD_PARTY_ABSENT, thirdParty } from '@ttp/testkit';
import { describe, expect, it, type TestContext } from 'vitest';
import { operations } from '../../src/conformance/operations.js';
import { answer } from '../../src/conformance/protocol.js';

const OPERATIONS = operations();

/** What an operation answers: its result, or the code of its error. */
async function ask(op: string, args: object): Promise<JsonObject | string> {
  const line = await answer(utf8(JSON.stringify({ id: 0, op, ...args })), OPERATIONS);
  const { result, error } = Object(parseJson(line, { profile: 'foreign' }));
  return isJsonObject(result) ? result : String(error.code);
}

const theirs = (context: TestContext, name: string): string =>
  thirdParty(name) ?? context.skip(THIRD_PARTY_ABSENT);

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
  readonly cases: readonly {
    readonly label: string;
    readonly keyid: string;
    readonly alg: string;
    readonly signatureInput: string;
    readonly signature: string;
  }[];
}

/** The public test keys of RFC 9421 appendix B.1, as the protocol takes keys. */
const HTTP_KEYS = {
  'test-key-ed25519': {
    alg: 'ed25519',
    publicKey: hex(fromBase64url('JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs')),
  },
  'test-shared-secret': {
    alg: 'hmac-sha256',
    publicKey: hex(
      fromBase64('uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=='),
    ),
  },
};

/** A case of the appendix as a request. */
function asked(context: TestContext, label: string) {
  const { request, cases }: Appendix = JSON.parse(theirs(context, 'http/rfc9421-appendix-b2.json'));
  const { method, scheme, authority, path, query, headers, body } = request;
  const [signed] = cases.filter((one) => one.label === label);
  const fields = [
    ...Object.entries(headers),
    ['Signature-Input', `${label}=${signed?.signatureInput ?? ''}`],
    ['Signature', `${label}=:${signed?.signature ?? ''}:`],
  ];
  const url = `${scheme}://${authority}${path}${query}`;
  return {
    request: { method, url, headers: fields, body: hex(utf8(body)) },
    keys: HTTP_KEYS,
    now: 1_618_884_474_000,
  };
}

describe('httpsig.verify, on RFC 9421 appendix B.2', () => {
  it.for(['sig-b25', 'sig-b26'])(
    'verifies %s, by its label and without, body as bytes or as text',
    async (label, context) => {
      const args = asked(context, label);
      const covered: unknown = expect.arrayContaining(['"date"', '"@authority"', '"content-type"']);
      expect(await ask('httpsig.verify', args)).toMatchObject({ valid: true, label, covered });
      expect(await ask('httpsig.verify', { ...args, label })).toMatchObject({ valid: true, covered });
      const text = { ...args, request: { ...args.request, body: '{"hello": "world"}' } };
      expect(await ask('httpsig.verify', text)).toMatchObject({ valid: true });
    },
  );

  it('refuses what was changed, is of the future, unknown or of an algorithm that is not there', async (context) => {
    const args = asked(context, 'sig-b26');
    const { request, keys } = args;
    const refused = async (change: object): Promise<unknown> => {
      const answered = await ask('httpsig.verify', { ...args, ...change });
      return typeof answered === 'string' ? answered : [answered['valid'], answered['code']];
    };
    expect(await refused({ request: { ...request, method: 'PUT' } })).toEqual([
      false,
      'CRYPTO_HTTP_BAD_SIGNATURE',
    ]);
    expect(await refused({ request: { ...request, url: 'https://example.org/foo' } })).toEqual([
      false,
      'CRYPTO_HTTP_MESSAGE',
    ]);
    expect(await refused({ label: 'sig-b25' })).toEqual([false, 'CRYPTO_HTTP_NO_SIGNATURE']);
    expect(await refused({ keys: {} })).toEqual([false, 'CRYPTO_HTTP_KEY_UNKNOWN']);
    expect(await refused({ now: 1_600_000_000_000 })).toEqual([false, 'CRYPTO_MESSAGE_FUTURE']);
    expect(await refused({ components: ['@query'] })).toEqual([false, 'CRYPTO_HTTP_COVERAGE']);
    expect(await refused({ tag: 'other' })).toEqual([false, 'CRYPTO_HTTP_NO_SIGNATURE']);
    const rsa = { 'test-key-ed25519': { ...keys['test-key-ed25519'], alg: 'rsa-pss-sha512' } };
    expect(await refused({ keys: rsa })).toBe('CONFORMANCE_NOT_IMPLEMENTED');
    const kind = { 'test-key-ed25519': { ...keys['test-key-ed25519'], alg: 'hmac-sha256' } };
    expect(await refused({ keys: kind })).toEqual([false, 'CRYPTO_HTTP_BAD_SIGNATURE']);
  });
});

describe('dataintegrity.verify, on the example of VC-DI-EdDSA', () => {
  const FOLDER = 'did/eddsa-jcs-2022';

  it('verifies it, and no document that says anything else', async (context) => {
    const text = theirs(context, `${FOLDER}/signedJCS.json`);
    const { publicKeyMultibase } = JSON.parse(theirs(context, `${FOLDER}/keyPair.json`));
    const verified = await ask('dataintegrity.verify', { text, publicKeyMultibase });
    expect(verified).toMatchObject({ valid: true });
    const refused = async (change: object): Promise<unknown> =>
      Object(await ask('dataintegrity.verify', { text, publicKeyMultibase, ...change })).code;
    expect(await refused({ text: text.replace('Alumni', 'Alumna') })).toBe('CRYPTO_FOREIGN_BAD_SIGNATURE');
    expect(await refused({ text: theirs(context, `${FOLDER}/unsigned.json`) })).toBe('CRYPTO_FOREIGN_SHAPE');
    const other = 'z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw';
    expect(await refused({ publicKeyMultibase: other })).toBe('CRYPTO_FOREIGN_BAD_SIGNATURE');
    const ends = text.replace('"cryptosuite"', '"expires":"2024-01-01T00:00:00Z","cryptosuite"');
    // Without a time nobody can say that it has not ended.
    expect(await refused({ text: ends })).toBe('CRYPTO_FOREIGN_EXPIRED');
    expect(await refused({ text: ends, now: 1_600_000_000_000 })).toBe('CRYPTO_FOREIGN_BAD_SIGNATURE');
    expect(await ask('dataintegrity.verify', { text, publicKeyMultibase: 'zzz' })).toBe(
      'CONFORMANCE_BAD_REQUEST',
    );
  });
});

describe('identifiers of others', () => {
  it('did.key', async (context) => {
    const cases: Record<string, { seed: string; verificationKeyPair: object }> = JSON.parse(
      theirs(context, 'did/did-key-ed25519.json'),
    );
    const dids = Object.keys(cases);
    expect(dids.length).toBeGreaterThan(2);
    for (const did of dids) {
      const key = await ask('did.key', { did });
      const { data } = Object(await ask('multibase.decode', { text: did.slice('did:key:'.length) }));
      expect(key, did).toEqual({ publicKey: String(data).slice('ed01'.length) });
    }
  });

  it('multibase.decode', async (context) => {
    const lines = theirs(context, 'did/multibase-basic.csv').trim().split('\n').slice(1);
    let base58 = 0;
    for (const line of lines) {
      const [encoding = '', quoted = ''] = line.split(', ', 2);
      const decoded = await ask('multibase.decode', { text: quoted.slice(1, -1) });
      if (encoding !== 'base58btc') expect(decoded, encoding).toBe('CRYPTO_BAD_MULTIBASE');
      else {
        base58++;
        expect(decoded).toEqual({ data: hex(utf8('yes mani !')) });
      }
    }
    expect(base58).toBe(1);
  });
});
