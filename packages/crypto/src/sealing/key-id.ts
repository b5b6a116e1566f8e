import { TtpError } from '@ttp/core';

/** A key that encrypts other keys or fields, and the name under which it is found again. */
export interface NamedKey {
  /** 1 to 64 letters, digits, `-` and `_`. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** The key of a name; undefined for one that is not known. */
export type KeyLookup = (id: string) => Uint8Array | undefined;

/** The name, if it is one. Throws CRYPTO_SEALED_SHAPE. */
export function requireKeyId(id: unknown): string {
  if (typeof id === 'string' && /^[\w-]{1,64}$/.test(id)) return id;
  throw new TtpError('CRYPTO_SEALED_SHAPE', 'not the name of a key', { field: 'keyId' });
}

/** The key of a name. Throws CRYPTO_SEALED_KEY_UNKNOWN. */
export function requireKey(keyOf: KeyLookup, id: string): Uint8Array {
  const key = keyOf(id);
  if (key === undefined) throw new TtpError('CRYPTO_SEALED_KEY_UNKNOWN', `no key ${id}`, { field: 'keyId' });
  return key;
}
