import { TtpError } from '@ttp/core';
import { concatBytes, equalBytes, utf8 } from '../bytes.js';
import { base64url } from '../encoding/base64.js';
import { sha256 } from '../hash.js';
import { type ForeignKey, isSignedInDer } from './key.js';
import { badSignature, malformed, objectOf, textAt } from './refuse.js';

/** What an authenticator answered, and what its reader asked for. */
export interface VerifyAssertionInput {
  /** The key that was registered for the credential. */
  readonly key: ForeignKey;
  readonly authenticatorData: Uint8Array;
  /** As it was received, to the byte. */
  readonly clientDataJson: Uint8Array;
  /** ECDSA in DER, or 64 bytes of Ed25519. */
  readonly signature: Uint8Array;
  /** The challenge that was issued for this answer, and for no other; at least 16 bytes. */
  readonly challenge: Uint8Array;
  /** Where the answer may come from, such as `https://ops.example`. */
  readonly origins: readonly string[];
  /** The relying party, such as `ops.example`. */
  readonly rpId: string;
}

/** What an authenticator says, once its signature verified. */
export interface VerifiedAssertion {
  /** Whether the person was verified (by PIN or biometrics), beyond being present. */
  readonly userVerified: boolean;
  /** How often the key has signed; 0 where the authenticator does not count. */
  readonly signCount: number;
}

/** SHA-256 of the relying party, flags, counter: what authenticator data begins with (section 6.1). */
const HASH_BYTES = 32;
const LEAST_BYTES = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
/** Shorter challenges can be guessed (section 13.4.3). */
const CHALLENGE_MIN_BYTES = 16;

/**
 * Verifies the assertion of a passkey (W3C Web Authentication Level 2, section 7.2): that it answers this challenge,
 * for this party, at one of these origins, with a person present.
 *
 * @throws CRYPTO_FOREIGN_SHAPE, CRYPTO_FOREIGN_TYPE for another ceremony, CRYPTO_FOREIGN_AUDIENCE for another
 *   challenge, origin or party, CRYPTO_FOREIGN_BAD_SIGNATURE, and the CRYPTO_JSON_* codes
 */
export function verifyAssertion(input: VerifyAssertionInput): VerifiedAssertion {
  const { key, authenticatorData, clientDataJson, signature, challenge, origins, rpId } = input;
  if (challenge.length < CHALLENGE_MIN_BYTES) throw malformed('challenge');
  const client = objectOf(clientDataJson);
  if (client['type'] !== 'webauthn.get')
    throw new TtpError('CRYPTO_FOREIGN_TYPE', 'no assertion', { field: 'clientData.type' });
  if (client['challenge'] !== base64url(challenge)) throw forAnother('clientData.challenge');
  if (!origins.includes(textAt(client['origin'], 'clientData.origin'))) throw forAnother('clientData.origin');
  if (client['crossOrigin'] === true) throw forAnother('clientData.crossOrigin');
  const [flags, ...counter] = authenticatorData.subarray(HASH_BYTES, LEAST_BYTES);
  if (flags === undefined || counter.length < 4 || (flags & USER_PRESENT) === 0)
    throw malformed('authenticatorData');
  if (!equalBytes(authenticatorData.subarray(0, HASH_BYTES), sha256(utf8(rpId))))
    throw forAnother('authenticatorData.rpIdHash');
  const signed = concatBytes(authenticatorData, sha256(clientDataJson));
  if (!isSignedInDer(key, signed, signature)) throw badSignature('signature');
  const signCount = counter.reduce((count, byte) => 256 * count + byte, 0);
  return { userVerified: (flags & USER_VERIFIED) !== 0, signCount };
}

const forAnother = (field: string): TtpError =>
  new TtpError('CRYPTO_FOREIGN_AUDIENCE', 'an answer to somebody or something else', { field });
