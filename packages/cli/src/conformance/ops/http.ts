import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { createReplayGuard, fromHex, utf8 } from '@ttp/crypto';
import {
  A2S_TAG,
  type HttpKey,
  type HttpRequest,
  type HttpResponse,
  type HttpVerifier,
  type VerifiedHttp,
  verifyHttpSignature,
  verifyRequest,
  verifyResponse,
} from '@ttp/crypto/http';
import { badArgument, hexBytes, notImplemented, object, text, texts, time } from '../arguments.js';
import { foreignKey, named } from '../foreign-keys.js';
import type { Operation } from '../protocol.js';
import { laterVerdict } from '../verdict.js';

/** How long others' signatures live that say no end: 100 years. The rules of their profile are not known here. */
const FOREIGN_LIFE_MS = 3_155_760_000_000;

/** Signed HTTP messages. */
export const HTTP_OPERATIONS: Readonly<Record<string, Operation>> = {
  async 'httpsig.verify'(args) {
    const request = requestOf(object(args, 'request'));
    const response = args.get('response') === undefined ? undefined : responseOf(object(args, 'response'));
    const keys = object(args, 'keys');
    const now = time(args, 'now');
    const label = args.get('label') === undefined ? undefined : text(args, 'label');
    const tag = args.get('tag') === undefined ? undefined : text(args, 'tag');
    const components = args.get('components') === undefined ? [] : texts(args, 'components');
    return laterVerdict(async () => {
      const verifier: HttpVerifier = { keyOf: (keyid) => keyAt(named(keys, keyid)), now };
      const message = response ?? request;
      if (tag === A2S_TAG || (label === undefined && isOurs(message)))
        return said(await ours(request, response, verifier));
      const verified = await verifyHttpSignature(message, {
        ...verifier,
        components,
        parameters: [],
        lifeMs: FOREIGN_LIFE_MS,
        ...(label === undefined ? {} : { label }),
        ...(tag === undefined ? {} : { tag }),
        ...(response === undefined ? {} : { request }),
      });
      return said(verified.tag === A2S_TAG ? await ours(request, response, verifier) : verified);
    });
  },
};

/** By the profile of signatures between agents and services (decision D11), which is stricter than the RFC. */
const ours = (
  request: HttpRequest,
  response: HttpResponse | undefined,
  verifier: HttpVerifier,
): Promise<VerifiedHttp> =>
  response === undefined
    ? verifyRequest(request, { ...verifier, replay: createReplayGuard({ bootAt: 0 }) })
    : verifyResponse(response, { ...verifier, request });

const said = ({ covered, label, keyid, created, expires }: VerifiedHttp): JsonObject => ({
  covered,
  label,
  keyid,
  created,
  expires,
});

interface Fields {
  readonly headers: readonly (readonly [string, string])[];
}

/** Whether a signature of the message says that it is one of ours; where it does not, nobody is held to our rules. */
const isOurs = ({ headers }: Fields): boolean =>
  headers.some(
    ([name, value]) => name.toLowerCase() === 'signature-input' && value.includes(`tag="${A2S_TAG}"`),
  );

function requestOf({ method, url, headers, body }: JsonObject): HttpRequest & Fields {
  if (typeof method !== 'string' || typeof url !== 'string') return badArgument('request');
  return { method, url, headers: fields(headers, 'request'), body: content(body, 'request') };
}

function responseOf({ status, headers, body }: JsonObject): HttpResponse & Fields {
  if (typeof status !== 'number') return badArgument('response');
  return { status, headers: fields(headers, 'response'), body: content(body, 'response') };
}

function fields(headers: Json | undefined, name: string): Fields['headers'] {
  if (!Array.isArray(headers)) return badArgument(name);
  return headers.map((field: Json) => {
    if (!Array.isArray(field) || field.length !== 2) return badArgument(name);
    const [key, value]: readonly Json[] = field;
    return typeof key === 'string' && typeof value === 'string' ? [key, value] : badArgument(name);
  });
}

/** Bytes as the protocol writes them; a body that is no hexadecimal digits is its text, as vectors mostly have it. */
function content(body: Json | undefined, name: string): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body !== 'string') return badArgument(name);
  return /^(?:[0-9a-f]{2})*$/.test(body) ? fromHex(body) : utf8(body);
}

function keyAt(key: Json | undefined): HttpKey | undefined {
  if (key === undefined) return undefined;
  if (!isJsonObject(key)) return badArgument('keys');
  const { alg, publicKey, secret } = key;
  if (typeof alg !== 'string') return badArgument('keys');
  const digits = alg === 'hmac-sha256' ? (secret ?? publicKey) : publicKey;
  if (typeof digits !== 'string') return badArgument('keys');
  if (alg === 'ed25519' && digits.startsWith('z'))
    return { alg, publicKey: foreignKey(digits, 'keys').publicKey };
  const material = hexBytes(digits, 'keys');
  if (alg === 'hmac-sha256') return { alg, secret: material };
  if (alg === 'ed25519' || alg === 'ecdsa-p256-sha256') return { alg, publicKey: material };
  return notImplemented(`keys: ${alg}`);
}
