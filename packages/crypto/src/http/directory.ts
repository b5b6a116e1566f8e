import { isTtpError, type Signer, TtpError } from '@ttp/core';
import { fromUtf8, utf8 } from '../bytes.js';
import { fromBase64url } from '../encoding/base64.js';
import { parseJson } from '../json/parse.js';
import { registerKey } from '../keys.js';
import { HTTP_DIRECTORY_MAX_KEYS, HTTP_FIELD_MAX_CHARS, WEB_BOT_AUTH_MAX_LIFE_MS } from '../limits.js';
import { jwkOf, jwkThumbprint } from './jwk.js';
import {
  type HttpRequest,
  type HttpResponse,
  type ReadMessage,
  readRequest,
  readResponse,
} from './message.js';
import { signContext, withDigest } from './sign.js';
import { parseDictionary } from './structured.js';
import { verifyContext } from './verify.js';

/** Where the keys of an agent stand (draft-meunier-http-message-signatures-directory). */
export const KEY_DIRECTORY_PATH = '/.well-known/http-message-signatures-directory';
/** The media type of a key directory. */
export const KEY_DIRECTORY_TYPE = 'application/http-message-signatures-directory+json';

const TAG = 'http-message-signatures-directory';
const AUTHORITY = '"@authority";req';

/** What {@link signKeyDirectory} makes a directory of. */
export interface KeyDirectoryInput {
  /** The request that is answered: each signature is for its host. */
  readonly request: HttpRequest;
  /** One for each key, at most 8; each signs for itself. */
  readonly signers: readonly Signer[];
  /** Wall clock, ms. */
  readonly now: number;
  /** How long the response is good, ms: at most 24 h. */
  readonly lifeMs: number;
}

/**
 * The response that publishes the keys of an agent, signed by each: nobody lists a key as theirs that they do not hold.
 *
 * @throws CRYPTO_HTTP_DIRECTORY for none or too many signers; CRYPTO_BAD_PARAMETER for a life that is not 1 s to
 *   24 h; what `signRequest` throws
 */
export async function signKeyDirectory(input: KeyDirectoryInput): Promise<Required<HttpResponse>> {
  const { signers, now, lifeMs } = input;
  const keys = signers.map(({ publicKey }) => ({ ...jwkOf(publicKey), kid: jwkThumbprint(publicKey) }));
  if (keys.length === 0 || keys.length > HTTP_DIRECTORY_MAX_KEYS)
    throw new TtpError('CRYPTO_HTTP_DIRECTORY', `a directory has 1 to ${HTTP_DIRECTORY_MAX_KEYS} keys`);
  const body = utf8(JSON.stringify({ keys }));
  let headers: Readonly<Record<string, string>> = { 'Content-Type': KEY_DIRECTORY_TYPE };
  const request = readRequest(input.request);
  for (const [i, signer] of signers.entries()) {
    const { message, digest } = withDigest(readResponse({ status: 200, headers, body }));
    const signed = await signContext(
      { message, request },
      {
        label: `binding${i}`,
        signer,
        keyid: jwkThumbprint(signer.publicKey),
        components: [AUTHORITY, 'content-digest'],
        now,
        lifeMs,
        tag: TAG,
      },
    );
    headers = { ...headers, 'Content-Digest': digest, ...signed.headers };
  }
  return { status: 200, headers, body };
}

/** A key of a directory, proven by its own signature. */
export interface DirectoryKey {
  /** Its JWK thumbprint. */
  readonly keyid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/**
 * The Ed25519 keys of a directory that signed it for the host that was asked. Keys of other kinds, weak ones, those
 * outside their `nbf` and `exp`, and those without a signature of their own are left out.
 *
 * @param response as it was fetched, over https and by a guarded fetch
 * @param options `request` that fetched it; `now` wall clock, ms
 * @throws CRYPTO_HTTP_DIRECTORY, CRYPTO_HTTP_MESSAGE, CRYPTO_HTTP_SYNTAX; what `parseJson` throws
 */
export async function readKeyDirectory(
  response: HttpResponse,
  options: { readonly request: HttpRequest; readonly now: number },
): Promise<readonly DirectoryKey[]> {
  const message = readResponse(response);
  const [type] = (message.fields.get('content-type') ?? '').split(';');
  if (message.status !== 200 || type?.trim().toLowerCase() !== KEY_DIRECTORY_TYPE)
    throw new TtpError('CRYPTO_HTTP_DIRECTORY', 'not the response of a key directory');
  const listed = keysIn(message.body, options.now);
  const request = readRequest(options.request);
  const proven = new Map<string, DirectoryKey>();
  for (const label of labelsOf(message))
    for (const key of await provenBy(label, { message, request }, listed, options.now))
      proven.set(key.keyid, key);
  return [...proven.values()];
}

const labelsOf = ({ fields }: ReadMessage): Iterable<string> =>
  parseDictionary(fields.get('signature-input') ?? '').keys();

/** The key whose signature stands under the label, in a list; none for whatever does not verify. */
async function provenBy(
  label: string,
  context: { readonly message: ReadMessage; readonly request: ReadMessage },
  listed: readonly DirectoryKey[],
  now: number,
): Promise<readonly DirectoryKey[]> {
  const rules = {
    label,
    tag: TAG,
    components: [AUTHORITY],
    parameters: ['expires'],
    lifeMs: WEB_BOT_AUTH_MAX_LIFE_MS,
  } as const;
  const find = (keyid: string): DirectoryKey | undefined => listed.find((key) => key.keyid === keyid);
  const keyOf = (keyid: string): { alg: 'ed25519'; publicKey: Uint8Array } | undefined => {
    const key = find(keyid);
    return key && { alg: 'ed25519', publicKey: key.publicKey };
  };
  try {
    const { keyid } = await verifyContext(context, rules, { keyOf, now }, undefined);
    const key = find(keyid);
    return key === undefined ? [] : [key];
  } catch (error) {
    if (isTtpError(error)) return []; // a signature that does not verify proves no key, and disproves no other
    throw error;
  }
}

/** The usable keys of the body. */
function keysIn(body: Uint8Array, now: number): readonly DirectoryKey[] {
  const json = parseJson(fromUtf8(body), { profile: 'foreign', maxBytes: HTTP_FIELD_MAX_CHARS });
  const keys: unknown = isRecord(json) ? json['keys'] : undefined;
  if (!Array.isArray(keys) || keys.length > HTTP_DIRECTORY_MAX_KEYS)
    throw new TtpError('CRYPTO_HTTP_DIRECTORY', `not a list of at most ${HTTP_DIRECTORY_MAX_KEYS} keys`);
  return keys.flatMap((key: unknown) => usable(key, now));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function usable(key: unknown, now: number): readonly DirectoryKey[] {
  if (!isRecord(key) || key['kty'] !== 'OKP' || key['crv'] !== 'Ed25519') return [];
  const { x, nbf, exp } = key;
  if (typeof x !== 'string' || !isPast(nbf, now, true) || !isPast(exp, now, false)) return [];
  try {
    const publicKey = fromBase64url(x);
    registerKey(publicKey);
    return [{ keyid: jwkThumbprint(publicKey), publicKey }];
  } catch {
    return []; // not the encoding of a sound key
  }
}

/** Whether a bound in seconds is past, as it has to be for `nbf`, or not, as for `exp`; true where there is none. */
function isPast(bound: unknown, now: number, wanted: boolean): boolean {
  if (bound === undefined) return true;
  return typeof bound === 'number' && bound * 1000 <= now === wanted;
}
