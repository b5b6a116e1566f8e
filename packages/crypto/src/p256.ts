import * as backend from '#backend';

/**
 * Whether an ECDSA signature on P-256 with SHA-256 verifies: for other systems' credentials (agent cards, WebAuthn),
 * never for ours (decision D8). Either half of s is accepted, as those systems make both.
 *
 * @param publicKey SEC1 point, 33 or 65 bytes
 * @param signature r and s, 32 bytes each (IEEE P1363)
 * @returns false for whatever is malformed; never throws
 */
export const verifyP256 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  backend.verifyP256(publicKey, message, signature);
