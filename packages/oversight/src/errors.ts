/** Error codes of @ttp/oversight, each with what it means. */
export const OVERSIGHT_ERRORS = {
  OVERSIGHT_APPROVAL_DENIED:
    'An operator denied this action; the same call is refused until the review ends.',
  OVERSIGHT_APPROVAL_EXHAUSTED: 'The approval was used as often as it was granted.',
  OVERSIGHT_APPROVAL_PENDING: 'Nobody has decided yet; the same call later finds the decision.',
  OVERSIGHT_APPROVAL_EXPIRED: 'The approval was valid, and is not any more.',
  OVERSIGHT_TIMEOUT: 'Nobody decided before the deadline; that is a denial.',
  OVERSIGHT_ABORTED: 'The call ended while it waited for a decision.',
  OVERSIGHT_CLOSED: 'This oversight was closed.',
  OVERSIGHT_TOO_MANY_PENDING: 'The agent has as many reviews pending as it may have.',
  OVERSIGHT_TOO_LARGE: 'The arguments are too long to be put before a human.',
  OVERSIGHT_CONDITION_UNMET: 'The approval has a condition that this call does not meet.',
  OVERSIGHT_BAD_OBLIGATION: 'The approval obligation has parameters that nobody can fulfil.',
  OVERSIGHT_BAD_DECISION: 'The body of a review decision is malformed.',
  OVERSIGHT_NO_PRIVILEGE: 'The operator has not the privilege or level that this review needs.',
  OVERSIGHT_CONFLICT: 'The operator is the owner of the agent, or has decided on this review already.',
  OVERSIGHT_UNKNOWN_REVIEW: 'There is no review of this id.',
  OVERSIGHT_DIGEST_MISMATCH:
    'What the operator signed is not what is under review, or not what is about to happen.',
  OVERSIGHT_ALREADY_DECIDED: 'The review has ended; the first decision stands.',
  OVERSIGHT_NOT_SECONDED: 'A second decision has to name the first one by its id.',
  OVERSIGHT_RECORD_UNREADABLE: 'A stored review cannot be read.',
  OVERSIGHT_CONTENTION: 'Other writers kept changing the review.',
} as const;

/** The closed list of codes that @ttp/oversight throws. */
export type OversightErrorCode = keyof typeof OVERSIGHT_ERRORS;
