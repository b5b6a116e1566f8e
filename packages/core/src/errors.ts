/** Error codes of @ttp/core, each with what it means. Codes are the API; messages are for people. */
export const CORE_ERRORS = {
  CORE_BAD_DID: 'The text is not a DID in the syntax of W3C DID Core.',
  CORE_BAD_HASH: 'The text is not "sha256:" followed by 64 lowercase hexadecimal digits.',
  CORE_BAD_TRACE: 'The text is not a trace id of 32 lowercase hexadecimal digits, not all zero.',
  CORE_BAD_SCORE: 'The number is not an integer from 0 to 100.',
  CORE_BAD_BASIS_POINTS: 'The number is not an integer from 0 to 10000.',
  CORE_BAD_EPOCH: 'The number is not a non-negative safe integer.',
  CORE_BAD_TIME: 'The number is not a time in whole, non-negative milliseconds.',
  CORE_UNKNOWN_TERM: 'The word is not in the closed list it was looked up in.',
  CORE_MACHINE_INCOMPLETE: 'The transition table of a state machine misses or invents a cell.',
  CORE_MACHINE_UNKNOWN_STATE: 'The state is not one of the machine.',
  CORE_MACHINE_UNKNOWN_EVENT: 'The event is not one of the machine.',
  CORE_CLOCK_REGRESSED: 'The wall clock stands more than a minute before a time already seen.',
} as const;

/** The closed list of codes that @ttp/core throws. */
export type CoreErrorCode = keyof typeof CORE_ERRORS;
