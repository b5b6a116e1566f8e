import type { Json, JsonObject } from '@ttp/core';
import { concatBytes, equalBytes } from '../bytes.js';
import { sha256 } from '../hash.js';
import { canonicalBytes, canonicalize } from '../json/canonical.js';
import { parseJson } from '../json/parse.js';
import { objectAt } from './refuse.js';

/** The only kind of proof that is made and read. */
export const CRYPTOSUITE = 'eddsa-jcs-2022';

/**
 * What is signed of a document: the hash of the proof's options, then that of the document without proof, each in its
 * canonical form (W3C Data Integrity EdDSA Cryptosuites 1.0, sections 3.3.3 to 3.3.6).
 */
export const integrityInput = (document: JsonObject, options: JsonObject): Uint8Array =>
  concatBytes(sha256(canonicalBytes(options)), sha256(canonicalBytes(document)));

/**
 * What is signed for a document that holds its proof without `proofValue`, in canonical form: a signer hashes by
 * himself, so that nobody can hand him a hash of something else. Undefined for every other payload; throws the
 * CRYPTO_JSON_* codes.
 */
export function integrityInputOf(payload: Uint8Array): Uint8Array | undefined {
  const value = parseJson(payload, { profile: 'foreign' });
  if (!equalBytes(canonicalBytes(value), payload)) return undefined;
  const { proof, ...document } = objectAt(value, '');
  const options = objectAt(proof, 'proof');
  const { type, cryptosuite, verificationMethod, proofPurpose } = options;
  const isProof = type === 'DataIntegrityProof' && cryptosuite === CRYPTOSUITE;
  if (!isProof || typeof verificationMethod !== 'string' || typeof proofPurpose !== 'string')
    return undefined;
  if ('proofValue' in options || !isSame(options['@context'], document['@context'])) return undefined;
  return integrityInput(document, options);
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonicalize(a) === canonicalize(b);
}
