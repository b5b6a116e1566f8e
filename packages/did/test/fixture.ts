import type { Envelope, EnvelopeHead, JsonObject, Signer } from '@ttp/core';
import { createSigner, envelopeId, generateKeyPair, IDENTITY_PURPOSES, signEnvelope } from '@ttp/crypto';
import { fakeClock, seededRandom } from '@ttp/testkit';
import { createIdentity, type IdentityOptions, type NewIdentity } from '../src/index.js';

/** An identity whose keys follow from `seed`. */
export function identity(seed: number, options: Partial<IdentityOptions> = {}): Promise<NewIdentity> {
  return createIdentity({ type: 'agent', random: seededRandom(seed), clock: fakeClock(), ...options });
}

/** A signer under the key id `kid` with the private key `seed`, or a fresh one that follows from a number. */
export function signerOf(kid: string, seed: Uint8Array | number): Signer {
  const key = typeof seed === 'number' ? generateKeyPair(seededRandom(`signer ${seed}`)).seed : seed;
  return createSigner({ seed: key, kid, purposes: IDENTITY_PURPOSES });
}

/** A key log with one entry more, of any body, signed by anybody: what an attacker can make. */
export async function extended(
  keyLog: readonly Envelope[],
  body: JsonObject,
  signers: readonly Signer[],
  head: Partial<EnvelopeHead> = {},
): Promise<readonly Envelope[]> {
  const last = keyLog.at(-1);
  if (last === undefined) throw new Error('a key log has an entry');
  const { iss, iat } = last.head;
  const entry = await signEnvelope({
    type: 'ttp/did-op@1',
    head: { iss, iat: iat + 1000, prev: envelopeId(last), ...head },
    body,
    signers,
  });
  return [...keyLog, entry];
}

/** The entry with other members in its head, body or signatures, and the signatures it had. */
export function tampered(entry: Envelope | undefined, change: Partial<Envelope>): Envelope {
  if (entry === undefined) throw new Error('no entry to tamper with');
  return { ...entry, ...change };
}
