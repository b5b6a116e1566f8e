import { asBasisPoints, type BasisPoints, type Did } from '@ttp/core';
import { floorDiv } from '../integer.js';
import type { AttestationFact } from '../reputation.js';
import { ISSUER_TIER_WEIGHTS_CENTI } from '../tiers.js';
import type { GamingReport } from './analyse.js';

/** What is known about the ratings of everybody. */
export interface RatingWeights {
  readonly gaming?: GamingReport;
  /** From `trustFlow`; without it nobody's flow is limited. */
  readonly flow?: ReadonlyMap<Did, number>;
}

/**
 * The attestations for a subject with what they may weigh: those of an account with patterns less, in quarantine
 * nothing; those of an issuer that no trust reaches as provisional, and those of one that little reaches by no more
 * than reaches it.
 *
 * @param subject whom they are about
 */
export function weighAttestations(
  subject: Did,
  attestations: readonly AttestationFact[],
  { gaming, flow }: RatingWeights,
): readonly AttestationFact[] {
  const ofSubject = gaming?.verdicts.get(subject)?.multiplierBp ?? WHOLE;
  return attestations.map((fact) => {
    const units = flow === undefined ? Number.POSITIVE_INFINITY : (flow.get(fact.issuer) ?? 0);
    const tier = units === 0 && fact.tier !== 'unverified' ? 'provisional' : fact.tier;
    const weight = ISSUER_TIER_WEIGHTS_CENTI[tier];
    const reached = units === 0 || units >= weight ? WHOLE : floorDiv(units * WHOLE, weight);
    const ofIssuer = gaming?.verdicts.get(fact.issuer)?.quarantined === true ? 0 : WHOLE;
    const multiplierBp = asBasisPoints(floorDiv(ofSubject * floorDiv(reached * ofIssuer, WHOLE), WHOLE));
    return { ...fact, tier, multiplierBp };
  });
}

const WHOLE: BasisPoints = asBasisPoints(10_000);
