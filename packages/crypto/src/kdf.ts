import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { TtpError } from '@ttp/core';

/** HMAC-SHA-256 (RFC 2104), 32 bytes. Compare it with `equalBytes`. */
export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(sha256, key, data);

/** What {@link hkdfSha256} derives from. */
export interface HkdfInput {
  /** The secret, such as that of a key exchange. */
  readonly ikm: Uint8Array;
  readonly salt: Uint8Array;
  /** What the key is for: another purpose gives an unrelated key. */
  readonly info: Uint8Array;
  /** Bytes wanted, 1 to 8160. */
  readonly length: number;
}

/** HKDF-SHA-256 (RFC 5869). Throws CRYPTO_BAD_PARAMETER for a length it cannot give. */
export function hkdfSha256({ ikm, salt, info, length }: HkdfInput): Uint8Array {
  if (!Number.isInteger(length) || length < 1 || length > 255 * 32)
    throw new TtpError('CRYPTO_BAD_PARAMETER', 'HKDF gives 1 to 8160 bytes', { field: 'length' });
  return hkdf(sha256, ikm, salt, info, length);
}

/** What {@link pbkdf2Sha256} derives from. */
export interface Pbkdf2Input {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  /** 1 to 10 000 000; for passphrases at least 600 000 (decision D8). */
  readonly iterations: number;
  /** Bytes wanted, 1 to 1024. */
  readonly length: number;
}

/**
 * PBKDF2-HMAC-SHA-256 (RFC 8018), by WebCrypto. Only to read what others wrote, or where nothing better exists
 * (decision D8). Throws CRYPTO_BAD_PARAMETER.
 */
export async function pbkdf2Sha256({ password, salt, iterations, length }: Pbkdf2Input): Promise<Uint8Array> {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 10_000_000)
    throw new TtpError('CRYPTO_BAD_PARAMETER', 'PBKDF2 takes 1 to 10 000 000 iterations', {
      field: 'iterations',
    });
  if (!Number.isInteger(length) || length < 1 || length > 1024)
    throw new TtpError('CRYPTO_BAD_PARAMETER', 'PBKDF2 gives 1 to 1024 bytes', { field: 'length' });
  const key = await crypto.subtle.importKey('raw', new Uint8Array(password), 'PBKDF2', false, ['deriveBits']);
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}
