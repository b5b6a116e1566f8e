import { type KeyObject, sign, verify as verifies } from 'node:crypto';
import type { Backend } from '../backend-contract.js';
import { hex } from '../encoding/hex.js';
import { KEY_CACHE_ENTRIES } from '../limits.js';
import { isStrictPoint, isStrictSignature } from '../point-encoding.js';
import { privateKeyObject, publicKeyObject, rawPublicKey } from './key-objects.js';

/**
 * Imported public keys, the least recently used first: an import costs as much as a verification
 * (performance.md section 1). Only keys that the strict profile admits are in it.
 */
const cache = new Map<string, KeyObject>();

function verificationKey(publicKey: Uint8Array): KeyObject | undefined {
  const id = hex(publicKey);
  const known = cache.get(id);
  if (known !== undefined) {
    cache.delete(id);
    cache.set(id, known);
    return known;
  }
  if (!isStrictPoint(publicKey)) return undefined;
  const key = publicKeyObject('ed25519', publicKey);
  cache.set(id, key);
  const [oldest] = cache.keys();
  if (cache.size > KEY_CACHE_ENTRIES && oldest !== undefined) cache.delete(oldest);
  return key;
}

export const signingKey: Backend['signingKey'] = (seed) => {
  const key = privateKeyObject('ed25519', seed);
  return {
    publicKey: rawPublicKey(key),
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  };
};

/** The checks of the strict profile in front of OpenSSL's cofactorless equation. */
export const verify: Backend['verify'] = (publicKey, message, signature) => {
  if (!isStrictSignature(signature)) return false;
  try {
    const key = verificationKey(publicKey);
    return key !== undefined && verifies(null, message, key, signature);
  } catch {
    return false; // a key that is not on the curve
  }
};
