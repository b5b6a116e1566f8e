import { TtpError } from '@ttp/core';
import { fromBase64url } from '../encoding/base64.js';
import { HTTP_MAX_COMPONENTS, HTTP_MAX_SIGNATURES } from '../limits.js';
import { binaryMember } from './components.js';
import type { ReadMessage } from './message.js';
import { type InnerList, isInnerList, type Parameters, parseDictionary } from './structured.js';

/** The parameters of a signature (RFC 9421 section 2.3). Times are wall clock in ms, though written in seconds. */
export interface SignatureParameters {
  readonly created?: number;
  readonly expires?: number;
  readonly nonce?: string;
  readonly keyid?: string;
  readonly tag?: string;
  readonly alg?: string;
}

/** One signature of a message, as somebody wrote it: nothing of it is verified. */
export interface FoundSignature {
  readonly label: string;
  readonly list: InnerList;
  readonly signature: Uint8Array;
}

/** Which signature of a message is meant: by label, by tag, or the only one. */
export interface SignatureChoice {
  readonly label?: string;
  readonly tag?: string;
}

const TEXTS = ['nonce', 'keyid', 'tag', 'alg'] as const;
const TIMES = ['created', 'expires'] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXTS, ...TIMES]);

const none = (what: string): TtpError => new TtpError('CRYPTO_HTTP_NO_SIGNATURE', what);

/**
 * The one signature of the message that is meant. Of two that could be, none is taken.
 *
 * @throws CRYPTO_HTTP_NO_SIGNATURE, CRYPTO_HTTP_SYNTAX
 */
export function findSignature({ fields }: ReadMessage, { label, tag }: SignatureChoice): FoundSignature {
  const input = fields.get('signature-input');
  const values = fields.get('signature');
  if (input === undefined || values === undefined) throw none('the message is not signed');
  const all = [...parseDictionary(input)];
  if (all.length > HTTP_MAX_SIGNATURES) throw none(`more than ${HTTP_MAX_SIGNATURES} signatures`);
  const meant = all.filter(
    ([key, { params }]) =>
      (label === undefined || key === label) && (tag === undefined || params.get('tag')?.value === tag),
  );
  const [first] = meant;
  if (first === undefined || meant.length > 1) throw none(`${meant.length} of ${all.length} signatures fit`);
  const [found, list] = first;
  const signature = binaryMember(values, found);
  if (!isInnerList(list) || signature === undefined)
    throw none('a list without bytes, or bytes without a list');
  if (list.items.length > HTTP_MAX_COMPONENTS) throw none(`more than ${HTTP_MAX_COMPONENTS} components`);
  return { label: found, list, signature };
}

/**
 * The parameters, each of the type it has to have. One that RFC 9421 does not have is refused: what nobody
 * understands may be what limits the signature.
 *
 * @throws CRYPTO_HTTP_PARAMETER
 */
export function readParameters(params: Parameters): SignatureParameters {
  for (const key of params.keys()) if (!KNOWN.has(key)) throw badParameter(key);
  const read: { -readonly [key in keyof SignatureParameters]: SignatureParameters[key] } = {};
  for (const key of TEXTS) {
    const value = params.get(key);
    if (value === undefined) continue;
    if (value.type !== 'string') throw badParameter(key);
    read[key] = value.value;
  }
  for (const key of TIMES) {
    const value = params.get(key);
    if (value === undefined) continue;
    if (value.type !== 'integer' || value.value < 0 || value.value > MAX_SECONDS) throw badParameter(key);
    read[key] = value.value * 1000;
  }
  return read;
}

/** The end of the times that a `Date` has, in s: beyond it milliseconds are no safe integer. */
const MAX_SECONDS = 8_640_000_000_000;

/** Refuses a parameter. */
export const badParameter = (field: string): TtpError =>
  new TtpError('CRYPTO_HTTP_PARAMETER', `${field} is unknown, missing or malformed`, { field });

/** Whether a nonce is bytes of that length in base64url. */
export function isNonce(nonce: string, bytes: number): boolean {
  try {
    return fromBase64url(nonce).length === bytes;
  } catch {
    return false; // not base64url, which is the answer asked for
  }
}
