import { isJsonObject, type Json, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { concatBytes } from '../bytes.js';
import { fromBase64url } from '../encoding/base64.js';
import { registerKey } from '../keys.js';
import { FOREIGN_MAX_SIGNATURES, KEY_ID_MAX_CHARS, PUBLIC_KEY_BYTES } from '../limits.js';
import { rawOfDer } from './der-signature.js';
import { isList, malformed } from './refuse.js';

/**
 * A public key of another system. Its kind decides how a signature is verified; what a message says of its algorithm
 * can only disagree with that, and is then refused.
 */
export interface ForeignKey {
  readonly kind: 'Ed25519' | 'P-256';
  /** Ed25519: 32 bytes. P-256: a SEC1 point, 33 or 65 bytes. */
  readonly publicKey: Uint8Array;
}

/** Names of the algorithms of a kind of key: RFC 7518, RFC 8037 and RFC 9864 for JOSE, RFC 9053 and RFC 9864 for COSE. */
const ALGORITHMS: Readonly<Record<ForeignKey['kind'], readonly (string | number)[]>> = {
  Ed25519: ['EdDSA', 'Ed25519', -8, -19],
  'P-256': ['ES256', -7, -9],
};

/** Refuses an algorithm that is not the key's. Throws CRYPTO_FOREIGN_ALGORITHM. */
export function requireAlgorithm(key: ForeignKey, algorithm: string | number, field: string): void {
  if (ALGORITHMS[key.kind].includes(algorithm)) return;
  throw new TtpError(
    'CRYPTO_FOREIGN_ALGORITHM',
    `${JSON.stringify(algorithm)} is no algorithm of a key of ${key.kind}`,
    { field },
  );
}

/** Whether the key signed the bytes. Either half of the s of ECDSA is accepted. Never throws. */
export function isSignedBy(key: ForeignKey, message: Uint8Array, signature: Uint8Array): boolean {
  const verify = key.kind === 'Ed25519' ? backend.verify : backend.verifyP256;
  return verify(key.publicKey, message, signature);
}

/** The same, with ECDSA in DER, as authenticators and most tools write it. Never throws. */
export function isSignedInDer(key: ForeignKey, message: Uint8Array, signature: Uint8Array): boolean {
  const raw = key.kind === 'P-256' ? rawOfDer(signature) : signature;
  return raw !== undefined && isSignedBy(key, message, raw);
}

/**
 * The public key in a JWK (RFC 7517; RFC 8037 for Ed25519, RFC 7518 for P-256).
 *
 * @throws CRYPTO_FOREIGN_KEY for a key of another kind, for another use, or with its secret part; CRYPTO_WEAK_KEY
 */
export function keyOfJwk(jwk: Json): ForeignKey {
  if (!isJsonObject(jwk)) throw notAKey('');
  const { kty, crv, x, y, alg, use, key_ops: operations } = jwk;
  if ('d' in jwk) throw notAKey('d'); // a secret key in public; whoever published it lost it
  if (use !== undefined && use !== 'sig') throw notAKey('use');
  if (operations !== undefined && !(isList(operations) && operations.includes('verify')))
    throw notAKey('key_ops');
  const key = keyOn(kty, crv, x, y);
  if (alg !== undefined && !(typeof alg === 'string' && ALGORITHMS[key.kind].includes(alg)))
    throw notAKey('alg');
  if (key.kind === 'Ed25519') registerKey(key.publicKey);
  return key;
}

/**
 * The keys of a JWK set by their `kid`. Keys of other kinds are left out, as RFC 7517 section 5 has it, and keys
 * without `kid`, since nothing can name them.
 *
 * @throws CRYPTO_FOREIGN_SHAPE for what is no JWK set, or holds one `kid` twice
 */
export function keysOfJwks(jwks: Json): ReadonlyMap<string, ForeignKey> {
  if (!isJsonObject(jwks) || !isList(jwks['keys']) || jwks['keys'].length > FOREIGN_MAX_SIGNATURES)
    throw malformed('keys');
  const keys = new Map<string, ForeignKey>();
  for (const [i, jwk] of jwks['keys'].entries()) {
    const kid = isJsonObject(jwk) ? jwk['kid'] : undefined;
    const key = typeof kid === 'string' && kid.length <= KEY_ID_MAX_CHARS ? knownKey(jwk) : undefined;
    if (typeof kid !== 'string' || key === undefined) continue;
    if (keys.has(kid)) throw malformed(`keys[${i}].kid`);
    keys.set(kid, key);
  }
  return keys;
}

function knownKey(jwk: Json): ForeignKey | undefined {
  try {
    return keyOfJwk(jwk);
  } catch {
    return undefined; // a key of another kind, or one that must not be used: it signs nothing that is read here
  }
}

function keyOn(kty: unknown, crv: unknown, x: unknown, y: unknown): ForeignKey {
  if (kty === 'OKP' && crv === 'Ed25519') return { kind: 'Ed25519', publicKey: coordinate(x, 'x') };
  if (kty !== 'EC' || crv !== 'P-256') throw notAKey('kty');
  return {
    kind: 'P-256',
    publicKey: concatBytes(Uint8Array.of(4), coordinate(x, 'x'), coordinate(y, 'y')),
  };
}

function coordinate(text: unknown, field: string): Uint8Array {
  const bytes = typeof text === 'string' && text.length <= 64 ? decoded(text) : undefined;
  if (bytes?.length !== PUBLIC_KEY_BYTES) throw notAKey(field);
  return bytes;
}

function decoded(text: string): Uint8Array | undefined {
  try {
    return fromBase64url(text);
  } catch {
    return undefined; // refused by the caller, with the name of the member
  }
}

const notAKey = (field: string): TtpError =>
  new TtpError('CRYPTO_FOREIGN_KEY', `no public key of a known kind: ${field || 'the whole'}`, { field });
