import { type Cbor, type CborMap, encodeCbor, isCborMap, readCbor } from './cbor.js';

/** Labels of the common header parameters (RFC 9052 section 3.1). */
export const COSE_LABELS: { readonly alg: 1; readonly crit: 2; readonly contentType: 3; readonly kid: 4 } = {
  alg: 1,
  crit: 2,
  contentType: 3,
  kid: 4,
};
/** EdDSA, as a COSE algorithm (RFC 9053 section 2.2). */
export const COSE_EDDSA: number = -8;

/** What tells the signature of a COSE_Sign1 from every other of COSE. */
const CONTEXT = 'Signature1';

/** What is signed of a COSE_Sign1 (RFC 9052 section 4.4). */
export interface SigStructure {
  /** The encoded map; nothing where the map is empty. */
  readonly protectedHeader: Uint8Array;
  readonly externalAad: Uint8Array;
  readonly payload: Uint8Array;
}

/** The bytes of a Sig_structure. */
export const sigStructure = ({ protectedHeader, externalAad, payload }: SigStructure): Uint8Array =>
  encodeCbor([CONTEXT, protectedHeader, externalAad, payload]);

/** The map in an encoded header; nothing is the empty map. Throws CRYPTO_CBOR; undefined for what is no map. */
export function headerOf(bytes: Uint8Array): CborMap | undefined {
  if (bytes.length === 0) return new Map();
  const { value, tag } = readCbor(bytes);
  return isCborMap(value) && tag === undefined ? value : undefined;
}

/** Whether the bytes are the Sig_structure of a COSE_Sign1 with EdDSA. Throws CRYPTO_CBOR. */
export function isSigStructure(bytes: Uint8Array): boolean {
  const { value, tag } = readCbor(bytes);
  if (tag !== undefined || !isArray(value) || value.length !== 4) return false;
  const [context, header, aad, payload] = value;
  if (context !== CONTEXT || !(aad instanceof Uint8Array) || !(payload instanceof Uint8Array)) return false;
  const members = header instanceof Uint8Array ? headerOf(header) : undefined;
  return members?.get(COSE_LABELS.alg) === COSE_EDDSA && !members.has(COSE_LABELS.crit);
}

/** `Array.isArray` does not narrow read-only arrays. */
export const isArray = (value: Cbor | undefined): value is readonly Cbor[] => Array.isArray(value);
