import { x25519 } from '@noble/curves/ed25519.js';
import type { Backend } from '../backend-contract.js';

export const exchangeKey: Backend['exchangeKey'] = (secretKey) => x25519.getPublicKey(secretKey);

export const exchange: Backend['exchange'] = (secretKey, publicKey) => {
  try {
    return x25519.getSharedSecret(secretKey, publicKey);
  } catch {
    return undefined; // both lengths are right, so this is the all-zero secret of RFC 7748 6.1
  }
};
