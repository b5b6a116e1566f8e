/** Error codes of @ttp/tre, each with what it means. Codes are the API; messages are for people. */
export const TRE_ERRORS = {
  TRE_BAD_THRESHOLDS: 'A threshold is unknown, outside its safe bounds, or out of order.',
  TRE_POLICY_FAULT: 'The policy could not be evaluated, for a reason that has no code; the call is denied.',
  TRE_REPLAY_INPUT_ABSENT: 'A payload that the replay needs was erased or not disclosed.',
  TRE_REPLAY_BAD_INPUT: 'A payload is not an interaction, evidence or thresholds.',
  TRE_OPERATORS_ABSENT: 'What operators sign needs a roster of operators.',
  TRE_OVERRIDE_INVALID: 'The body of an override is malformed, or it is to be in force for too long.',
  TRE_OVERRIDE_MISMATCH: 'An override is of another decision, another call or another kill epoch.',
  TRE_OVERRIDE_EXPIRED: 'The override is not in force any more.',
  TRE_OVERRIDE_CONFLICT: 'An override was signed by the agent itself or by one of its owners.',
  TRE_NOT_OVERRIDABLE: 'The decision is no soft denial: nobody overrules it.',
  TRE_CHANGE_INVALID:
    'The body of a change of thresholds is malformed, or a rollback to what was never in force.',
  TRE_CHANGE_STALE: 'A change of thresholds is of others than those in force, or of another number.',
  TRE_CHANGE_TOO_FAR: 'A threshold would be moved by more than 5 percent within seven days.',
  TRE_BAD_OUTCOME: 'An outcome has a time, risk or verdict that is none.',
} as const;

/** The closed list of codes that @ttp/tre throws. */
export type TreErrorCode = keyof typeof TRE_ERRORS;
