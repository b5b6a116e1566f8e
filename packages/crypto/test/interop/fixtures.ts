import { p256 } from '@noble/curves/nist.js';
import type { Json, Signer } from '@ttp/core';
import { base64url, concatBytes, createSigner, fromHex, hex, keyPairOf } from '../../src/index.js';
import { ASSERTION_PURPOSES, type ForeignKey, keyOfJwk } from '../../src/interop/index.js';

/** Somebody who signs in the formats of other systems. */
export interface Attester {
  readonly signer: Signer;
  readonly key: ForeignKey;
}

export function attester(n: number, kid = `did:example:${n}#key-1`, purposes = ASSERTION_PURPOSES): Attester {
  const seed = new Uint8Array(32).fill(n);
  return {
    signer: createSigner({ seed, kid, purposes }),
    key: { kind: 'Ed25519', publicKey: keyPairOf(seed).publicKey },
  };
}

/** The JWK of a key, as other systems publish it. */
export function jwkOf({ kind, publicKey }: ForeignKey): Record<string, string> {
  if (kind === 'Ed25519') return { kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey) };
  const whole = p256.Point.fromBytes(publicKey).toBytes(false);
  return {
    kty: 'EC',
    crv: 'P-256',
    x: base64url(whole.subarray(1, 33)),
    y: base64url(whole.subarray(33)),
  };
}

/** A key of P-256, which only others sign with. */
export function foreigner(n: number): {
  readonly key: ForeignKey;
  readonly secret: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
} {
  const secret = new Uint8Array(32).fill(n);
  return {
    key: { kind: 'P-256', publicKey: p256.getPublicKey(secret, true) },
    secret,
    sign: (message) => p256.sign(message, secret, { prehash: true, format: 'compact' }),
  };
}

/** The same signature with the other half of s. */
export function withOtherS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${hex(signature.subarray(32))}`);
  const other = (p256.Point.Fn.ORDER - s).toString(16).padStart(64, '0');
  return concatBytes(signature.subarray(0, 32), fromHex(other));
}

/** `keyOf` for the JWKs of a vector. */
export const keyOfJwks =
  (jwks: Readonly<Record<string, Json>>) =>
  (kid: string): ForeignKey | undefined =>
    Object.hasOwn(jwks, kid) ? keyOfJwk(jwks[kid] ?? null) : undefined;
