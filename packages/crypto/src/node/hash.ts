import { hash as digest } from 'node:crypto';
import type { Backend } from '../backend-contract.js';

const LENGTHS = { sha256: 32, sha384: 48, sha512: 64 } as const;

/** Where a digest lands before it is copied out. */
const scratch = Buffer.alloc(64);

/** Asks for text: a Buffer as the result costs Node more than the hash of some hundred bytes (performance.md section 2). */
export const hash: Backend['hash'] = (name, bytes) => {
  const length = LENGTHS[name];
  scratch.write(digest(name, bytes, 'binary'), 0, length, 'latin1');
  return new Uint8Array(scratch.subarray(0, length));
};

export const sha256Hex: Backend['sha256Hex'] = (data) => digest('sha256', data, 'hex');

export const sha256Into: Backend['sha256Into'] = (bytes, target, at) => {
  const text = digest('sha256', bytes, 'binary');
  for (let i = 0; i < LENGTHS.sha256; i++) target[at + i] = text.charCodeAt(i);
};
