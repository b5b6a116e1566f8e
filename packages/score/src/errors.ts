/** Error codes of @ttp/score, each with what it means. Codes are the API; messages are for people. */
export const SCORE_ERRORS = {
  SCORE_BAD_ATTESTATION: 'An attestation has an issuer, cluster, tier, rating or time that is none.',
  SCORE_TOO_MANY_ATTESTATIONS: 'There are more attestations than one report may take in.',
  SCORE_BAD_BEHAVIOR: 'A tally of behavior is missing, or its numbers are not counts with good <= total.',
  SCORE_BAD_GATE: 'Whether the agent is verified, killed or revoked is neither true nor false.',
  SCORE_BAD_SECURITY_EVENT: 'The severity of an open security event is not medium, high or critical.',
} as const;

/** The closed list of codes that @ttp/score throws. */
export type ScoreErrorCode = keyof typeof SCORE_ERRORS;
