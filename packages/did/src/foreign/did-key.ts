import { TtpError } from '@ttp/core';
import { fromMultibase, fromMultikey, registerKey } from '@ttp/crypto';
import { DID_MAX_CHARS } from '../limits.js';

/** The public key of an outsider, for `keyOf` of what verifies other systems' signatures (@ttp/crypto/interop). */
export interface OutsiderKey {
  readonly kind: 'Ed25519' | 'P-256';
  /** Ed25519: 32 bytes. P-256: a compressed SEC1 point, 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** Multicodec `p256-pub` (0x1200), as an unsigned varint. */
const P256_PUB = [0x80, 0x24] as const;
const P256_BYTES = 33;

/**
 * Reads the key of a `did:key`, of Ed25519 or of P-256. A key of P-256 verifies what other systems signed; no
 * identity of TTP is one, so `parseDid` and every resolver refuse it (decision D8).
 *
 * @throws DID_BAD_KEY, DID_UNKNOWN_METHOD, DID_TOO_LONG, CRYPTO_WEAK_KEY
 */
export function outsiderKeyOf(did: string): OutsiderKey {
  if (did.length > DID_MAX_CHARS) throw refuse('DID_TOO_LONG', `more than ${DID_MAX_CHARS} characters`);
  if (!did.startsWith('did:key:')) throw refuse('DID_UNKNOWN_METHOD', 'not a did:key');
  const text = did.slice('did:key:'.length);
  if (text.startsWith('z6Mk')) {
    const publicKey = read(() => fromMultikey(text));
    registerKey(publicKey);
    return { kind: 'Ed25519', publicKey };
  }
  const bytes = read(() => fromMultibase(text));
  const publicKey = bytes.slice(P256_PUB.length);
  const isP256 = P256_PUB.every((byte, i) => bytes[i] === byte) && publicKey.length === P256_BYTES;
  if (!isP256 || (publicKey[0] !== 2 && publicKey[0] !== 3))
    throw refuse('DID_BAD_KEY', 'neither an Ed25519 nor a compressed P-256 key');
  return { kind: 'P-256', publicKey };
}

function read(fn: () => Uint8Array): Uint8Array {
  try {
    return fn();
  } catch (cause) {
    throw new TtpError('DID_BAD_KEY', 'not a Multikey', { field: 'did', cause });
  }
}

const refuse = (code: 'DID_BAD_KEY' | 'DID_UNKNOWN_METHOD' | 'DID_TOO_LONG', message: string): TtpError =>
  new TtpError(code, message, { field: 'did' });
