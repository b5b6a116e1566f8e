import { type SignatureInput, sharedSecret, verifySignature } from '@ttp/crypto';

/** The two computations of a handshake that cost something, behind a seam: a simulator puts cheap ones in their place. */
export interface HandshakePrimitives {
  /** X25519: the secret of an own secret key and a foreign public one. Throws CRYPTO_LOW_ORDER_POINT. */
  exchange(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /** Ed25519 by purpose, in the strict profile. */
  verify(input: SignatureInput): boolean;
}

/** X25519 and Ed25519 of @ttp/crypto. */
export const PRIMITIVES: HandshakePrimitives = { exchange: sharedSecret, verify: verifySignature };
