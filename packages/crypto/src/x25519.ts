import { type Random, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { requireLength } from './bytes.js';

/** An X25519 key pair, 32 bytes each. */
export interface ExchangeKeyPair {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** A new X25519 key pair (RFC 7748) from 32 bytes of `random`. */
export function generateExchangeKey(random: Random): ExchangeKeyPair {
  const secretKey = random.bytes(32);
  return { secretKey, publicKey: backend.exchangeKey(requireLength(secretKey, 32, 'secretKey')) };
}

/**
 * The shared secret of X25519 (RFC 7748 6.1), 32 bytes: not a key yet, but what a key is derived from.
 *
 * @throws CRYPTO_LOW_ORDER_POINT where the other side's key would make the secret zero (flaw.H12), CRYPTO_BAD_LENGTH
 */
export function sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const secret = backend.exchange(
    requireLength(secretKey, 32, 'secretKey'),
    requireLength(publicKey, 32, 'publicKey'),
  );
  if (secret === undefined)
    throw new TtpError('CRYPTO_LOW_ORDER_POINT', 'the public key is a low-order point', {
      field: 'publicKey',
    });
  return secret;
}
