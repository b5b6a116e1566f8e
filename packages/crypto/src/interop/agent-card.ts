import { type Json, type JsonObject, type Signer, TtpError } from '@ttp/core';
import { fromBase64url } from '../encoding/base64.js';
import { canonicalBytes } from '../json/canonical.js';
import { plainCopy } from '../json/plain.js';
import { FOREIGN_MAX_SIGNATURES } from '../limits.js';
import { withoutDefaults } from './card-defaults.js';
import { signedHeader } from './jws.js';
import { jwsInput, readJwsHeader } from './jws-input.js';
import { type ForeignKey, isSignedBy, requireAlgorithm } from './key.js';
import { badSignature, keyUnknown, listAt, malformed, objectAt, objectOf, textAt } from './refuse.js';

/** The `typ` of a card's signatures (A2A 1.0 section 8.4.2). */
const TYP = 'JOSE';

/** What {@link signAgentCard} signs. */
export interface SignAgentCardInput {
  /** The card as it is served; signatures that it bears already are kept. */
  readonly card: JsonObject;
  /** Its key carries `jws`. */
  readonly signer: Signer;
}

/**
 * An A2A agent card with one more signature: a JWS over the canonical form of the card without its signatures and
 * its default values (A2A 1.0 section 8.4).
 *
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_JSON_NOT_PLAIN, CRYPTO_PURPOSE_NOT_ALLOWED, CRYPTO_SIGNATURE_FAILED
 */
export async function signAgentCard({ card, signer }: SignAgentCardInput): Promise<JsonObject> {
  const { signatures, ...content } = objectAt(plainCopy(card), '');
  const before = signatures === undefined ? [] : listAt(signatures, FOREIGN_MAX_SIGNATURES - 1, 'signatures');
  const { header, signature } = await signedHeader(canonicalBytes(withoutDefaults(content)), signer, TYP);
  return { ...content, signatures: [...before, { protected: header, signature }] };
}

/** What {@link verifyAgentCard} needs to know. */
export interface VerifyAgentCardOptions {
  /**
   * The key of a key id, from where the reader trusts it, such as {@link keysOfJwks} of a set fetched from the
   * provider's own address; never from the `jku` of the card, which anybody can write. Undefined for a key that is
   * unknown, expired or revoked.
   */
  readonly keyOf: (kid: string) => ForeignKey | undefined;
}

/** What an agent card says, once it verified. */
export interface VerifiedAgentCard {
  /** The card without its signatures. */
  readonly card: JsonObject;
  /** Key ids of the known keys that signed it: at least one. */
  readonly kids: readonly string[];
}

/**
 * Verifies the signatures of an A2A agent card (A2A 1.0 section 8.4.3). Signatures of keys that the reader does not
 * know say nothing and are passed over; one of a key that he knows has to verify.
 *
 * @param text the card as it was received
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_CRITICAL, CRYPTO_FOREIGN_TYPE, CRYPTO_FOREIGN_ALGORITHM,
 *   CRYPTO_FOREIGN_BAD_SIGNATURE, CRYPTO_FOREIGN_KEY_UNKNOWN where no known key signed, CRYPTO_BAD_BASE64URL and the
 *   CRYPTO_JSON_* codes
 */
export function verifyAgentCard(
  text: Uint8Array | string,
  { keyOf }: VerifyAgentCardOptions,
): VerifiedAgentCard {
  const { signatures, ...card } = objectOf(text);
  const payloads = payloadsOf(card);
  const kids = new Set<string>();
  for (const [i, item] of listAt(signatures, FOREIGN_MAX_SIGNATURES, 'signatures').entries()) {
    const kid = verifyOne(item, `signatures[${i}]`, payloads, keyOf);
    if (kid !== undefined) kids.add(kid);
  }
  if (kids.size === 0) throw keyUnknown('signatures');
  return { card, kids: [...kids] };
}

/**
 * What may have been signed of a card: its form without defaults; and the card as it came, since there are signers
 * that leave the defaults in. Both say the same.
 */
function payloadsOf(card: JsonObject): readonly Uint8Array[] {
  const [received, reduced] = [canonicalBytes(card), canonicalBytes(withoutDefaults(card))];
  return received.length === reduced.length ? [reduced] : [reduced, received];
}

/** The key id of one signature that verified; undefined for a key that is not known. */
function verifyOne(
  item: Json,
  field: string,
  payloads: readonly Uint8Array[],
  keyOf: VerifyAgentCardOptions['keyOf'],
): string | undefined {
  const { protected: encoded, signature } = objectAt(item, field);
  const first = textAt(encoded, `${field}.protected`);
  const bytes = fromBase64url(textAt(signature, `${field}.signature`));
  const { alg, kid, typ } = readJwsHeader(first, `${field}.protected`);
  if (kid === undefined) throw malformed(`${field}.protected`);
  const key = keyOf(kid);
  if (key === undefined) return undefined;
  if (typ !== undefined && typ !== TYP)
    throw new TtpError('CRYPTO_FOREIGN_TYPE', `typ is ${JSON.stringify(typ)}`, { field });
  requireAlgorithm(key, alg, `${field}.protected`);
  if (payloads.some((payload) => isSignedBy(key, jwsInput(first, payload), bytes))) return kid;
  throw badSignature(field);
}
