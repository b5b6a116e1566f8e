import { type Signer, TtpError } from '@ttp/core';
import { base64, fromBase64 } from '../encoding/base64.js';
import { hex } from '../encoding/hex.js';
import { FOREIGN_MAX_SIGNATURES, SIGNATURE_BYTES } from '../limits.js';
import { type ForeignKey, isSignedBy, isSignedInDer } from './key.js';
import { pae } from './pae.js';
import { listAt, malformed, objectAt, objectOf, textAt } from './refuse.js';
import { signForeign } from './sign.js';

/** A DSSE envelope in its JSON form; binary members are base64. */
export interface DsseEnvelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** What {@link signDsse} signs. */
export interface SignDsseInput {
  readonly payload: Uint8Array;
  /** Media type or URI, such as `application/vnd.in-toto+json`. */
  readonly payloadType: string;
  /** One to {@link FOREIGN_MAX_SIGNATURES}; their keys carry `dsse`. */
  readonly signers: readonly Signer[];
}

/**
 * Signs a payload of any type as a DSSE envelope (DSSE 1.0.0).
 *
 * @throws CRYPTO_FOREIGN_SHAPE for no signers, too many or no type; CRYPTO_PURPOSE_NOT_ALLOWED, CRYPTO_BAD_UTF8,
 *   CRYPTO_SIGNATURE_FAILED
 */
export async function signDsse({ payload, payloadType, signers }: SignDsseInput): Promise<DsseEnvelope> {
  if (signers.length === 0 || signers.length > FOREIGN_MAX_SIGNATURES) throw malformed('signers');
  if (payloadType === '') throw malformed('payloadType');
  const encoded = base64(payload);
  const input = pae(payloadType, payload);
  const signatures = await Promise.all(
    signers.map(async (signer) => ({
      keyid: signer.kid,
      sig: base64(await signForeign(signer, 'dsse', input)),
    })),
  );
  return { payload: encoded, payloadType, signatures };
}

/** A key that may sign, under the id that its reader knows it by. */
export interface DsseKey extends ForeignKey {
  readonly kid: string;
}

/** What {@link verifyDsse} demands. */
export interface VerifyDsseOptions {
  /** The keys that count. */
  readonly keys: readonly DsseKey[];
  /** How many of them have to have signed, counted by public key. */
  readonly threshold: number;
  /** The types that the reader can read; every other one is refused. */
  readonly payloadTypes: readonly string[];
}

/** What a DSSE envelope says, once it verified. */
export interface VerifiedDsse {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  /** Ids of the keys that signed, in the order of the signatures: at least the threshold. */
  readonly kids: readonly string[];
}

/**
 * Verifies a DSSE envelope against the keys of its reader. A `keyid` says at most which of them to try; signatures
 * that none of them made do not count, and change nothing.
 *
 * @param text the envelope in JSON; base64 in either alphabet
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_TYPE, CRYPTO_FOREIGN_THRESHOLD, CRYPTO_BAD_PARAMETER for a threshold
 *   that the keys cannot meet, CRYPTO_BAD_BASE64 and the CRYPTO_JSON_* codes
 */
export function verifyDsse(text: Uint8Array | string, options: VerifyDsseOptions): VerifiedDsse {
  const { keys, threshold, payloadTypes } = options;
  const distinct = new Set(keys.map(identityOf)).size;
  if (!Number.isSafeInteger(threshold) || threshold < 1 || threshold > distinct)
    throw new TtpError('CRYPTO_BAD_PARAMETER', `${threshold} of ${distinct} keys`, { field: 'threshold' });
  const envelope = objectOf(text);
  const payloadType = textAt(envelope['payloadType'], 'payloadType');
  if (payloadType === '' || !payloadTypes.includes(payloadType))
    throw new TtpError('CRYPTO_FOREIGN_TYPE', `a payload of type ${JSON.stringify(payloadType)}`, {
      field: 'payloadType',
    });
  const payload = eitherBase64(textAt(envelope['payload'], 'payload'));
  const input = pae(payloadType, payload);
  const accepted = new Map<string, string>();
  const signatures = listAt(envelope['signatures'], FOREIGN_MAX_SIGNATURES, 'signatures');
  for (const [i, item] of signatures.entries()) {
    const { keyid, sig } = objectAt(item, `signatures[${i}]`);
    const bytes = eitherBase64(textAt(sig, `signatures[${i}].sig`));
    const hint = keyid === undefined || keyid === null ? '' : textAt(keyid, `signatures[${i}].keyid`);
    const named = keys.filter(({ kid }) => kid === hint);
    // Who signs without a key id, or by one that is not his reader's, is found by trying.
    const key = (named.length > 0 ? named : keys).find((one) => isSigned(one, input, bytes));
    if (key !== undefined && !accepted.has(identityOf(key))) accepted.set(identityOf(key), key.kid);
  }
  if (accepted.size < threshold)
    throw new TtpError('CRYPTO_FOREIGN_THRESHOLD', `${accepted.size} of ${threshold} keys signed`, {
      field: 'signatures',
    });
  return { payload, payloadType, kids: [...accepted.values()] };
}

/** DSSE does not say how ECDSA is written: r and s are 64 bytes, and every other length can only be DER. */
const isSigned = (key: ForeignKey, message: Uint8Array, signature: Uint8Array): boolean =>
  (signature.length === SIGNATURE_BYTES ? isSignedBy : isSignedInDer)(key, message, signature);

/**
 * One key under two ids counts once. Of a point of P-256 the x is enough: it stands in both encodings, and who can
 * sign for one of its two points can sign for the other.
 */
const identityOf = ({ kind, publicKey }: ForeignKey): string =>
  `${kind} ${hex(kind === 'P-256' ? publicKey.subarray(1, 33) : publicKey)}`;

/** Base64 of the standard alphabet or of the one for URLs, with or without padding (DSSE 1.0.0, protocol). */
function eitherBase64(text: string): Uint8Array {
  if (/[-_]/.test(text) && /[+/]/.test(text))
    throw new TtpError('CRYPTO_BAD_BASE64', 'digits of two alphabets');
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(standard.padEnd(Math.ceil(standard.length / 4) * 4, '='));
}
