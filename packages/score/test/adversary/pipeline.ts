import type { Did } from '@ttp/core';
import {
  type AttestationFact,
  type IssuerTier,
  judgeRatings,
  type RatingFact,
  type RatingWeights,
  REPUTATION_MAX_BP,
  reputationOf,
  weighAttestations,
} from '@ttp/score';
import type { World } from './population.js';

/** What an issuer of a flagged account is demoted by. */
const SYBIL_FLAGS = ['reciprocal', 'account-clustering'] as const;

/** A world as its log would be read: what everybody's ratings weigh, and the reputation that they come to. */
export interface Reading {
  readonly weights: RatingWeights;
  /** 0 to 3500 basis points. */
  reputationBp(subject: Did): number;
  /** -10000 to 10000. */
  posterior(subject: Did): number;
}

/**
 * Reads a world's ratings as a book of attestations does: nobody was verified, roots are basic, and everybody else has the
 * tier that a stranger gets, `standard` with roots and `provisional` without. Each identity is a cluster of its own,
 * which is the worst case: nobody knows which belong together.
 *
 * @param roots those of the world unless stated; none for a log that is read without any
 * @param tierOf another tier for everybody
 */
export function read(
  world: World,
  roots: readonly Did[] = world.roots,
  tierOf?: (did: Did) => IssuerTier,
): Reading {
  const weights = judgeRatings(world, roots);
  const bySubject = new Map<Did, RatingFact[]>();
  for (const fact of world.ratings) {
    const known = bySubject.get(fact.subject);
    if (known === undefined) bySubject.set(fact.subject, [fact]);
    else known.push(fact);
  }
  const rooted = new Set(roots);
  function standard(did: Did): IssuerTier {
    if (rooted.has(did)) return 'basic';
    if (roots.length === 0) return 'provisional';
    const flags = weights.gaming?.verdicts.get(did)?.flags ?? [];
    return SYBIL_FLAGS.some((flag) => flags.includes(flag)) ? 'lowTrust' : 'standard';
  }
  const tier = tierOf ?? standard;
  function posterior(subject: Did): number {
    const attestations = (bySubject.get(subject) ?? [])
      .filter(({ issuer }) => issuer !== subject)
      .map(
        ({ issuer, rating, at }): AttestationFact => ({
          issuer,
          cluster: issuer,
          tier: tier(issuer),
          rating,
          at,
        }),
      );
    return reputationOf(weighAttestations(subject, attestations, weights)).posterior;
  }
  return {
    weights,
    posterior,
    reputationBp: (subject) => Math.floor((REPUTATION_MAX_BP * Math.max(0, posterior(subject))) / 10_000),
  };
}
