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
  const { key, algorithm } = await prepare(input, 'encrypt');
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, own(plaintext)));
}

/** The plaintext, or a refusal that does not say which part was wrong. Throws CRYPTO_AEAD_REFUSED, CRYPTO_BAD_LENGTH. */
export async function openAead({ ciphertext, ...input }: OpenInput): Promise<Uint8Array> {
  const { key, algorithm } = await prepare(input, 'decrypt');
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, own(ciphertext)));
  } catch (cause) {
    throw new TtpError('CRYPTO_AEAD_REFUSED', 'the ciphertext does not match its tag', { cause });
  }
}

async function prepare(
  { key, iv, aad }: AeadInput,
  use: 'encrypt' | 'decrypt',
): Promise<{ key: CryptoKey; algorithm: AesGcmParams }> {
  requireLength(key, KEY_BYTES, 'key');
  requireLength(iv, IV_BYTES, 'iv');
  return {
    key: await crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, [use]),
    algorithm: { name: 'AES-GCM', iv: own(iv), additionalData: own(aad), tagLength: 128 },
  };
}

/** A copy that WebCrypto takes: not a view of shared memory, and nobody's to change while it works. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
