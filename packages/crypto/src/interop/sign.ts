import { type Signer, TtpError } from '@ttp/core';
import * as backend from '#backend';
import { preimageOf } from '../purposes.js';
import { SIGNED_FORMATS } from './formats.js';

/**
 * What the key of an attester may sign: the formats of other systems. A key of its own, listed under
 * `assertionMethod`, never the key of an identity (decision D6).
 */
export const ASSERTION_PURPOSES: readonly string[] = ['vc-eddsa-jcs', 'jws', 'dsse', 'cose-sign1'];

/**
 * Has the signer sign a payload for a foreign purpose, and checks what it returns: a signer may be somebody else's
 * device. Throws CRYPTO_PURPOSE_FORMAT, CRYPTO_SIGNATURE_FAILED, and what the signer throws.
 */
export async function signForeign(signer: Signer, purpose: string, payload: Uint8Array): Promise<Uint8Array> {
  const preimage = preimageOf(purpose, payload, SIGNED_FORMATS);
  const signature = await signer.sign(purpose, payload);
  if (backend.verify(signer.publicKey, preimage, signature)) return signature;
  throw new TtpError('CRYPTO_SIGNATURE_FAILED', `${signer.kid} did not sign this ${purpose}`);
}
