import { asDid, type Did, type Hash, isHash, NONCE_BYTES, TtpError } from '@ttp/core';
import { fromBase64url, fromMultikey, hashBytes, registerKey, utf8 } from '@ttp/crypto';
import type { DidErrorCode } from './errors.js';
import { parseDid } from './syntax.js';

/** What a key log says of a key before it shows the key: the hash of its Multikey text. */
export function commitment(key: string): Hash {
  return hashBytes(utf8(key));
}

/** The one key that an entry puts in force, and the commitment to the one after it. */
export interface Establishment {
  readonly keys: readonly [string];
  readonly next: readonly [Hash];
}

/** Reads them. Throws DID_BAD_LOG, DID_BAD_KEY, DID_LOG_UNSUPPORTED (several keys at once), CRYPTO_WEAK_KEY. */
export function readEstablishment(keys: readonly string[], next: readonly string[]): Establishment {
  const [key, ...moreKeys] = keys;
  const [hash, ...moreHashes] = next;
  if (moreKeys.length > 0 || moreHashes.length > 0)
    throw refuseLog('DID_LOG_UNSUPPORTED', 'keys', 'several keys at once');
  if (key === undefined) throw refuseLog('DID_BAD_LOG', 'keys', 'no key');
  if (hash === undefined || !isHash(hash)) throw refuseLog('DID_BAD_LOG', 'next', 'not a hash');
  readKey(key, 'keys');
  // Committing to the key in force would make a rotation to it look like one.
  if (hash === commitment(key))
    throw refuseLog('DID_BAD_LOG', 'next', 'the commitment is to the key in force');
  return { keys: [key], next: [hash] };
}

/** Checks that the text is a Multikey fit for registration. Throws DID_BAD_KEY, CRYPTO_WEAK_KEY. */
export function readKey(key: string, field: string): string {
  let bytes: Uint8Array;
  try {
    bytes = fromMultikey(key);
  } catch (cause) {
    throw refuseLog('DID_BAD_KEY', field, 'not the Multikey of an Ed25519 key', cause);
  }
  registerKey(bytes);
  return key;
}

/** Checks that the text is 32 bytes in base64url. Throws DID_BAD_LOG. */
export function readNonce(nonce: string): string {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(nonce);
  } catch (cause) {
    throw refuseLog('DID_BAD_LOG', 'nonce', 'not base64url', cause);
  }
  if (bytes.length !== NONCE_BYTES) throw refuseLog('DID_BAD_LOG', 'nonce', `not ${NONCE_BYTES} bytes`);
  return nonce;
}

/** Whoever is bound by a signature has an identity, not a name: a name could be bound to another key tomorrow. Throws DID_BAD_LOG. */
export function readIdentity(text: string, field: string, methods: readonly string[]): Did {
  try {
    if (methods.includes(parseDid(text).method)) return asDid(text);
  } catch (cause) {
    throw refuseLog('DID_BAD_LOG', field, 'not an identity', cause);
  }
  throw refuseLog('DID_BAD_LOG', field, 'not an identity of a method that can sign here');
}

/** The error of a bad member of a key log; `field` names it. */
export function refuseLog(code: DidErrorCode, field: string, message: string, cause?: unknown): TtpError {
  return new TtpError(code, `${field}: ${message}`, cause === undefined ? { field } : { field, cause });
}
