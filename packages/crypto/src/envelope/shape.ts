import {
  type Did,
  type Envelope,
  type EnvelopeHead,
  type EnvelopeSignature,
  isDid,
  isHash,
  isJsonObject,
  type Json,
  type JsonObject,
  NONCE_BYTES,
  TtpError,
} from '@ttp/core';
import { fromBase64url } from '../encoding/base64.js';
import { ENVELOPE_MAX_SIGNATURES, KEY_ID_MAX_CHARS, SIGNATURE_BYTES } from '../limits.js';
import { type EnvelopeType, isEnvelopeType } from '../purposes.js';

/** An envelope whose shape was checked, but nobody's signature: still the words of whoever sent it. */
export type UnverifiedEnvelope = Envelope<EnvelopeType>;

/**
 * Checks that a value read under the envelope profile has the members of an envelope, and no others: a member that a
 * reader skips is one that a signer did not mean (flaw.J2).
 *
 * @throws CRYPTO_ENVELOPE_SHAPE, CRYPTO_PURPOSE_UNKNOWN, CRYPTO_ENVELOPE_SIGNATURES_UNSORTED,
 *   CRYPTO_ENVELOPE_DUPLICATE_KEY_ID
 */
export function envelopeOf(value: Json): UnverifiedEnvelope {
  const { type, sigs, ...content } = objectAt(value, '');
  if (typeof type !== 'string') throw malformed('type');
  if (!isEnvelopeType(type))
    throw new TtpError('CRYPTO_PURPOSE_UNKNOWN', `no envelope type ${quote(type)}`, { field: 'type' });
  return { type, ...contentOf(content), sigs: signaturesOf(sigs) };
}

/** The DID in front of the `#` of a key id. */
export function didOfKeyId(kid: string): Did | undefined {
  const hash = kid.indexOf('#');
  const did = kid.slice(0, Math.max(hash, 0));
  return kid.length <= KEY_ID_MAX_CHARS && isDid(did) && /^#[A-Za-z0-9._~-]+$/.test(kid.slice(hash))
    ? did
    : undefined;
}

/** What is signed of an envelope: its head and body, and nothing else. Throws CRYPTO_ENVELOPE_SHAPE. */
export function contentOf(value: Json): Pick<Envelope, 'head' | 'body'> {
  const { head, body, ...rest } = objectAt(value, '');
  refuseOthers(rest, '');
  return { head: headOf(head), body: objectAt(body, 'body') };
}

function headOf(value: Json | undefined): EnvelopeHead {
  const { iss, iat, exp, aud, nonce, prev, ...rest } = objectAt(value, 'head');
  refuseOthers(rest, 'head.');
  if (typeof iss !== 'string' || !isDid(iss)) throw malformed('head.iss');
  if (!isTime(iat)) throw malformed('head.iat');
  if (exp !== undefined && !(isTime(exp) && exp > iat)) throw malformed('head.exp');
  if (aud !== undefined && !(typeof aud === 'string' && isDid(aud))) throw malformed('head.aud');
  if (nonce !== undefined && !(typeof nonce === 'string' && isBase64urlOf(nonce, NONCE_BYTES)))
    throw malformed('head.nonce');
  if (prev !== undefined && !(typeof prev === 'string' && isHash(prev))) throw malformed('head.prev');
  return {
    iss,
    iat,
    ...(exp === undefined ? {} : { exp }),
    ...(aud === undefined ? {} : { aud }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(prev === undefined ? {} : { prev }),
  };
}

function signaturesOf(value: Json | undefined): readonly EnvelopeSignature[] {
  if (!isArray(value) || value.length === 0 || value.length > ENVELOPE_MAX_SIGNATURES)
    throw malformed('sigs');
  const sigs = value.map((item, i): EnvelopeSignature => {
    const { kid, sig, ...rest } = objectAt(item, `sigs[${i}]`);
    refuseOthers(rest, `sigs[${i}].`);
    if (typeof kid !== 'string' || didOfKeyId(kid) === undefined) throw malformed(`sigs[${i}].kid`);
    if (typeof sig !== 'string' || !isBase64urlOf(sig, SIGNATURE_BYTES)) throw malformed(`sigs[${i}].sig`);
    return { kid, sig };
  });
  sigs.forEach(({ kid }, i) => {
    const before = sigs[i - 1]?.kid;
    if (before === kid)
      throw new TtpError('CRYPTO_ENVELOPE_DUPLICATE_KEY_ID', `two signatures of ${quote(kid)}`, {
        field: `sigs[${i}].kid`,
      });
    // `<` compares UTF-16 code units, as architecture.md section 3 has it.
    if (before !== undefined && !(before < kid))
      throw new TtpError('CRYPTO_ENVELOPE_SIGNATURES_UNSORTED', `${quote(kid)} stands too late`, {
        field: `sigs[${i}].kid`,
      });
  });
  return sigs;
}

function objectAt(value: Json | undefined, field: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw malformed(field);
}

/** `Array.isArray` does not narrow read-only arrays. */
const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

function refuseOthers(rest: JsonObject, prefix: string): void {
  const [other] = Object.keys(rest);
  if (other !== undefined) throw malformed(`${prefix}${other}`);
}

const isTime = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function isBase64urlOf(text: string, length: number): boolean {
  if (text.length !== Math.ceil((length * 4) / 3)) return false;
  try {
    return fromBase64url(text).length === length;
  } catch {
    return false; // another alphabet or spelling: malformed, as the caller says
  }
}

const malformed = (field: string): TtpError =>
  new TtpError('CRYPTO_ENVELOPE_SHAPE', `missing, unknown or malformed: ${field || 'the envelope'}`, {
    field,
  });

const quote = (text: string): string => JSON.stringify(text.slice(0, 80));
