import { TtpError } from '@ttp/core';
import { requireLength } from './bytes.js';

/** Length of a key of AES-256-GCM, bytes. */
const KEY_BYTES = 32;
/** Length of its nonce, bytes. */
const IV_BYTES = 12;

/** The parts that both directions need. */
interface AeadInput {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 12 bytes, never twice under one key. */
  readonly iv: Uint8Array;
  /** What is authenticated and not encrypted. */
  readonly aad: Uint8Array;
}

/** What {@link sealAead} encrypts. */
export interface SealInput extends AeadInput {
  readonly plaintext: Uint8Array;
}

/** What {@link openAead} decrypts. */
export interface OpenInput extends AeadInput {
  /** With the tag of 16 bytes at its end. */
  readonly ciphertext: Uint8Array;
}

/** AES-256-GCM (NIST SP 800-38D): the ciphertext and its tag of 16 bytes. Throws CRYPTO_BAD_LENGTH. */
export async function sealAead({ plaintext, ...input }: SealInput): Promise<Uint8Array> {
  const [algorithm, data] = [algorithmOf(input), own(plaintext)];
  const key = await importKey(input.key, 'encrypt');
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, data));
}

/** The plaintext, or a refusal that does not say which part was wrong. Throws CRYPTO_AEAD_REFUSED, CRYPTO_BAD_LENGTH. */
export async function openAead({ ciphertext, ...input }: OpenInput): Promise<Uint8Array> {
  const [algorithm, data] = [algorithmOf(input), own(ciphertext)];
  const key = await importKey(input.key, 'decrypt');
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, data));
  } catch (cause) {
    throw new TtpError('CRYPTO_AEAD_REFUSED', 'the ciphertext does not match its tag', { cause });
  }
}

function algorithmOf({ iv, aad }: AeadInput): AesGcmParams {
  requireLength(iv, IV_BYTES, 'iv');
  return { name: 'AES-GCM', iv: own(iv), additionalData: own(aad), tagLength: 128 };
}

const importKey = async (key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', own(requireLength(key, KEY_BYTES, 'key')), 'AES-GCM', false, [use]);

/** A copy, taken before the first await: what is given may change while WebCrypto works, or be a view of shared memory. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
