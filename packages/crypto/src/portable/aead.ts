import type { Backend, CipherInput } from '../backend-contract.js';

export const sealer: Backend['sealer'] = (key) => {
  const importing = crypto.subtle.importKey('raw', new Uint8Array(key), 'AES-GCM', false, ['encrypt']);
  importing.catch(() => undefined); // whoever seals gets the fault
  return async (input) => {
    const { algorithm, text } = copyOf(input);
    return new Uint8Array(await crypto.subtle.encrypt(algorithm, await importing, text));
  };
};

export const open: Backend['open'] = async (input) => {
  const { algorithm, text } = copyOf(input);
  const imported = await crypto.subtle.importKey('raw', new Uint8Array(input.key), 'AES-GCM', false, [
    'decrypt',
  ]);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, imported, text));
  } catch {
    return undefined;
  }
};

/** Copies, taken before the first await: what is given may change while WebCrypto works, or be a view of shared memory. */
function copyOf({ iv, aad, text }: Omit<CipherInput, 'key'>): {
  readonly algorithm: AesGcmParams;
  readonly text: Uint8Array<ArrayBuffer>;
} {
  const algorithm = {
    name: 'AES-GCM',
    iv: new Uint8Array(iv),
    additionalData: new Uint8Array(aad),
    tagLength: 128,
  };
  return { algorithm, text: new Uint8Array(text) };
}
