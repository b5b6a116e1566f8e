import { TtpError } from '@ttp/core';
import * as backend from '#backend';
import { concatBytes, utf8 } from './bytes.js';
import { type ForeignFormat, type ForeignFormats, TEXT_FORMATS } from './foreign-formats.js';

/** What the table says of a purpose: its kind and, for an envelope type, how long one is good (`verifyEnvelope`). */
export type PurposeEntry =
  | { readonly kind: 'framed'; readonly life: 'message' | 'record' }
  | { readonly kind: 'foreign' };

/**
 * The closed table of what may be signed (decision D6). *Framed*: ours, under a prefix that names the purpose.
 * *Foreign*: signed as another standard says, once the payload has parsed as that standard's format. A new envelope
 * type is a line here.
 */
export const PURPOSES = {
  'ttp/did-op@1': { kind: 'framed', life: 'record' },
  'ttp/policy@1': { kind: 'framed', life: 'record' },
  'ttp/tree-head@1': { kind: 'framed', life: 'record' },
  'ttp/bundle@1': { kind: 'framed', life: 'record' },
  'ttp/access-record@1': { kind: 'framed', life: 'record' },
  'ttp/kill-order@1': { kind: 'framed', life: 'record' },
  'ttp/reinstate-order@1': { kind: 'framed', life: 'record' },
  'ttp/kill-notice@1': { kind: 'framed', life: 'message' },
  'ttp/kill-ack@1': { kind: 'framed', life: 'record' },
  'ttp/review@1': { kind: 'framed', life: 'record' },
  'ttp/tool-release@1': { kind: 'framed', life: 'record' },
  'ttp/receipt@1': { kind: 'framed', life: 'record' },
  'ttp/challenge@1': { kind: 'framed', life: 'message' },
  'ttp/challenge-response@1': { kind: 'framed', life: 'message' },
  'ttp/handshake-init@1': { kind: 'framed', life: 'message' },
  'ttp/handshake-resp@1': { kind: 'framed', life: 'message' },
  'ttp/revocation@1': { kind: 'framed', life: 'record' },
  'ttp/revocation-ruling@1': { kind: 'framed', life: 'record' },
  'ttp/status-list@1': { kind: 'framed', life: 'record' },
  'ttp/name-claim@1': { kind: 'framed', life: 'record' },
  'ttp/grant@1': { kind: 'framed', life: 'record' },
  'ttp/override@1': { kind: 'framed', life: 'record' },
  'ttp/threshold-change@1': { kind: 'framed', life: 'record' },
  'ttp/label-clear@1': { kind: 'framed', life: 'record' },
  'ttp/intent@1': { kind: 'framed', life: 'record' },
  'ttp/tool-provenance@1': { kind: 'framed', life: 'record' },
  'ttp/vouch@1': { kind: 'framed', life: 'record' },
  'ttp/attestation@1': { kind: 'framed', life: 'record' },
  'ttp/attestation-retraction@1': { kind: 'framed', life: 'record' },
  'ttp/reputation-share@1': { kind: 'framed', life: 'record' },
  'ttp/security-closure@1': { kind: 'framed', life: 'record' },
  'ttp/pnp-offer@1': { kind: 'framed', life: 'message' },
  'ttp/pnp-counter@1': { kind: 'framed', life: 'message' },
  'ttp/pnp-accept@1': { kind: 'framed', life: 'message' },
  'ttp/pnp-reject@1': { kind: 'framed', life: 'message' },
  'ttp/pnp-finalize@1': { kind: 'framed', life: 'message' },
  'ttp/pnp-ack@1': { kind: 'framed', life: 'message' },
  'ttp/agreement@1': { kind: 'framed', life: 'record' },
  'ttp/budget@1': { kind: 'framed', life: 'record' },
  'ttp/delegation@1': { kind: 'framed', life: 'record' },
  'ttp/delegation-revocation@1': { kind: 'framed', life: 'record' },
  'http-signature': { kind: 'foreign' },
  'signed-note': { kind: 'foreign' },
  cosignature: { kind: 'foreign' },
  dsse: { kind: 'foreign' },
  'cose-sign1': { kind: 'foreign' },
  jws: { kind: 'foreign' },
  'vc-eddsa-jcs': { kind: 'foreign' },
} as const;

/** A purpose of the table. */
export type Purpose = keyof typeof PURPOSES;
/** A purpose that is the type of an envelope. */
export type EnvelopeType = Extract<Purpose, `ttp/${string}`>;

const isPurpose = (name: string): name is Purpose => Object.hasOwn(PURPOSES, name);
/** What the table says of a purpose. */
const entryOf = (purpose: Purpose): PurposeEntry => PURPOSES[purpose];
/** Whether the text is the type of an envelope. */
export const isEnvelopeType = (name: string): name is EnvelopeType =>
  isPurpose(name) && entryOf(name).kind === 'framed';

