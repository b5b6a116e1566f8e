import { base64url } from '../encoding/base64.js';
import { sha256 } from '../hash.js';
import { canonicalBytes } from '../json/canonical.js';

/** An Ed25519 public key as a JSON Web Key (RFC 8037). */
export interface Ed25519Jwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/** The key as a JWK, with the members that its thumbprint is of. */
export const jwkOf = (publicKey: Uint8Array): Ed25519Jwk => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: base64url(publicKey),
});

/**
 * The name that an Ed25519 key has under Web Bot Auth: its JWK thumbprint (RFC 7638), base64url.
 *
 * @param publicKey 32 bytes
 */
export const jwkThumbprint = (publicKey: Uint8Array): string =>
  base64url(sha256(canonicalBytes({ ...jwkOf(publicKey) })));
