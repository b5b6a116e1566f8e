import { isTtpError } from '@ttp/core';
import { requireDigest, verifyRequest } from '../src/http/index.js';
import { parseDictionary, parseItem } from '../src/http/structured.js';
import {
  canonicalize,
  createReplayGuard,
  decodeEnvelope,
  fromBase64,
  fromBase64url,
  fromHex,
  fromMultikey,
  parseJson,
  utf8,
  verifySignature,
} from '../src/index.js';
import { readCbor } from '../src/interop/cbor.js';
import { timeOf } from '../src/interop/date-time.js';
import { rawOfDer } from '../src/interop/der-signature.js';
import { keyOfJwk, keysOfJwks, verifyCose, verifyDsse, verifyJws } from '../src/interop/index.js';
import { NOW, REQUEST } from './http/fixtures.js';

/** The Multikey of nobody here. */
export const KEY = 'z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX';
const publicKey = fromMultikey(KEY);
const nobody = (): undefined => undefined;

/** A reader of hostile text: what it reads, and a family of inputs that grows, each of them as bad as it gets. */
export interface Reader {
  readonly name: string;
  readonly seeds: readonly string[];
  readonly read: (text: string) => unknown;
  /** Inputs of about `n` characters. */
  readonly worst: readonly ((n: number) => string)[];
}

const json = (read: (text: string) => unknown) => ({
  read,
  worst: [
    (n: number) => `[${'1,'.repeat(n / 2)}1]`,
    (n: number) => `"${'\\u00e9'.repeat(n / 6)}"`,
    (n: number) => `"${'é\\"'.repeat(n / 3)}"`,
    (n: number) => `{${Array.from({ length: n / 8 }, (_, i) => `"k${i}":1`).join(',')}}`,
    (n: number) => `{${Array.from({ length: n / 8 }, (_, i) => `"k${n - i}":1`).join(',')}}`,
    (n: number) => `[${'{"a":[],"b":{}},'.repeat(n / 16)}0]`,
    (n: number) => `${'['.repeat(16)}${'[],'.repeat(n / 3)}`,
    (n: number) => `-${'1'.repeat(n)}`,
    (n: number) => `0.${'1'.repeat(n)}`,
    (n: number) => ' '.repeat(n),
    (n: number) => `"${'a'.repeat(n)}`,
  ],
});

/** An HTTP request with these fields beside its own. */
export const requestWith = (name: string, value: string): unknown =>
  verifyRequest(
    { ...REQUEST, headers: [...REQUEST.headers, [name, value]] },
    { keyOf: nobody, now: NOW, replay: createReplayGuard({ bootAt: 0 }) },
  ).catch((error: unknown) => {
    if (!isTtpError(error)) throw error;
  });

