import { diffieHellman, type KeyObject } from 'node:crypto';
import type { Backend } from '../backend-contract.js';
import { createKeyCache } from '../key-cache.js';
import { sha256Hex } from './hash.js';
import { privateKeyObject, publicKeyObject, rawPublicKey } from './key-objects.js';

const publicKeyOf = createKeyCache((publicKey) => publicKeyObject('x25519', publicKey));

/**
 * Imported secret keys, for as long as their owners hold the bytes and no longer: an import costs twice as much as an
 * exchange. The digest says whether the bytes are still those that were imported.
 */
const secretKeys = new WeakMap<Uint8Array, { readonly digest: string; readonly key: KeyObject }>();

function secretKeyOf(secretKey: Uint8Array): KeyObject {
  const digest = sha256Hex(secretKey);
  const known = secretKeys.get(secretKey);
  if (known?.digest === digest) return known.key;
  const key = privateKeyObject('x25519', secretKey);
  secretKeys.set(secretKey, { digest, key });
  return key;
}

export const exchangeKey: Backend['exchangeKey'] = (secretKey) => rawPublicKey(secretKeyOf(secretKey));

export const exchange: Backend['exchange'] = (secretKey, publicKey) => {
  const key = publicKeyOf(publicKey);
  if (key === undefined) return undefined;
  try {
    return Uint8Array.from(diffieHellman({ privateKey: secretKeyOf(secretKey), publicKey: key }));
  } catch {
    return undefined; // both lengths are right, so this is the all-zero secret of RFC 7748 6.1
  }
};
