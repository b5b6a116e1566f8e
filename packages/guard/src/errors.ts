/** Error codes of @ttp/guard, each with what it means. Codes are the API; messages are for people. */
export const GUARD_ERRORS = {
  GUARD_KILLED: 'The agent is killed, or not known to be alive.',
  GUARD_STALE_EPOCH: 'The decision was made in another kill epoch than the current one.',
  GUARD_LEASE_EXPIRED:
    'The kill record could not be read again in time, so nobody knows whether the agent still may act.',
  GUARD_BAD_TARGET: 'The target of a kill is neither "*" nor a DID of at most 500 characters.',
  GUARD_KILL_NOT_DURABLE: 'The kill holds in this process, but it could not be written to the store.',
  GUARD_NOT_KILLED: 'The target is alive, so there is nothing to reinstate.',
  GUARD_STORE_FAILED: 'The store failed with an error that has no code of its own.',
  GUARD_BAD_LEASE: 'The lease or the time between two reads is not a number of ms within its bounds.',
  GUARD_OPERATORS_ABSENT: 'No roster of operators is configured, so no order can be verified.',
  GUARD_ORDER_INVALID: 'The body of the order does not have the shape that its type demands.',
  GUARD_ORDER_EXPIRED: 'The order was to be obeyed until a time that has passed.',
  GUARD_ORDER_STALE: 'The order was given for another kill epoch than the current one.',
  GUARD_ORDER_MISMATCH:
    'The orders of one reinstatement differ in target, epoch or reason, or name another reason than the kill.',
  GUARD_QUORUM_MISSING:
    'Fewer distinct people ordered the reinstatement than the reason of the kill demands.',
  GUARD_APPEAL_ONLY: 'A received revocation is lifted by a ruling on appeal, not by an order.',
  GUARD_CASCADE_CAPPED: 'More agents depend on a stopped one than its cascade may suspend.',
  GUARD_STEP_FAILED: 'Something that had to end with a kill did not, or not in time.',
  GUARD_NOT_RECOVERED: 'The score that led to the kill is not known to have recovered.',
  GUARD_DEPENDENCY_STOPPED: 'The target was suspended with another agent that is still stopped.',
  GUARD_BAD_POINTS: 'The other enforcement points, their quorum or the wait for it are not usable.',
  GUARD_NOTICE_INVALID:
    'A notice of a kill, or its acknowledgement, does not have the shape that its type demands.',
  GUARD_NOTICE_UNANSWERED: 'Fewer enforcement points than the quorum acknowledged a kill in time.',
  GUARD_KEY_HOLDERS: 'The record of which identities hold a key cannot be read, or is full.',
  GUARD_CASCADE_INVALID: 'The cap of a cascade, or the number of its edges, is outside its bounds.',
  GUARD_OBLIGATION_INVALID: 'The parameters of an obligation are not ones that its handler can fulfil.',
  GUARD_GRANT_INVALID: 'The body of the grant does not have the shape that its type demands.',
  GUARD_GRANT_SUBJECT: 'The grant is for another agent.',
  GUARD_GRANT_SELF: 'The grant comes from the agent that it is for.',
  GUARD_GRANT_EXPIRED: 'The grant was for a time that has passed.',
  GUARD_WINDOW_EXCEEDED: 'The call would bring a windowed sum or count above what its permission allows.',
  GUARD_WINDOW_UNCOUNTED:
    'The permission limits a sum, and the call has no amount that could be added to it.',
  GUARD_WINDOW_UNREADABLE: 'The record of a windowed sum or count cannot be read, so it may be used up.',
  GUARD_WINDOW_CONTENTION: 'Other processes wrote the record of a window each time this one tried to.',
  GUARD_BAD_RATE: 'A rate is not made of positive integers, or what is asked for has no rate or is no count.',
  GUARD_RATE_EXCEEDED: 'The rate is used up; what is refused is not counted.',
  GUARD_RATE_UNCOUNTED: 'The permission limits tokens, and the call does not say how many it takes.',
  GUARD_RATE_FULL: 'A limiter in memory counts as many as it can, and all of them still count.',
  GUARD_RATE_UNREADABLE: 'The record of a rate cannot be read, so it may be used up.',
  GUARD_RATE_CONTENTION: 'Other processes wrote the record of a rate each time this one tried to.',
  GUARD_NOT_JSON: 'The value is not plain JSON data, so it can be neither transformed nor scanned.',
  GUARD_VALUE_TOO_LARGE: 'The value is larger or deeper than what is transformed and scanned.',
  GUARD_TRANSFORM_PATH:
    'A transformation cannot be applied: the value does not have the shape its path expects.',
  GUARD_DLP_BLOCKED: 'The value holds data that may not be transferred.',
  GUARD_DLP_TOO_ENCODED: 'The text decodes to more than what is scanned.',
  GUARD_LABELS_INVALID:
    'Labels are not a list of lowercase names of up to 32 characters, or are more than a trace may have.',
  GUARD_LABELS_TOO_MANY: 'The trace would have more labels of its own than it may have.',
  GUARD_LABELS_UNREADABLE: 'The labels of the trace cannot be read, so it may have any.',
  GUARD_LABELS_CONTENTION: 'Other processes wrote the labels of the trace each time this one tried to.',
  GUARD_LABELS_CHANGED:
    'The labels of the trace are not those that the operator saw when he ordered to clear them.',
  GUARD_BUDGET_MONEY: 'An amount of money is not a currency and whole micro-units within their bounds.',
  GUARD_BUDGET_INVALID: 'The body of the limit of a budget does not have the shape that its type demands.',
  GUARD_BUDGET_SUBJECT: 'The limit of a budget is for another agent, or comes from the agent that it is for.',
  GUARD_BUDGET_STALE: 'A limit with the same or a higher serial is in force.',
  GUARD_BUDGET_ABSENT: 'The call costs something, and nobody set a budget for the agent.',
  GUARD_BUDGET_CURRENCY: 'A limit is in another currency than the prices.',
  GUARD_BUDGET_EXCEEDED: 'The call could bring the spending above the limit of a budget.',
  GUARD_BUDGET_CROWDED: 'More calls of one budget are under way than can be told apart.',
  GUARD_BUDGET_UNREADABLE: 'The record of a budget cannot be read, so it may be spent.',
  GUARD_BUDGET_CONTENTION: 'Other processes wrote the record of a budget each time this one tried to.',
  GUARD_BUDGET_UNPRICED: 'The price table has no price for what a call uses.',
  GUARD_BUDGET_ESTIMATE: 'The estimate of a call does not name a provider, a model and an endpoint.',
  GUARD_BUDGET_METER_FAILED: 'What a call cost could not be found out, so what was reserved was charged.',
  GUARD_USAGE_INVALID: 'A usage is not whole numbers of units that cost an amount that is counted.',
  GUARD_PRICES_INVALID: 'The price table does not have the shape of one.',
  GUARD_SUSPENDED: 'The agent is suspended for a time, since its behaviour raised an alarm.',
  GUARD_ANOMALY_UNREADABLE:
    'The record of what was counted of an agent cannot be read, so an alarm may stand.',
  GUARD_ANOMALY_CONTENTION:
    'Other processes wrote the record of what was counted each time this one tried to.',
} as const;

/** The closed list of codes that @ttp/guard throws. */
export type GuardErrorCode = keyof typeof GUARD_ERRORS;
