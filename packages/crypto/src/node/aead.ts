import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { Backend } from '../backend-contract.js';

const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
/** Fixes the length of the tag: a shorter one, which would be easier to guess, is an error. */
const OPTIONS = { authTagLength: TAG_BYTES } as const;

// A key object, because Node takes four times as long to begin with the bytes of a key.

export const sealer: Backend['sealer'] = (key) => {
  const object = createSecretKey(key);
  return async ({ iv, aad, text }) => {
    const cipher = createCipheriv(ALGORITHM, object, iv, OPTIONS).setAAD(aad);
    const sealed = new Uint8Array(text.length + TAG_BYTES);
    sealed.set(cipher.update(text));
    cipher.final(); // GCM keeps nothing back
    sealed.set(cipher.getAuthTag(), text.length);
    return sealed;
  };
};

export const open: Backend['open'] = async ({ key, iv, aad, text }) => {
  // Memory that another thread can write is copied: the tag must be that of the bytes that are decrypted.
  const sealed = text.buffer instanceof ArrayBuffer ? text : Uint8Array.from(text);
  const length = sealed.length - TAG_BYTES;
  if (length < 0) return undefined;
  const decipher = createDecipheriv(ALGORITHM, createSecretKey(key), iv, OPTIONS).setAAD(aad);
  decipher.setAuthTag(sealed.subarray(length));
  const { buffer, byteOffset } = decipher.update(sealed.subarray(0, length));
  try {
    decipher.final();
  } catch {
    return undefined; // the tag of something else: what was decrypted is nobody's word, and nobody sees it
  }
  return new Uint8Array(buffer, byteOffset, length);
};
