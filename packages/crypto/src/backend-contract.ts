/** The hash functions that a backend computes. */
type HashName = 'sha256' | 'sha384' | 'sha512';

/** An Ed25519 key ready to sign. It signs raw bytes, and so never leaves this package (decision D6). */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** Parameters of scrypt (RFC 7914): cost N as log2, with r = 8 and p = 1. */
interface ScryptInput {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly costLog2: number;
}

/**
 * The primitives that have a native and a portable implementation. Both give the same answer to every input; the
 * callers check all lengths before.
 */
export interface Backend {
  hash(name: HashName, bytes: Uint8Array): Uint8Array;
  /** @param seed 32 bytes */
  signingKey(seed: Uint8Array): SigningKey;
  /** The strict profile of decision D5. Any lengths; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** @param secretKey 32 bytes */
  exchangeKey(secretKey: Uint8Array): Uint8Array;
  /** X25519 of 32 and 32 bytes; undefined for a low-order point. */
  exchange(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
  /** 32 bytes. Does not hold up the event loop for longer than some milliseconds. */
  scrypt(input: ScryptInput): Promise<Uint8Array>;
}
