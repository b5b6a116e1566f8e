import { isJsonObject, isTtpError, type Json, type JsonObject } from '@ttp/core';
import { fromMultikey, PUBLIC_KEY_BYTES } from '@ttp/crypto';
import { type ForeignKey, keyOfJwk } from '@ttp/crypto/interop';
import { badArgument, hexBytes } from './arguments.js';

/**
 * A public key of another system in any form that vectors have: a JWK, `{ alg, publicKey }`, a Multikey, or the bytes
 * alone, of which 32 are Ed25519 and a SEC1 point is P-256.
 *
 * @throws CONFORMANCE_BAD_REQUEST, CRYPTO_FOREIGN_KEY and CRYPTO_WEAK_KEY for a JWK that is not to be used
 */
export function foreignKey(value: Json | undefined, name: string): ForeignKey {
  if (typeof value === 'string')
    return value.startsWith('z') ? multikeyAt(value, name) : pointAt(value, name);
  if (!isJsonObject(value)) return badArgument(name);
  const { publicKey, alg } = value;
  if (typeof publicKey !== 'string') return keyOfJwk(value);
  const key = foreignKey(publicKey, name);
  // The key says the algorithm: one that is named beside it can only be the same.
  return alg === undefined || KINDS[key.kind].some((known) => known === alg) ? key : badArgument(name);
}

/** The key of a name; undefined where the list has no such name of its own. */
export const named = (keys: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(keys, name) ? keys[name] : undefined;

const KINDS: Readonly<Record<ForeignKey['kind'], readonly string[]>> = {
  Ed25519: ['EdDSA', 'Ed25519', 'ed25519'],
  'P-256': ['ES256', 'P-256', 'ecdsa-p256-sha256'],
};

function pointAt(digits: string, name: string): ForeignKey {
  const publicKey = hexBytes(digits, name);
  return { kind: publicKey.length === PUBLIC_KEY_BYTES ? 'Ed25519' : 'P-256', publicKey };
}

function multikeyAt(text: string, name: string): ForeignKey {
  try {
    return { kind: 'Ed25519', publicKey: fromMultikey(text) };
  } catch (error) {
    if (isTtpError(error)) return badArgument(name, error);
    throw error;
  }
}
