import { asHash, type Hash, type Json, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { fromHex } from './encoding/hex.js';
import { canonicalText } from './json/canonical.js';

/** SHA-256 (FIPS 180-4), 32 bytes: the one hash of TTP. */
export const sha256 = (bytes: Uint8Array): Uint8Array => backend.hash('sha256', bytes);
/**
 * SHA-256 written into bytes that are there already, where an array for each digest would cost more than the digest.
 *
 * @param bytes what is hashed; may be `target` itself
 * @param at index in `target` of the first of the 32 bytes
 * @throws CRYPTO_BAD_LENGTH where `target` has no 32 bytes from there
 */
export function sha256Into(bytes: Uint8Array, target: Uint8Array, at: number): void {
  if (!(at >= 0 && at + 32 <= target.length))
    throw new TtpError('CRYPTO_BAD_LENGTH', 'no room for a digest', { field: 'target' });
  backend.sha256Into(bytes, target, at);
}
/** SHA-384 (FIPS 180-4), 48 bytes: for imprints of time-stamps. */
export const sha384 = (bytes: Uint8Array): Uint8Array => backend.hash('sha384', bytes);
/** SHA-512 (FIPS 180-4), 64 bytes: for imprints of time-stamps. */
export const sha512 = (bytes: Uint8Array): Uint8Array => backend.hash('sha512', bytes);

/** The SHA-256 of bytes, as it is written: `sha256:` and 64 hexadecimal digits (decision D46). */
export const hashBytes = (bytes: Uint8Array): Hash => asHash(`sha256:${backend.sha256Hex(bytes)}`);

/** The {@link hashBytes} of the canonical form of JSON data. Throws as `canonicalize` does. */
export const hashJson = (value: Json): Hash => hashData(value);

/**
 * The {@link hashJson} of data whose type does not say that it is JSON: what is not plain data is refused all the same.
 * Throws as `canonicalize` does.
 */
export const hashData = (value: unknown): Hash => asHash(`sha256:${backend.sha256Hex(canonicalText(value))}`);

/** The 32 bytes of a written hash. Throws CORE_BAD_HASH where the text is none. */
export const bytesOfHash = (hash: Hash): Uint8Array => fromHex(asHash(hash).slice('sha256:'.length));