/** Whether an envelope of the type is a message: for one reader, once, now (architecture.md section 3). */
export function isMessage(type: EnvelopeType): boolean {
  const entry = entryOf(type);
  return entry.kind === 'framed' && entry.life === 'message';
}

const ALL: readonly string[] = /* @__PURE__ */ Object.keys(PURPOSES);

/** What the key of an identity may sign: every framed purpose, and HTTP requests. */
export const IDENTITY_PURPOSES: readonly string[] = /* @__PURE__ */ [
  ...ALL.filter(isEnvelopeType),
  'http-signature',
];
/** What the key of a log may sign: its notes and tree heads, and the bundles exported from it (decision D30). */
export const LOG_PURPOSES: readonly string[] = ['signed-note', 'ttp/tree-head@1', 'ttp/bundle@1'];
/** What the key of a witness may sign. */
export const WITNESS_PURPOSES: readonly string[] = ['cosignature'];

/** Begins every framed preimage; no foreign format can begin like this. */
const PREFIX: Uint8Array = /* @__PURE__ */ utf8('TTP-v1\0');

/**
 * What is signed for a framed purpose: `"TTP-v1" 0x00 || len8 || purpose || len32 (big-endian) || payload`
 * (decision D6). Both lengths stand in front, so no two pairs of purpose and payload share these bytes (law.C-6).
 *
 * @throws CRYPTO_PURPOSE_UNKNOWN for a purpose that is not framed or not in the table, CRYPTO_BAD_LENGTH
 */
export function frame(purpose: string, payload: Uint8Array): Uint8Array {
  if (!isEnvelopeType(purpose))
    throw new TtpError('CRYPTO_PURPOSE_UNKNOWN', `${JSON.stringify(purpose)} is no framed purpose`);
  if (payload.length > 0xffff_ffff) throw new TtpError('CRYPTO_BAD_LENGTH', 'the payload is 4 GiB or longer');
  const before = headerOf(purpose);
  const framed = new Uint8Array(before.length + 4 + payload.length);
  framed.set(before);
  for (let i = 0; i < 4; i++) framed[before.length + i] = payload.length >>> (24 - 8 * i);
  framed.set(payload, before.length + 4);
  return framed;
}

/** What stands in front of every payload of a purpose, made once for each. */
const headers = new Map<EnvelopeType, Uint8Array>();

function headerOf(purpose: EnvelopeType): Uint8Array {
  const known = headers.get(purpose);
  if (known !== undefined) return known;
  const name = utf8(purpose);
  const header = concatBytes(PREFIX, Uint8Array.of(name.length), name);
  headers.set(purpose, header);
  return header;
}

/**
 * The bytes that a signature for `purpose` covers.
 *
 * @param formats the foreign formats that can be checked
 * @throws CRYPTO_PURPOSE_UNKNOWN; CRYPTO_PURPOSE_NOT_ALLOWED for a foreign purpose whose format cannot be checked;
 *   CRYPTO_PURPOSE_FORMAT for a payload that is not in the format; CRYPTO_BAD_LENGTH
 */
export function preimageOf(purpose: string, payload: Uint8Array, formats: ForeignFormats): Uint8Array {
  if (!isPurpose(purpose))
    throw new TtpError('CRYPTO_PURPOSE_UNKNOWN', `${JSON.stringify(purpose)} is no purpose`);
  if (entryOf(purpose).kind === 'framed') return frame(purpose, payload);
  const format = formats.get(purpose);
  if (format === undefined)
    throw new TtpError('CRYPTO_PURPOSE_NOT_ALLOWED', `no check of the format of ${purpose}`);
  return foreignPreimage(purpose, format, payload);
}

function foreignPreimage(purpose: string, format: ForeignFormat, payload: Uint8Array): Uint8Array {
  let preimage: Uint8Array | undefined;
  let cause: unknown;
  try {
    preimage = format(payload);
  } catch (error) {
    cause = error; // says what is wrong with the payload
  }
  if (preimage !== undefined && !beginsOurs(preimage)) return preimage;
  throw new TtpError('CRYPTO_PURPOSE_FORMAT', `the payload is no ${purpose}`, { cause });
}

/** Whether the bytes could be taken for a frame. No format begins so; of a hash it is as good as impossible. */
const beginsOurs = (bytes: Uint8Array): boolean => PREFIX.every((byte, i) => byte === bytes[i]);

/** What {@link verifySignature} looks at. */
export interface SignatureInput {
  readonly purpose: string;
  readonly payload: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/**
 * Whether the key signed this payload for this purpose. False, never an error, for whatever is malformed; and for
 * `jws`, `dsse`, `cose-sign1` and `vc-eddsa-jcs`, which `@ttp/crypto/interop` verifies with all that belongs to them.
 */
export function verifySignature({ purpose, payload, signature, publicKey }: SignatureInput): boolean {
  let preimage: Uint8Array;
  try {
    preimage = preimageOf(purpose, payload, TEXT_FORMATS);
  } catch {
    return false; // nothing can have been signed for such a purpose or payload
  }
  return backend.verify(publicKey, preimage, signature);
}
