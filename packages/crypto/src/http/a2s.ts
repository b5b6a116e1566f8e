import type { Random, Signer } from '@ttp/core';
import { base64url } from '../encoding/base64.js';
import { HTTP_SIGNATURE_LIFE_MS } from '../limits.js';
import type { ReplayGuard } from '../replay.js';
import {
  type HttpRequest,
  type HttpResponse,
  type ReadMessage,
  readRequest,
  readResponse,
} from './message.js';
import { type SignedHttp, signContext, withDigest } from './sign.js';
import { findSignature } from './signatures.js';
import { type HttpVerifier, type SignatureRules, type VerifiedHttp, verifyContext } from './verify.js';

/** The tag of signatures between agents and services (decision D11). */
export const A2S_TAG = 'ttp-a2s';
/** What a signature of a request covers at least (decision D11). */
export const A2S_REQUEST_COMPONENTS: readonly string[] = [
  '@method',
  '@authority',
  '@path',
  '@query',
  'content-digest',
];

const LABEL = 'ttp';
const NONCE_BYTES = 32;

/** Who signs a message, and when. */
export interface HttpSigning {
  /** Carries `http-signature`; its `kid` is the `keyid`. */
  readonly signer: Signer;
  readonly random: Random;
  /** Wall clock, ms. */
  readonly now: number;
  /** What is covered besides, as field names or identifiers; `content-type` always is where the message has one. */
  readonly components?: readonly string[];
  /** Name of the signature in its fields, a key of structured fields; `ttp` unless given. */
  readonly label?: string;
}

/**
 * Signs a request between agents and services: method, host, path, query, content and its type, for 30 seconds and one use
 * (RFC 9421, RFC 9530, decision D11, flaw.A1). Set the returned fields on the request, and change nothing after it.
 *
 * @throws CRYPTO_HTTP_MESSAGE, CRYPTO_HTTP_COMPONENT, CRYPTO_HTTP_DIGEST, CRYPTO_HTTP_SYNTAX,
 *   CRYPTO_SIGNATURE_FAILED; what the signer throws
 */
export async function signRequest(request: HttpRequest, signing: HttpSigning): Promise<SignedHttp> {
  return signWith(A2S_REQUEST_COMPONENTS, readRequest(request), undefined, signing);
}

/**
 * Signs the response to a signed request. It covers status and content, and by `;req` the request and its very
 * signature: a response cannot be given to another request. Verify the request first.
 *
 * @throws what {@link signRequest} throws; CRYPTO_HTTP_NO_SIGNATURE where the request has no such signature
 */
export async function signResponse(
  response: HttpResponse,
  { request, ...signing }: HttpSigning & { readonly request: HttpRequest },
): Promise<SignedHttp> {
  const asked = readRequest(request);
  return signWith(responseComponents(asked), readResponse(response), asked, signing);
}

async function signWith(
  required: readonly string[],
  read: ReadMessage,
  request: ReadMessage | undefined,
  { signer, random, now, components = [], label = LABEL }: HttpSigning,
): Promise<SignedHttp> {
  const { message, digest } = withDigest(read);
  const typed = message.fields.has('content-type') ? ['content-type'] : [];
  const signed = await signContext(request === undefined ? { message } : { message, request }, {
    label,
    signer,
    keyid: signer.kid,
    components: [...new Set([...required, ...typed, ...components])],
    now,
    lifeMs: HTTP_SIGNATURE_LIFE_MS,
    nonce: base64url(random.bytes(NONCE_BYTES)),
    tag: A2S_TAG,
  });
  return { ...signed, headers: { 'Content-Digest': digest, ...signed.headers } };
}

/** What the signature of a response covers at least: which label the signature of the request has is looked up. */
function responseComponents(request: ReadMessage): readonly string[] {
  const { label } = findSignature(request, { tag: A2S_TAG });
  return [
    '@status',
    'content-digest',
    ...A2S_REQUEST_COMPONENTS.map((name) => `"${name}";req`),
    `"signature";req;key="${label}"`,
  ];
}

const rules = (components: readonly string[], more: readonly string[] = []): SignatureRules => ({
  tag: A2S_TAG,
  components: [...components, ...more],
  parameters: ['expires', 'nonce', 'tag'],
  lifeMs: HTTP_SIGNATURE_LIFE_MS,
  nonceBytes: NONCE_BYTES,
});

/**
 * Verifies a signed request, once. `components` of the options says what it has to cover besides. Nothing that the result does not list in `covered` is authenticated, and no
 * other field may be trusted (`withoutInternalFields`).
 *
 * @param options `replay` remembers nonces, so keep one for as long as the process lives
 * @throws CRYPTO_HTTP_MESSAGE, CRYPTO_HTTP_SYNTAX, CRYPTO_HTTP_NO_SIGNATURE, CRYPTO_HTTP_PARAMETER,
 *   CRYPTO_HTTP_EXPIRED, CRYPTO_MESSAGE_FUTURE, CRYPTO_HTTP_COVERAGE, CRYPTO_HTTP_COMPONENT,
 *   CRYPTO_HTTP_KEY_UNKNOWN, CRYPTO_HTTP_ALGORITHM, CRYPTO_HTTP_BAD_SIGNATURE, CRYPTO_HTTP_DIGEST, and what a replay
 *   guard throws
 */
export async function verifyRequest(
  request: HttpRequest,
  options: HttpVerifier & { readonly replay: ReplayGuard; readonly components?: readonly string[] },
): Promise<VerifiedHttp> {
  return verifyContext(
    { message: readRequest(request) },
    rules(A2S_REQUEST_COMPONENTS, options.components),
    options,
    options.replay,
  );
}

/**
 * Verifies the response to a request that was signed. Replay needs no guard: the response covers the signature of
 * this request, and so its nonce.
 *
 * @param options `request` as it was sent, with its signature; `keyOf` should know the service that was asked alone
 * @throws what {@link verifyRequest} throws, but nothing of a replay guard
 */
export async function verifyResponse(
  response: HttpResponse,
  options: HttpVerifier & { readonly request: HttpRequest; readonly components?: readonly string[] },
): Promise<VerifiedHttp> {
  const request = readRequest(options.request);
  return verifyContext(
    { message: readResponse(response), request },
    rules(responseComponents(request), options.components),
    options,
    undefined,
  );
}
