import { type JsonObject, type Signer, TtpError } from '@ttp/core';
import { base64url, fromBase64url } from '../encoding/base64.js';
import { canonicalBytes } from '../json/canonical.js';
import { FOREIGN_MAX_BYTES } from '../limits.js';
import { jwsInput, readJwsHeader } from './jws-input.js';
import { type ForeignKey, isSignedBy, requireAlgorithm } from './key.js';
import { badSignature, keyUnknown, malformed } from './refuse.js';
import { signForeign } from './sign.js';

/** What {@link signJws} signs. */
export interface SignJwsInput {
  readonly payload: Uint8Array;
  /** Its key carries `jws`. */
  readonly signer: Signer;
  /** What the payload is, such as `JOSE` or `JWT`, so that it is not taken for something else (RFC 8725 3.11). */
  readonly typ: string;
  /** Leaves the payload out of the result (RFC 7515 appendix F). */
  readonly detached?: boolean;
}

/**
 * Signs a payload as a JWS in compact serialization, with `EdDSA` and the key id of the signer (RFC 7515, RFC 8037).
 *
 * @throws CRYPTO_PURPOSE_NOT_ALLOWED for a key that does not carry `jws`, CRYPTO_PURPOSE_FORMAT,
 *   CRYPTO_SIGNATURE_FAILED
 */
export async function signJws({ payload, signer, typ, detached = false }: SignJwsInput): Promise<string> {
  const { header, signature } = await signedHeader(payload, signer, typ);
  return `${header}.${detached ? '' : base64url(payload)}.${signature}`;
}

/** The protected header and signature of a payload, encoded. Throws as {@link signJws}. */
export async function signedHeader(
  payload: Uint8Array,
  signer: Signer,
  typ: string,
): Promise<{ readonly header: string; readonly signature: string }> {
  const header = base64url(canonicalBytes({ alg: 'EdDSA', kid: signer.kid, typ }));
  return { header, signature: base64url(await signForeign(signer, 'jws', jwsInput(header, payload))) };
}

/** What {@link verifyJws} needs to know. */
export interface VerifyJwsOptions {
  /** The key of a key id, from where the reader trusts it: never from the message. Undefined refuses the message. */
  readonly keyOf: (kid: string | undefined) => ForeignKey | undefined;
  /** The `typ` that the message must have; `null` where its protocol has none. */
  readonly typ: string | null;
  /** The payload of a JWS that does not hold it. */
  readonly payload?: Uint8Array;
}

/** What a JWS says, once it verified. */
export interface VerifiedJws {
  readonly payload: Uint8Array;
  readonly kid: string | undefined;
  /** Every member of the protected header. */
  readonly header: JsonObject;
}

/**
 * Verifies a JWS in compact serialization. The algorithm is the key's; `jku`, `jwk`, `x5u` and `x5c` are never
 * followed.
 *
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_TOO_LARGE, CRYPTO_FOREIGN_CRITICAL, CRYPTO_FOREIGN_TYPE,
 *   CRYPTO_FOREIGN_KEY_UNKNOWN, CRYPTO_FOREIGN_ALGORITHM, CRYPTO_FOREIGN_BAD_SIGNATURE, CRYPTO_BAD_BASE64URL and the
 *   CRYPTO_JSON_* codes
 */
export function verifyJws(jws: string, options: VerifyJwsOptions): VerifiedJws {
  if (jws.length > 2 * FOREIGN_MAX_BYTES)
    throw new TtpError('CRYPTO_FOREIGN_TOO_LARGE', `more than ${2 * FOREIGN_MAX_BYTES} characters`);
  const [first, body, signature, ...others] = jws.split('.', 4);
  if (first === undefined || body === undefined || signature === undefined || others.length > 0)
    throw malformed('');
  const header = readJwsHeader(first, 'header');
  const payload = payloadOf(body, options.payload);
  if (header.typ !== (options.typ ?? undefined))
    throw new TtpError('CRYPTO_FOREIGN_TYPE', `typ is ${JSON.stringify(header.typ)}`, {
      field: 'header.typ',
    });
  const key = options.keyOf(header.kid);
  if (key === undefined) throw keyUnknown('header.kid');
  requireAlgorithm(key, header.alg, 'header.alg');
  if (!isSignedBy(key, jwsInput(first, payload), fromBase64url(signature))) throw badSignature('signature');
  return { payload, kid: header.kid, header: header.members };
}

/** The payload, from one of the two places that can hold it. */
function payloadOf(body: string, detached: Uint8Array | undefined): Uint8Array {
  if ((body === '') === (detached === undefined)) throw malformed('payload');
  return detached ?? fromBase64url(body);
}
