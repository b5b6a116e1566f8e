import { diffieHellman } from 'node:crypto';
import type { Backend } from '../backend-contract.js';
import { privateKeyObject, publicKeyObject, rawPublicKey } from './key-objects.js';

export const exchangeKey: Backend['exchangeKey'] = (secretKey) =>
  rawPublicKey(privateKeyObject('x25519', secretKey));

export const exchange: Backend['exchange'] = (secretKey, publicKey) => {
  try {
    const secret = diffieHellman({
      privateKey: privateKeyObject('x25519', secretKey),
      publicKey: publicKeyObject('x25519', publicKey),
    });
    return Uint8Array.from(secret);
  } catch {
    return undefined; // both lengths are right, so this is the all-zero secret of RFC 7748 6.1
  }
};
