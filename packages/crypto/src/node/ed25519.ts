import { type KeyObject, sign, verify as verifies } from 'node:crypto';
import { TtpError } from '@ttp/core';
import type { Backend } from '../backend-contract.js';
import { createKeyCache } from '../key-cache.js';
import { isStrictPoint, isStrictSignature } from '../point-encoding.js';
import { privateKeyObject, publicKeyObject, rawPublicKey } from './key-objects.js';

const verificationKey = createKeyCache((publicKey) =>
  isStrictPoint(publicKey) ? publicKeyObject('ed25519', publicKey) : undefined,
);

export const signingKey: Backend['signingKey'] = (seed) => {
  let key: KeyObject | undefined = privateKeyObject('ed25519', seed);
  return {
    publicKey: rawPublicKey(key),
    sign(message) {
      if (key === undefined) throw new TtpError('CRYPTO_KEY_LOCKED', 'the key was cleared');
      return Uint8Array.from(sign(null, message, key));
    },
    clear() {
      key = undefined; // OpenSSL overwrites it when it is collected
    },
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
