import { type JsonObject, TtpError } from '@ttp/core';
import { utf8 } from '../bytes.js';
import { base64url, fromBase64url } from '../encoding/base64.js';
import { parseJson } from '../json/parse.js';
import { JWS_HEADER_MAX_CHARS, KEY_ID_MAX_CHARS } from '../limits.js';
import { malformed, objectAt, textAt } from './refuse.js';

/** A protected header whose members were checked. */
export interface JwsHeader {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  /** All members. `jku`, `jwk` and `x5u` are whatever the sender wrote: nothing here follows them. */
  readonly members: JsonObject;
}

/**
 * Reads a protected header (RFC 7515 section 4).
 *
 * @param encoded canonical base64url of a JSON object with an `alg`
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_CRITICAL for `crit` and `b64`, CRYPTO_BAD_BASE64URL and the
 *   CRYPTO_JSON_* codes
 */
export function readJwsHeader(encoded: string, field: string): JwsHeader {
  if (encoded.length > JWS_HEADER_MAX_CHARS) throw malformed(field);
  const members = objectAt(parseJson(fromBase64url(encoded)), field);
  // `b64: false` changes what is signed (RFC 7797); whatever stands in `crit` must be understood, and none of it is.
  for (const name of ['crit', 'b64'])
    if (name in members)
      throw new TtpError('CRYPTO_FOREIGN_CRITICAL', `${name} in a protected header`, { field });
  const { alg, kid, typ } = members;
  if (kid !== undefined && textAt(kid, field).length > KEY_ID_MAX_CHARS) throw malformed(field);
  return {
    alg: textAt(alg, field),
    kid: kid === undefined ? undefined : textAt(kid, field),
    typ: typ === undefined ? undefined : textAt(typ, field),
    members,
  };
}

/** What is signed: the encoded header, a dot, the encoded payload, in ASCII (RFC 7515 section 5.1). */
export const jwsInput = (header: string, payload: Uint8Array): Uint8Array =>
  utf8(`${header}.${base64url(payload)}`);

/** Whether the text is the signing input of a JWS with an Ed25519 key. */
export function isJwsInput(text: string): boolean {
  const [header, payload, ...others] = text.split('.', 3);
  if (header === undefined || payload === undefined || others.length > 0) return false;
  fromBase64url(payload);
  return readJwsHeader(header, '').alg === 'EdDSA';
}
