import { sign, verify as verifies } from 'node:crypto';
import type { Backend } from '../backend-contract.js';
import { createKeyCache } from '../key-cache.js';
import { isStrictPoint, isStrictSignature } from '../point-encoding.js';
import { privateKeyObject, publicKeyObject, rawPublicKey } from './key-objects.js';

const verificationKey = createKeyCache((publicKey) =>
  isStrictPoint(publicKey) ? publicKeyObject('ed25519', publicKey) : undefined,
);

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
