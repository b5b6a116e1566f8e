import type { Reason } from '@ttp/core';

/** What the reasons of a verdict say, by code. */
export const REASON_CODES = {
  SPL_BAD_RESOURCE: 'The resource cannot be normalised, so it is denied.',
  SPL_RULE_APPLIES: 'The resource, the action and every condition of the rule hold.',
  SPL_CONDITION_FALSE: 'A condition of the rule does not hold, so the rule counts for nothing.',
  SPL_CONDITION_UNKNOWN:
    'A condition of the rule cannot be told: it denies, or adds obligations, and never grants.',
  SPL_REQUIREMENT_UNMET: 'A precondition of every permit is not met.',
  SPL_NO_PERMIT: 'Nothing permits it, so it is denied.',
  SPL_DEFAULT_ALLOW: 'No rule permits it, and the default of the policy does.',
} as const;

/** The closed list of codes that reasons carry. */
export type ReasonCode = keyof typeof REASON_CODES;

/** Why a verdict is what it is. */
export interface PolicyReason extends Reason {
  readonly code: ReasonCode;
}
