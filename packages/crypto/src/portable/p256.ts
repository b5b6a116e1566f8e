import { p256 } from '@noble/curves/nist.js';
import type { Backend } from '../backend-contract.js';

export const verifyP256: Backend['verifyP256'] = (publicKey, message, signature) => {
  try {
    return p256.verify(signature, message, publicKey, { lowS: false, prehash: true, format: 'compact' });
  } catch {
    return false; // a key that is no point, or a signature of another length
  }
};
