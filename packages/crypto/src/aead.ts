import { TtpError } from '@ttp/core';
import * as backend from '#backend';
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
export async function sealAead({ key, ...input }: SealInput): Promise<Uint8Array> {
  return await aeadSealer(key)(input);
}

/**
 * {@link sealAead} for many texts under one key, which is made ready once.
 *
 * @param key 32 bytes
 * @throws CRYPTO_BAD_LENGTH
 */
export function aeadSealer(key: Uint8Array): (input: Omit<SealInput, 'key'>) => Promise<Uint8Array> {
  const seal = backend.sealer(requireLength(key, KEY_BYTES, 'key'));
  return async ({ iv, aad, plaintext }) =>
    seal({ iv: requireLength(iv, IV_BYTES, 'iv'), aad, text: plaintext });
}

/** The plaintext, or a refusal that does not say which part was wrong. Throws CRYPTO_AEAD_REFUSED, CRYPTO_BAD_LENGTH. */
export async function openAead({ ciphertext, ...input }: OpenInput): Promise<Uint8Array> {
  requireLength(input.iv, IV_BYTES, 'iv');
  requireLength(input.key, KEY_BYTES, 'key');
  const plaintext = await backend.open({ ...input, text: ciphertext });
  if (plaintext === undefined)
    throw new TtpError('CRYPTO_AEAD_REFUSED', 'the ciphertext does not match its tag');
  return plaintext;
}