export const READERS: readonly Reader[] = [
  {
    name: 'JSON',
    seeds: ['{"a":[1,-2.5e3,"\\u00e9",{"b":null}],"c":true}'],
    ...json((text) => parseJson(text)),
  },
  {
    name: 'foreign JSON',
    seeds: ['{"a":[1,-2.5e3,"\\u00e9",{"b":null}],"c":true}'],
    ...json((text) => parseJson(text, { profile: 'foreign' })),
  },
  {
    name: 'canonical JSON',
    seeds: ['{"a":[1,-2,"é",{"b":null}],"c":true}'],
    ...json((text) => canonicalize(parseJson(text, { profile: 'foreign' }))),
  },
  {
    name: 'an envelope',
    seeds: ['{"body":{"a":[1]},"head":{"iat":1,"iss":"did:ttp:agent:x"},"sigs":[],"type":"ttp/policy@1"}'],
    read: (text) => decodeEnvelope(text),
    worst: [
      (n) =>
        `{"body":{"a":[${'1,'.repeat(n / 2)}1]},"head":{"iat":1,"iss":"did:a:b"},"sigs":[],"type":"ttp/policy@1"}`,
      (n) =>
        `{"body":{},"head":{"iat":1,"iss":"did:a:b"},"sigs":[${Array.from(
          { length: n / 64 },
          (_, i) => `{"kid":"did:a:b#k${String(i).padStart(9, '0')}","sig":"${'A'.repeat(86)}"}`,
        ).join(',')}],"type":"ttp/policy@1"}`,
      (n) => `{"body":{},"head":{"iat":1,"iss":"did:${'a'.repeat(n)}"},"sigs":[],"type":"ttp/policy@1"}`,
    ],
  },
  {
    name: 'base64',
    seeds: ['AAECAwQFBgcICQoLDA0ODw==', 'AAA='],
    read: fromBase64,
    worst: [(n) => 'A'.repeat(n), (n) => `${'A'.repeat(n - 4)}====`, (n) => '='.repeat(n)],
  },
  {
    name: 'base64url',
    seeds: ['AAECAwQFBgcICQoLDA0ODw'],
    read: fromBase64url,
    worst: [(n) => '_'.repeat(n), (n) => `${'A'.repeat(n)}=`],
  },
  { name: 'hex', seeds: ['00ff'], read: fromHex, worst: [(n) => 'f'.repeat(n), (n) => `${'f'.repeat(n)}g`] },
  {
    name: 'a structured dictionary',
    seeds: ['sig=("@method" "content-digest";req);created=1;keyid="k";alg="ed25519", b=:AAA=:, c=?1, d=-1.5'],
    read: parseDictionary,
    worst: [
      (n) => Array.from({ length: n / 8 }, (_, i) => `k${i}=1`).join(','),
      (n) => `a=(${'"x" '.repeat(n / 4)})`,
      (n) => `a=1${';p=1'.repeat(n / 4)}`,
      (n) => `a="${'\\"'.repeat(n / 2)}"`,
      (n) => `a=:${'A'.repeat(n)}:`,
      (n) => `a=(${' '.repeat(n)})`,
      (n) => 'a, '.repeat(n / 3),
    ],
  },
  {
    name: 'a structured item',
    seeds: ['"text";a=1', ':AAA=:', '?0', '1.5', 'token'],
    read: parseItem,
    worst: [
      (n) => `"${'a'.repeat(n)}"`,
      (n) => 't'.repeat(n),
      (n) => '1'.repeat(n),
      (n) => `x${';a'.repeat(n / 2)}`,
    ],
  },
  {
    name: 'the Signature-Input of a request',
    seeds: ['sig=("@method" "@authority");created=1;keyid="k";tag="ttp-a2s"'],
    read: (text) => requestWith('signature-input', text),
    worst: [
      (n) => Array.from({ length: n / 20 }, (_, i) => `s${i}=("@method"), `).join(''),
      (n) => 'a'.repeat(n),
    ],
  },
  {
    name: 'a Content-Digest',
    seeds: ['sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
    read: (text) => requireDigest(text, utf8('')),
    worst: [
      (n) => `sha-256=:${'A'.repeat(n)}:`,
      (n) => Array.from({ length: n / 8 }, (_, i) => `a${i}=:AA==:`).join(','),
    ],
  },
  ...(['signed-note', 'http-signature'] as const).map(
    (purpose): Reader => ({
      name: `what is signed as ${purpose}`,
      seeds: ['example.com/log\n7\nroot=\n', '"@method": POST\n"@signature-params": ("@method");created=1'],
      read: (text) =>
        verifySignature({ purpose, payload: utf8(text), signature: new Uint8Array(64), publicKey }),
      worst: [
        (n) => 'a\n'.repeat(n / 2),
        (n) => `${Array.from({ length: n / 12 }, (_, i) => `"h${i}": x\n`).join('')}"@signature-params": ()`,
        (n) => `"a": ${'x'.repeat(n)}\n"@signature-params": ("a")${';a'.repeat(n / 2)}`,
        (n) => `"a"${';a="'.repeat(n / 4)}: x`,
      ],
    }),
  ),
  {
    name: 'CBOR',
    seeds: ['\u0084\u0043\u00a1\u0001\u0027\u00a0\u0042hi\u0040', '\u00a2\u0001\u0002\u0061a\u00f5'],
    read: (text) => readCbor(latin(text)),
    worst: [
      (n) => `\u0099${count16(n)}${'\u0000'.repeat(n)}`,
      (n) => `\u0079${count16(n)}${'a'.repeat(n)}`,
      (n) =>
        `\u00b9${count16(n / 4)}${Array.from({ length: n / 4 }, (_, i) => `\u0019${count16(300 + i)}\u0000`).join('')}`,
      (n) => '\u0081'.repeat(n),
    ],
  },
  {
    name: 'COSE',
    seeds: ['\u00d2\u0084\u0043\u00a1\u0001\u0027\u00a0\u0042hi\u0040'],
    read: (text) => verifyCose(latin(text), { keyOf: nobody }),
    worst: [(n) => `\u00d2\u0084\u0059${count16(n)}${'\u00a0'.repeat(n)}\u00a0\u0040\u0040`],
  },
  {
    name: 'a DER signature',
    seeds: ['\u0030\u0006\u0002\u0001\u0001\u0002\u0001\u0001'],
    read: (text) => rawOfDer(latin(text)),
    worst: [(n) => `\u0030\u0082${count16(n)}${'\u0002'.repeat(n)}`],
  },
  {
    name: 'a JWS',
    seeds: ['eyJhbGciOiJFZERTQSIsImtpZCI6ImsiLCJ0eXAiOiJKT1NFIn0.e30.AAAA'],
    read: (text) => verifyJws(text, { keyOf: nobody, typ: null }),
    worst: [(n) => '.'.repeat(n), (n) => `${'A'.repeat(n)}.e30.AA`, (n) => `e30.${'A'.repeat(n)}.AA`],
  },
  {
    name: 'DSSE',
    seeds: ['{"payload":"e30=","payloadType":"a/b","signatures":[{"keyid":"k","sig":"AAAA"}]}'],
    read: (text) => verifyDsse(utf8(text), { keys: [], threshold: 1, payloadTypes: ['a/b'] }),
    worst: [
      (n) => `{"payload":"${'A'.repeat(n)}","payloadType":"a/b","signatures":[]}`,
      (n) => `{"payload":"","payloadType":"a/b","signatures":[${'{"sig":""},'.repeat(n / 11)}{"sig":""}]}`,
    ],
  },
  {
    name: 'a date and time',
    seeds: ['2026-01-01T00:00:00Z', '2024-02-29T23:59:59.5+14:00'],
    read: timeOf,
    worst: [(n) => `2026-01-01T00:00:00.${'1'.repeat(n)}Z`, (n) => '2'.repeat(n)],
  },
  {
    name: 'a JWK and a set of them',
    seeds: ['{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}'],
    read(text) {
      const jwk = parseJson(text, { profile: 'foreign' });
      keyOfJwk(jwk);
      return keysOfJwks({ keys: [jwk] });
    },
    worst: [(n) => `{"kty":"OKP","crv":"Ed25519","x":"${'A'.repeat(n)}"}`],
  },
];

const latin = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff);
const count16 = (n: number): string => String.fromCharCode((n >> 8) & 0xff, n & 0xff);
