import { scrypt as derive } from 'node:crypto';
import type { Backend } from '../backend-contract.js';

export const scrypt: Backend['scrypt'] = ({ passphrase, salt, costLog2 }) =>
  new Promise((resolve, reject) => {
    const N = 2 ** costLog2;
    // scrypt needs 128 * N * r bytes, and something besides
    derive(passphrase, salt, 32, { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 }, (error, key) => {
      if (error === null) resolve(Uint8Array.from(key));
      else reject(error);
    });
  });
