import type { Epoch, Hash, Obligation, Reason, RiskLevel } from '@ttp/core';
import { type Facts, fresh } from './facts.js';
import { reason } from './reasons.js';
import { OUTCOME_OF_LEVEL } from './thresholds.js';

/** A soft denial, as far as an override has to fit it. */
interface SoftDenial {
  readonly at: number;
  readonly epoch: Epoch;
  readonly policy: Hash;
  /** Codes of the reasons that make it one. */
  readonly grounds: readonly string[];
}

/** Codes of the reasoning chain that a soft denial can rest on, beside its risk. */
const SOFT: readonly string[] = ['TRE_SCORE_ALONE', 'TRE_LOW_CONFIDENCE'];

/** What a soft denial rests on, by the codes of its reasons and the level of its risk. */
export function softGrounds(codes: readonly string[], level: RiskLevel): readonly string[] {
  const grounds = codes.filter((code) => SOFT.includes(code));
  return OUTCOME_OF_LEVEL[level] === 'deny-soft' ? [...grounds, 'TRE_RISK'] : grounds;
}

/** What an override comes to: the call is let through with a warning, and the override is used up by it. */
interface Overruled {
  readonly obligation: Obligation;
  readonly reason: Reason;
}

/**
 * The override that lets a soft denial through, where the evidence holds one that fits: of this kill epoch and policy,
 * still in force, and for nothing but the grounds that the operator saw. Whatever came up since then is denied. Grounds
 * and not scores are compared: the denial itself, and the attempt that follows it, move the score of an agent.
 */
export function overrideFor(facts: Facts, denial: SoftDenial): Overruled | undefined {
  const found = fresh(facts.override);
  if (found === undefined) return undefined;
  const { envelope, decision, operator, epoch, policy, notAfter, grounds } = found;
  const isCurrent = epoch === denial.epoch && policy === denial.policy && denial.at < notAfter;
  const isSeen = denial.grounds.every((ground) => grounds.includes(ground));
  if (!isCurrent || !isSeen) return undefined;
  return {
    obligation: { kind: 'override', from: 'override', params: { envelope, decision } },
    reason: reason('TRE_OVERRIDDEN', `${operator} lets it through, by ${envelope}`),
  };
}
