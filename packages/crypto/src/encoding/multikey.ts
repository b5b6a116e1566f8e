import { TtpError } from '@ttp/core';
import { concatBytes, requireLength } from '../bytes.js';
import { PUBLIC_KEY_BYTES } from '../limits.js';
import { base58btc, fromBase58btc } from './base58.js';

/** Multicodec `ed25519-pub` (0xed), as an unsigned varint. */
const ED25519_PUB: Uint8Array = /* @__PURE__ */ Uint8Array.of(0xed, 0x01);

/** Multibase base58btc: `z`, then the digits. Throws CRYPTO_BAD_BASE58 beyond the limit. */
export const multibase = (bytes: Uint8Array): string => `z${base58btc(bytes)}`;

/** The bytes of multibase base58btc; every other base of multibase is refused (decision D2). Throws CRYPTO_BAD_MULTIBASE, CRYPTO_BAD_BASE58. */
export function fromMultibase(text: string): Uint8Array {
  if (!text.startsWith('z')) throw new TtpError('CRYPTO_BAD_MULTIBASE', 'not base58btc: no "z" in front');
  return fromBase58btc(text.slice(1));
}

/** The Multikey of an Ed25519 public key: `z6Mk...` (W3C Controlled Identifiers 2.2.2). Throws CRYPTO_BAD_LENGTH. */
export function multikey(publicKey: Uint8Array): string {
  return multibase(concatBytes(ED25519_PUB, requireLength(publicKey, PUBLIC_KEY_BYTES, 'publicKey')));
}

/**
 * The Ed25519 public key of a Multikey. Keys of other kinds and other bases are refused. Whether the key is sound
 * is for `registerKey` to say. Throws CRYPTO_BAD_MULTIKEY.
 */
export function fromMultikey(text: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = fromMultibase(text);
  } catch (cause) {
    throw new TtpError('CRYPTO_BAD_MULTIKEY', 'not multibase base58btc', { cause });
  }
  if (bytes.length !== PUBLIC_KEY_BYTES + 2 || bytes[0] !== ED25519_PUB[0] || bytes[1] !== ED25519_PUB[1])
    throw new TtpError('CRYPTO_BAD_MULTIKEY', 'not an Ed25519 public key');
  return bytes.slice(2);
}
