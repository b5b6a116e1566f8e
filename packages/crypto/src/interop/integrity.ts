import { type Json, type JsonObject, type Signer, TtpError } from '@ttp/core';
import { fromMultibase, multibase } from '../encoding/multikey.js';
import { canonicalBytes, canonicalize } from '../json/canonical.js';
import { plainCopy } from '../json/plain.js';
import { KEY_ID_MAX_CHARS } from '../limits.js';
import { dateTime, timeOf } from './date-time.js';
import { CRYPTOSUITE, integrityInput } from './integrity-input.js';
import { type ForeignKey, isSignedBy, requireAlgorithm } from './key.js';
import { badSignature, isList, keyUnknown, malformed, objectAt, objectOf, textAt } from './refuse.js';
import { signForeign } from './sign.js';

/** Members that a proof may have. Others could mean what nobody here checks, such as a chain, a domain or a challenge. */
const MEMBERS: ReadonlySet<string> = new Set([
  'type',
  'cryptosuite',
  'id',
  'nonce',
  'created',
  'expires',
  'verificationMethod',
  'proofPurpose',
  'proofValue',
  '@context',
]);

/** What {@link signIntegrity} signs. */
export interface SignIntegrityInput {
  /** JSON-LD without a `proof`. */
  readonly document: JsonObject;
  /** Its key carries `vc-eddsa-jcs`; its key id becomes the verification method. */
  readonly signer: Signer;
  /** Time of the proof, ms. */
  readonly created: number;
}

/**
 * A document with a W3C Data Integrity proof `eddsa-jcs-2022` for `assertionMethod` (VC-DI-EdDSA 1.0 section 3.3.1).
 *
 * @throws CRYPTO_FOREIGN_SHAPE for a document that has a proof, CRYPTO_JSON_NOT_PLAIN, CRYPTO_PURPOSE_NOT_ALLOWED,
 *   CRYPTO_SIGNATURE_FAILED
 */
export async function signIntegrity(input: SignIntegrityInput): Promise<JsonObject> {
  const document = objectAt(plainCopy(input.document), '');
  if ('proof' in document) throw malformed('proof');
  const context = document['@context'];
  const proof: JsonObject = {
    type: 'DataIntegrityProof',
    cryptosuite: CRYPTOSUITE,
    created: dateTime(input.created),
    verificationMethod: input.signer.kid,
    proofPurpose: 'assertionMethod',
    ...(context === undefined ? {} : { '@context': context }),
  };
  const payload = canonicalBytes({ ...document, proof });
  const signature = await signForeign(input.signer, 'vc-eddsa-jcs', payload);
  return { ...document, proof: { ...proof, proofValue: multibase(signature) } };
}

/** What {@link verifyIntegrity} needs to know. */
export interface VerifyIntegrityOptions {
  /**
   * The key of a verification method, from its controller's document and listed there under `assertionMethod`; or
   * from wherever else the reader trusts it. Undefined refuses the document.
   */
  readonly keyOf: (verificationMethod: string) => ForeignKey | undefined;
  /** The time of the reader, ms. */
  readonly now: number;
}

/** What a document says, once its proof verified. */
export interface VerifiedIntegrity {
  /** What was signed: without the proof, and with the contexts that the proof names. */
  readonly document: JsonObject;
  readonly verificationMethod: string;
}

/**
 * Verifies the `eddsa-jcs-2022` proof of a document (VC-DI-EdDSA 1.0 section 3.3.2): one proof, no chain. That the
 * key may speak for whom the document is about is for {@link verifyCredential} or the reader to say.
 *
 * @param text the document as it was received
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_TYPE for another kind of proof, CRYPTO_FOREIGN_EXPIRED,
 *   CRYPTO_FOREIGN_KEY_UNKNOWN, CRYPTO_FOREIGN_ALGORITHM, CRYPTO_FOREIGN_BAD_SIGNATURE, CRYPTO_BAD_MULTIBASE,
 *   CRYPTO_BAD_BASE58 and the CRYPTO_JSON_* codes
 */
export function verifyIntegrity(
  text: Uint8Array | string,
  { keyOf, now }: VerifyIntegrityOptions,
): VerifiedIntegrity {
  const { proof, ...received } = objectOf(text);
  const { proofValue, ...options } = objectAt(proof, 'proof');
  requireKind(options);
  if (options['created'] !== undefined) timeAt(options['created'], 'proof.created');
  if (options['expires'] !== undefined && now >= timeAt(options['expires'], 'proof.expires'))
    throw new TtpError('CRYPTO_FOREIGN_EXPIRED', 'the proof has expired', { field: 'proof.expires' });
  const verificationMethod = textAt(options['verificationMethod'], 'proof.verificationMethod');
  if (verificationMethod.length > KEY_ID_MAX_CHARS) throw malformed('proof.verificationMethod');
  const document = inContextOf(received, options['@context']);
  const signature = fromMultibase(textAt(proofValue, 'proof.proofValue'));
  const key = keyOf(verificationMethod);
  if (key === undefined) throw keyUnknown('proof.verificationMethod');
  requireAlgorithm(key, 'EdDSA', 'proof.cryptosuite');
  if (!isSignedBy(key, integrityInput(document, options), signature)) throw badSignature('proof.proofValue');
  return { document, verificationMethod };
}

/** The time of a member, ms. Throws CRYPTO_FOREIGN_SHAPE. */
export function timeAt(value: Json | undefined, field: string): number {
  const time = timeOf(textAt(value, field));
  if (time === undefined) throw malformed(field);
  return time;
}

function requireKind(options: JsonObject): void {
  const other = Object.keys(options).find((name) => !MEMBERS.has(name));
  if (other !== undefined) throw malformed(`proof.${other}`);
  const { type, cryptosuite, proofPurpose } = options;
  if (type !== 'DataIntegrityProof' || cryptosuite !== CRYPTOSUITE || proofPurpose !== 'assertionMethod')
    throw new TtpError('CRYPTO_FOREIGN_TYPE', 'no eddsa-jcs-2022 proof of an assertion', { field: 'proof' });
}

/**
 * The document in the context that its proof names, which must be how its own begins: contexts that somebody added
 * behind were not signed, and are taken away (section 3.3.2, step 5).
 */
function inContextOf(document: JsonObject, context: Json | undefined): JsonObject {
  if (context === undefined) return document;
  const [signed, received] = [listOf(context), listOf(document['@context'] ?? [])];
  const begins = signed.length <= received.length && signed.every((one, i) => isSame(one, received[i]));
  if (!begins) throw malformed('@context');
  return { ...document, '@context': context };
}

const listOf = (value: Json): readonly Json[] => (isList(value) ? value : [value]);
const isSame = (a: Json, b: Json | undefined): boolean =>
  b !== undefined && canonicalize(a) === canonicalize(b);
