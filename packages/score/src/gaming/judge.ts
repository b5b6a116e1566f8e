import type { Did } from '@ttp/core';
import { analyseGaming } from './analyse.js';
import type { GamingFacts } from './facts.js';
import { trustFlow } from './flow.js';
import type { RatingWeights } from './weigh.js';

/**
 * What all ratings of a log prefix say about one another, for `weighAttestations`: the flow from the roots, the patterns
 * among those whom it reaches, and the flow once more without the accounts that are in quarantine.
 *
 * @param facts `weights` count where there is no root: with roots they come from the flow
 * @param roots accounts that the operator trusts to rate; without any, nobody's flow is limited, and heads are counted
 *   unless the facts have weights
 * @throws SCORE_BAD_RATING, SCORE_TOO_MANY_ATTESTATIONS
 */
export function judgeRatings(facts: GamingFacts, roots: readonly Did[]): RatingWeights {
  if (roots.length === 0) return { gaming: analyseGaming(facts) };
  const weights = trustFlow(facts, roots);
  const gaming = analyseGaming({ ...facts, weights });
  const isOut = (did: Did): boolean => gaming.verdicts.get(did)?.quarantined === true;
  const ratings = facts.ratings.filter(({ issuer, subject }) => !isOut(issuer) && !isOut(subject));
  const flow = ratings.length === facts.ratings.length ? weights : trustFlow({ ...facts, ratings }, roots);
  return { gaming, flow };
}
