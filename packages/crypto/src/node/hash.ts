import { hash as digest } from 'node:crypto';
import type { Backend } from '../backend-contract.js';

/** Where a digest lands before it is copied out, for each of the functions. */
const LANDING = { sha256: Buffer.alloc(32), sha384: Buffer.alloc(48), sha512: Buffer.alloc(64) } as const;

/** Asks for text: a Buffer as the result costs Node more than the hash of some hundred bytes (performance.md section 2). */
export const hash: Backend['hash'] = (name, bytes) => {
  const landing = LANDING[name];
  landing.write(digest(name, bytes, 'binary'), 'latin1');
  return new Uint8Array(landing);
};

export const sha256Hex: Backend['sha256Hex'] = (data) => digest('sha256', data, 'hex');

export const sha256Into: Backend['sha256Into'] = (bytes, target, at) => {
  const text = digest('sha256', bytes, 'binary');
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
};
