import { asHash, type Hash, type Json } from '@ttp/core';
import * as backend from '#backend';
import { fromHex } from './encoding/hex.js';
import { canonicalText } from './json/canonical.js';

/** SHA-256 (FIPS 180-4), 32 bytes: the one hash of TTP. */
export const sha256 = (bytes: Uint8Array): Uint8Array => backend.hash('sha256', bytes);
/** SHA-384 (FIPS 180-4), 48 bytes: for imprints of time-stamps. */
export const sha384 = (bytes: Uint8Array): Uint8Array => backend.hash('sha384', bytes);
/** SHA-512 (FIPS 180-4), 64 bytes: for imprints of time-stamps. */
export const sha512 = (bytes: Uint8Array): Uint8Array => backend.hash('sha512', bytes);

/** The SHA-256 of bytes, as it is written: `sha256:` and 64 hexadecimal digits (decision D46). */
export const hashBytes = (bytes: Uint8Array): Hash => asHash(`sha256:${backend.sha256Hex(bytes)}`);

/** The {@link hashBytes} of the canonical form of JSON data. Throws as `canonicalize` does. */
export const hashJson = (value: Json): Hash => asHash(`sha256:${backend.sha256Hex(canonicalText(value))}`);

/** The 32 bytes of a written hash. Throws CORE_BAD_HASH where the text is none. */
export const bytesOfHash = (hash: Hash): Uint8Array => fromHex(asHash(hash).slice('sha256:'.length));
