import type { Backend, CipherInput } from '../backend-contract.js';

export const seal: Backend['seal'] = async (input) => {
  const { algorithm, key, text } = copyOf(input);
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, imported, text));
};

export const open: Backend['open'] = async (input) => {
  const { algorithm, key, text } = copyOf(input);
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, imported, text));
  } catch {
    return undefined;
  }
};

/** Copies, taken before the first await: what is given may change while WebCrypto works, or be a view of shared memory. */
function copyOf({ key, iv, aad, text }: CipherInput): {
  readonly algorithm: AesGcmParams;
  readonly key: Uint8Array<ArrayBuffer>;
  readonly text: Uint8Array<ArrayBuffer>;
} {
  const algorithm = {
    name: 'AES-GCM',
    iv: new Uint8Array(iv),
    additionalData: new Uint8Array(aad),
    tagLength: 128,
  };
  return { algorithm, key: new Uint8Array(key), text: new Uint8Array(text) };
}
