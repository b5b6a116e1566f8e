import { type Signer, TtpError } from '@ttp/core';
import { utf8 } from '../bytes.js';
import { type Cbor, type CborMap, encodeCbor, encodeTagged, isCborMap, readCbor } from './cbor.js';
import { COSE_EDDSA, COSE_LABELS, headerOf, isArray, sigStructure } from './cose-structure.js';
import { type ForeignKey, isSignedBy, requireAlgorithm } from './key.js';
import { badSignature, keyUnknown, malformed } from './refuse.js';
import { signForeign } from './sign.js';

/** The tag of a COSE_Sign1 (RFC 9052 section 2). */
const SIGN1 = 18;
const NOTHING = new Uint8Array(0);

/** What {@link signCose} signs. */
export interface SignCoseInput {
  readonly payload: Uint8Array;
  /** Its key carries `cose-sign1`. */
  readonly signer: Signer;
  /** What the payload is: a media type, or the number of a CoAP content format. */
  readonly contentType: string | number;
  /** What is signed beside the message and not sent with it. */
  readonly externalAad?: Uint8Array;
  /** Leaves the payload out of the message. */
  readonly detached?: boolean;
}

/**
 * Signs a payload as a tagged COSE_Sign1 with EdDSA, all of its header protected; the key id is the UTF-8 of the
 * signer's (RFC 9052 section 4.2).
 *
 * @throws CRYPTO_PURPOSE_NOT_ALLOWED for a key that does not carry `cose-sign1`, CRYPTO_PURPOSE_FORMAT for a payload
 *   beyond the limit, CRYPTO_FOREIGN_SHAPE for a negative content type, CRYPTO_CBOR, CRYPTO_SIGNATURE_FAILED
 */
export async function signCose(input: SignCoseInput): Promise<Uint8Array> {
  const { signer, contentType, externalAad = NOTHING, detached = false } = input;
  const payload = input.payload.slice(); // as it is now: a signer may take its time
  const header = new Map<number, Cbor>([
    [COSE_LABELS.alg, COSE_EDDSA],
    [COSE_LABELS.contentType, contentType],
    [COSE_LABELS.kid, utf8(signer.kid)],
  ]);
  contentTypeOf(header);
  const protectedHeader = encodeCbor(header);
  const structure = sigStructure({ protectedHeader, externalAad, payload });
  const signature = await signForeign(signer, 'cose-sign1', structure);
  return encodeTagged(SIGN1, [protectedHeader, new Map(), detached ? null : payload, signature]);
}

/** What {@link verifyCose} needs to know. */
export interface VerifyCoseOptions {
  /** The key of a key id, from where the reader trusts it: never from the message. Undefined refuses the message. */
  readonly keyOf: (kid: Uint8Array | undefined) => ForeignKey | undefined;
  /** What was signed beside the message. */
  readonly externalAad?: Uint8Array;
  /** The payload of a message that does not hold it. */
  readonly payload?: Uint8Array;
}

/** What a COSE_Sign1 says, once it verified. */
export interface VerifiedCose {
  readonly payload: Uint8Array;
  readonly kid: Uint8Array | undefined;
  /** As it was signed; undefined where it was not. */
  readonly contentType: string | number | undefined;
}

/**
 * Verifies a COSE_Sign1, tagged or not. The algorithm stands in the protected header and is the key's; a key id may
 * stand in either header, since it only says which key of the reader to take.
 *
 * @throws CRYPTO_CBOR, CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_TOO_LARGE, CRYPTO_FOREIGN_CRITICAL,
 *   CRYPTO_FOREIGN_KEY_UNKNOWN, CRYPTO_FOREIGN_ALGORITHM, CRYPTO_FOREIGN_BAD_SIGNATURE
 */
export function verifyCose(message: Uint8Array, options: VerifyCoseOptions): VerifiedCose {
  const { value, tag } = readCbor(message);
  if ((tag !== undefined && tag !== SIGN1) || !isArray(value) || value.length !== 4) throw malformed('');
  const [protectedHeader, unprotected, body, signature] = value;
  if (!(protectedHeader instanceof Uint8Array)) throw malformed('protected');
  const header = headerOf(protectedHeader);
  if (header === undefined) throw malformed('protected');
  if (!isCborMap(unprotected)) throw malformed('unprotected');
  if (!(signature instanceof Uint8Array)) throw malformed('signature');
  refuseCritical(header, unprotected);
  const payload = payloadOf(body, options.payload);
  const kid = keyIdOf(header, unprotected);
  const key = options.keyOf(kid);
  if (key === undefined) throw keyUnknown('kid');
  const algorithm = header.get(COSE_LABELS.alg);
  if (typeof algorithm !== 'number' && typeof algorithm !== 'string') throw malformed('protected.alg');
  requireAlgorithm(key, algorithm, 'protected.alg');
  const structure = sigStructure({
    protectedHeader,
    externalAad: options.externalAad ?? NOTHING,
    payload,
  });
  if (!isSignedBy(key, structure, signature)) throw badSignature('signature');
  return { payload, kid, contentType: contentTypeOf(header) };
}

/** Whatever stands in `crit` must be understood, and none of it is; and no label may stand in both headers. */
function refuseCritical(header: CborMap, unprotected: CborMap): void {
  if (header.has(COSE_LABELS.crit) || unprotected.has(COSE_LABELS.crit))
    throw new TtpError('CRYPTO_FOREIGN_CRITICAL', 'crit in a header', { field: 'crit' });
  for (const label of unprotected.keys()) if (header.has(label)) throw malformed('unprotected');
}

/** The payload, from one of the two places that can hold it. */
function payloadOf(body: Cbor | undefined, detached: Uint8Array | undefined): Uint8Array {
  if (body === null && detached !== undefined) return detached;
  if (body instanceof Uint8Array && detached === undefined) return body;
  throw malformed('payload');
}

function keyIdOf(header: CborMap, unprotected: CborMap): Uint8Array | undefined {
  const kid = header.get(COSE_LABELS.kid) ?? unprotected.get(COSE_LABELS.kid);
  if (kid === undefined || kid instanceof Uint8Array) return kid;
  throw malformed('kid');
}

function contentTypeOf(header: CborMap): string | number | undefined {
  const contentType = header.get(COSE_LABELS.contentType);
  if (contentType === undefined || typeof contentType === 'string') return contentType;
  if (typeof contentType === 'number' && contentType >= 0) return contentType;
  throw malformed('protected.content type');
}
