import { asDid, type Dating, type Did, type Envelope, type Hash } from '@ttp/core';
import { decodeEnvelope, encodeEnvelope, envelopeId, fromMultikey } from '@ttp/crypto';
import type { KeyLogResolver, KeyPeriod } from './resolver.js';

/** What {@link datedKeyLookup} asks. */
export interface DatedKeyLookupOptions {
  readonly resolver: Pick<KeyLogResolver, 'history'>;
  readonly dating: Dating;
  /** From when an identity's keys are known to be in other hands, ms; see `compromisedSince`. */
  readonly compromisedSince?: (did: Did) => number | undefined;
}

/**
 * The keys for `keyOf` of `verifyEnvelope`, for one envelope: the key in force, and a retired key where evidence places
 * the envelope before the key was retired. Without evidence a retired key verifies nothing: its thief can write any
 * date into what he signs (flaw.D3). Keys that are known to be in other hands count as retired then.
 *
 * @param input the envelope or its canonical text, unverified
 * @throws what `decodeEnvelope` throws, and `history` of the resolver for those who signed
 */
export async function datedKeyLookup(
  input: Envelope | string,
  { resolver, dating, compromisedSince }: DatedKeyLookupOptions,
): Promise<(kid: string, id: Hash) => Uint8Array | undefined> {
  const envelope = decodeEnvelope(typeof input === 'string' ? input : encodeEnvelope(input));
  const id = envelopeId(envelope);
  const before = await dating.before(id);
  const keys = new Map<string, Uint8Array>();
  for (const did of signersOf(envelope)) {
    const compromised = compromisedSince?.(did);
    for (const period of await resolver.history(did)) {
      const until = earliest(period, compromised);
      if (until === undefined || (before !== undefined && before <= until))
        keys.set(period.kid, fromMultikey(period.publicKeyMultibase));
    }
  }
  // The evidence is about this envelope: for another one the lookup knows nothing.
  return (kid, asked) => (asked === id ? keys.get(kid) : undefined);
}

function earliest({ until }: KeyPeriod, compromised: number | undefined): number | undefined {
  if (until === undefined || compromised === undefined) return until ?? compromised;
  return Math.min(until, compromised);
}

/** The identities in front of the key ids. */
const signersOf = ({ sigs }: Envelope): ReadonlySet<Did> =>
  new Set(sigs.map(({ kid }) => asDid(kid.slice(0, kid.indexOf('#')))));
