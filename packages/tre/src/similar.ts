import { asBasisPoints, type BasisPoints, type Decision, type Interaction } from '@ttp/core';
import { SIMILAR_MIN_BP, SIMILAR_SHOWN_MAX } from './limits.js';

/** A decision that was recorded, with the call it was about. */
export interface PastDecision {
  readonly interaction: Interaction;
  readonly decision: Decision;
}

/** A past decision that resembles one, and in what. */
export interface SimilarDecision<P extends PastDecision = PastDecision> {
  readonly past: P;
  /** 0 to 10000, which is the same in everything that is compared. */
  readonly similarity: BasisPoints;
  /** What is the same. */
  readonly same: readonly Aspect[];
}

/** What is compared, and its share of the whole in basis points. */
export const SIMILARITY_SHARES_BP = {
  agent: 1000,
  target: 1500,
  action: 2000,
  resource: 2500,
  effect: 1000,
  risk: 1000,
  reasons: 1000,
} as const;
type Aspect = keyof typeof SIMILARITY_SHARES_BP;

const ASPECTS: readonly Aspect[] = ['agent', 'target', 'action', 'resource', 'effect', 'risk', 'reasons'];

/**
 * Past decisions that resemble this one, most similar first, for people to look at: they decide nothing, and no decision
 * reads them. Compared are agent, target, action, how much of the resource from its beginning, the policy's effect, the
 * distance of the assessed risks, and the codes of the reasons. Pure; of equal ones the later comes first.
 *
 * @param one the decision at hand; itself among the past ones is left out
 * @param past recorded decisions, in any order
 * @returns at most {@link SIMILAR_SHOWN_MAX}, each of a similarity of at least {@link SIMILAR_MIN_BP}
 */
export function similarDecisions<P extends PastDecision>(
  one: PastDecision,
  past: readonly P[],
): readonly SimilarDecision<P>[] {
  return past
    .filter(({ interaction }) => interaction.id !== one.interaction.id)
    .map((other) => compare(one, other))
    .filter(({ similarity }) => similarity >= SIMILAR_MIN_BP)
    .sort((a, b) => b.similarity - a.similarity || later(a.past, b.past))
    .slice(0, SIMILAR_SHOWN_MAX);
}

/** By time, and where that is the same by id, so that the order they came in never shows. */
function later(a: PastDecision, b: PastDecision): number {
  if (a.decision.at !== b.decision.at) return b.decision.at - a.decision.at;
  return a.interaction.id < b.interaction.id ? -1 : 1;
}

function compare<P extends PastDecision>(one: PastDecision, past: P): SimilarDecision<P> {
  const [a, b] = [one.interaction, past.interaction];
  /** How much of each aspect is the same, 0 to 10000. */
  const likeness: { readonly [A in Aspect]: number } = {
    agent: equal(a.agent, b.agent),
    target: equal(a.target, b.target),
    action: equal(a.action, b.action),
    resource: commonBeginning(a.resource, b.resource),
    effect: equal(one.decision.effect, past.decision.effect),
    risk: 10_000 - Math.abs(one.decision.risk.score - past.decision.risk.score),
    reasons: overlap(codesOf(one.decision), codesOf(past.decision)),
  };
  const sum = ASPECTS.reduce((total, aspect) => total + likeness[aspect] * SIMILARITY_SHARES_BP[aspect], 0);
  return {
    past,
    similarity: asBasisPoints(Math.floor(sum / 10_000)),
    same: ASPECTS.filter((aspect) => likeness[aspect] === 10_000),
  };
}

const equal = (a: string, b: string): number => (a === b ? 10_000 : 0);

/** The share of segments, of the longer one, that both begin with. */
function commonBeginning(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  let common = 0;
  while (common < left.length && common < right.length && left[common] === right[common]) common++;
  return Math.floor((common * 10_000) / Math.max(left.length, right.length));
}

const codesOf = ({ reasons }: Decision): ReadonlySet<string> => new Set(reasons.map(({ code }) => code));

/** The share that two sets have in common of what either has. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((code) => b.has(code)).length;
  const all = a.size + b.size - common;
  return all === 0 ? 10_000 : Math.floor((common * 10_000) / all);
}
