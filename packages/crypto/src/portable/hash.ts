import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Backend } from '../backend-contract.js';
import { utf8 } from '../bytes.js';
import { hex } from '../encoding/hex.js';

const HASHES = { sha256, sha384, sha512 } as const;

export const hash: Backend['hash'] = (name, bytes) => HASHES[name](bytes);

export const sha256Hex: Backend['sha256Hex'] = (data) =>
  hex(sha256(typeof data === 'string' ? utf8(data) : data));

export const sha256Into: Backend['sha256Into'] = (bytes, target, at) => {
  target.set(sha256(bytes), at);
};
