import { scryptAsync } from '@noble/hashes/scrypt.js';
import type { Backend } from '../backend-contract.js';
import { SCRYPT_SLICE_MS } from '../limits.js';

export const scrypt: Backend['scrypt'] = ({ passphrase, salt, costLog2 }) =>
  scryptAsync(passphrase, salt, {
    N: 2 ** costLog2,
    r: 8,
    p: 1,
    dkLen: 32,
    maxmem: 2 ** (costLog2 + 11),
    asyncTick: SCRYPT_SLICE_MS,
  });
