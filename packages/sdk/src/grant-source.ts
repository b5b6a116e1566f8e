import type { Clock, Did, Envelope, EvidenceSource, Json, Operators } from '@ttp/core';
import { openGrant, type VerifiedGrant } from '@ttp/guard';
import { LOCAL_FACT_VALID_MS } from './limits.js';
import { faultCode } from './plain.js';
import { localSource } from './sources.js';

/** What grants are looked at with. */
export interface GrantContext {
  readonly subject: Did;
  readonly operators: Operators | undefined;
  readonly clock: Clock;
}

/**
 * The capabilities that operators granted, as evidence: what holds at the moment, with the envelope and the operator
 * that it comes from. Signatures and the roster are looked at again every LOCAL_FACT_VALID_MS: who is no operator any
 * more grants nothing any more.
 *
 * @throws what `openGrant` throws for a grant that is none; one that has expired is not granted, and no fault
 */
export async function grantSource(
  given: readonly (Envelope | string)[],
  { subject, operators, clock }: GrantContext,
): Promise<EvidenceSource> {
  const opened = (): Promise<readonly PromiseSettledResult<VerifiedGrant>[]> =>
    Promise.allSettled(given.map((grant) => openGrant(grant, { subject, operators, now: clock.now() })));
  const first = await opened();
  for (const one of first)
    if (one.status === 'rejected' && faultCode(one.reason, 'SDK_EVIDENCE_FAILED') !== 'GUARD_GRANT_EXPIRED')
      throw one.reason;
  let last = { at: clock.now(), grants: first };
  const source = localSource('grants', clock, async () => {
    const now = clock.now();
    if (now - last.at > LOCAL_FACT_VALID_MS) last = { at: now, grants: await opened() };
    return last.grants.flatMap((one): readonly Json[] => {
      if (one.status === 'rejected' || !(now < one.value.notAfter)) return [];
      const { capability, notAfter, id, operator } = one.value;
      return [{ capability, notAfter, envelope: id, operator: operator.id }];
    });
  });
  return {
    ...source,
    async gather(interaction, signal) {
      const fact = await source.gather(interaction, signal);
      // A call that waits is decided again once the first of them has ended.
      const ends = last.grants.flatMap((one) => (one.status === 'fulfilled' ? [one.value.notAfter] : []));
      const left = ends.map((end) => end - 1 - fact.at).filter((ms) => ms >= 0);
      return { ...fact, validFor: Math.min(fact.validFor, ...left) };
    },
  };
}
