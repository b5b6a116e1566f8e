/** The hash functions that a backend computes. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** An Ed25519 key ready to sign. It signs raw bytes, and so never leaves this package (decision D6). */
export interface SigningKey {
  readonly publicKey: Uint8Array;
  /** Throws after `clear`. */
  sign(message: Uint8Array): Uint8Array;
  /** Overwrites the seed where it can be, and lets go of it where it cannot. */
  clear(): void;
}

/** Parameters of scrypt (RFC 7914): cost N as log2, with r = 8 and p = 1. */
export interface ScryptInput {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly costLog2: number;
}

/** AES-256-GCM of one text: key of 32, nonce of 12 bytes, and what is authenticated beside the text. */
export interface CipherInput {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
  /** Plaintext to seal, or ciphertext and its tag of 16 bytes to open. */
  readonly text: Uint8Array;
}

/** Gives the ciphertext and its tag. Has read all of its input when it returns the promise. */
export type Seal = (input: Omit<CipherInput, 'key'>) => Promise<Uint8Array>;

/**
 * The primitives that have a native and a portable implementation. Both give the same answer to every input; the
 * callers check all lengths before. A backend is a module of these functions, so that a bundle holds those it uses.
 */
export interface Backend {
  hash(name: HashName, bytes: Uint8Array): Uint8Array;
  /** SHA-256 as 64 lowercase hexadecimal digits: of bytes, or of the UTF-8 of a text without lone surrogates. */
  sha256Hex(data: Uint8Array | string): string;
  /** SHA-256, written to the 32 bytes of `target` from `at`, which are there. */
  sha256Into(bytes: Uint8Array, target: Uint8Array, at: number): void;
  /** @param seed 32 bytes */
  signingKey(seed: Uint8Array): SigningKey;
  /** The strict profile of decision D5. Any lengths; never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** ECDSA on P-256 with SHA-256, either half of s. Any lengths; never throws. */
  verifyP256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** @param secretKey 32 bytes */
  exchangeKey(secretKey: Uint8Array): Uint8Array;
  /** X25519 of 32 and 32 bytes; undefined for a low-order point. */
  exchange(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined;
  /** A function for many texts under one key of 32 bytes, which it has read when it is returned. */
  sealer(key: Uint8Array): Seal;
  /** The plaintext, undefined where the tag does not match. Has read all of its input when it returns the promise. */
  open(input: CipherInput): Promise<Uint8Array | undefined>;
  /** 32 bytes. Does not hold up the event loop for longer than some milliseconds. */
  scrypt(input: ScryptInput): Promise<Uint8Array>;
}
