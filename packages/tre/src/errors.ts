/** Error codes of @ttp/tre, each with what it means. Codes are the API; messages are for people. */
export const TRE_ERRORS = {
  TRE_BAD_THRESHOLDS: 'A threshold is unknown, outside its safe bounds, or out of order.',
  TRE_POLICY_FAULT: 'The policy could not be evaluated, for a reason that has no code; the call is denied.',
  TRE_REPLAY_INPUT_ABSENT: 'A payload that the replay needs was erased or not disclosed.',
  TRE_REPLAY_BAD_INPUT: 'A payload is not an interaction, evidence or thresholds.',
} as const;

/** The closed list of codes that @ttp/tre throws. */
export type TreErrorCode = keyof typeof TRE_ERRORS;
