import type { Reason } from '@ttp/core';

/** Codes of the reasoning chain, each with what it says. The policy's own reasons stand beside them. */
export const TRE_REASONS = {
  TRE_FACT_MISSING: 'A source of evidence was not asked or could not answer.',
  TRE_FACT_STALE: 'A fact is older than it may be relied on.',
  TRE_FACT_MALFORMED: 'A fact has not the shape of its kind, or is stamped in the future.',
  TRE_ATTRIBUTE_DROPPED: 'A value stood under a name that belongs to another source, and was not used.',
  TRE_POLICY_EFFECT: 'What the policy says.',
  TRE_POLICY_FAILED: 'The evaluation of the policy broke off, which denies the call.',
  TRE_BLOCKED: 'The agent is killed, revoked, or capped below the floor of a verified identity.',
  TRE_UNVERIFIED: 'The identity of the agent is not verified: only reading what is public is open to it.',
  TRE_SCORE_ALONE: 'Score alone opens nothing sensitive: it takes a vouch or three independent clusters.',
  TRE_RISK: 'The assessed risk, and what its level leads to.',
  TRE_LOW_CONFIDENCE: 'Too little of the risk is backed by fresh evidence: a human decides.',
  TRE_OVERRIDDEN: 'An operator who may do so has overruled exactly this soft denial.',
} as const;
export type TreReasonCode = keyof typeof TRE_REASONS;

/** One step of the chain. `text` defaults to what the code says. */
export const reason = (code: TreReasonCode, text: string = TRE_REASONS[code]): Reason => ({ code, text });
