import type { Did } from '@ttp/core';
import type { TrustFacts } from './report.js';
import { type AttestationFact, latestByIssuer, NEUTRAL, reputationOf, supersedes } from './reputation.js';

/** What of an inception stays with those who descend from it. */
export type StandingFacts = Pick<TrustFacts, 'killed' | 'revoked' | 'securityEvents' | 'attestations'>;

/**
 * The facts of an identity together with what follows it from the inceptions above it (decision D4): a new child, or a
 * new version tag, does not shed a kill, a revocation, an open security event or a bad rating. What is good is not
 * inherited: it would be sold. So the report of these facts is never better than that of the identity's own.
 *
 * @param own of the identity itself
 * @param above of each inception above it, in any order
 * @throws what `reputationOf` throws for an attestation that is none
 */
export function descendantFacts(own: TrustFacts, above: readonly StandingFacts[]): TrustFacts {
  const latest = latestByIssuer(own.attestations);
  const bad = new Map<Did, AttestationFact>();
  for (const { attestations } of above)
    for (const fact of latestByIssuer(attestations).values())
      if (fact.rating < NEUTRAL && isWorse(fact, bad.get(fact.issuer))) bad.set(fact.issuer, fact);
  const inherited = [...bad.values()].flatMap((fact) => besides(fact, latest.get(fact.issuer)));
  const attestations = [...own.attestations, ...inherited];
  const { restingPosterior: _, ...unbounded } = own;
  return {
    ...(inherited.length > 0 && isLower(attestations, own) ? unbounded : own),
    killed: own.killed || above.some(({ killed }) => killed),
    revoked: own.revoked || above.some(({ revoked }) => revoked),
    securityEvents: [...own.securityEvents, ...above.flatMap(({ securityEvents }) => securityEvents)],
    attestations,
  };
}

/** Whether all together say less than the own ratings rest at, which then bounds nothing. */
const isLower = (all: readonly AttestationFact[], { restingPosterior }: TrustFacts): boolean =>
  restingPosterior !== undefined && reputationOf(all).posterior <= restingPosterior;

/** An issuer has one voice: the worst that it says of anybody in the line. */
const isWorse = (fact: AttestationFact, known: AttestationFact | undefined): boolean =>
  known === undefined ||
  fact.rating < known.rating ||
  (fact.rating === known.rating && supersedes(fact, known));

/** Where it rated the identity too, with the weight that it has there: of two at one time the worse one counts. */
function besides(bad: AttestationFact, own: AttestationFact | undefined): readonly AttestationFact[] {
  if (own === undefined) return [bad];
  return bad.rating < own.rating ? [{ ...own, rating: bad.rating }] : [];
}
