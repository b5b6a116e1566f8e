/** Error codes of @ttp/score, each with what it means. Codes are the API; messages are for people. */
export const SCORE_ERRORS = {
  SCORE_BAD_ATTESTATION: 'An attestation has an issuer, cluster, tier, rating or time that is none.',
  SCORE_TOO_MANY_ATTESTATIONS: 'There are more attestations than one report may take in.',
  SCORE_BAD_BEHAVIOR: 'A tally of behavior is missing, or its numbers are not counts with good <= total.',
  SCORE_BAD_GATE: 'Whether the agent is verified, killed or revoked is neither true nor false.',
  SCORE_BAD_SECURITY_EVENT: 'The severity of an open security event is not medium, high or critical.',
  SCORE_BAD_EXECUTION: 'An execution of a tool has a member that is none.',
  SCORE_BAD_SERVICE: 'An indicator of a service is neither counts with good <= total nor a latency.',
  SCORE_BAD_BOND_EVENT: 'An event of a bond has a type or time that is none.',
  SCORE_BAD_ENTRY: 'An entry of a trust chain has a partner, time, standing or amount that is none.',
  SCORE_TOO_MANY_ENTRIES: 'There are more entries than one isnad score may take in.',
  SCORE_BAD_BADGE: 'A badge has a style, theme, time or number that is none.',
  SCORE_BAD_RATING: 'A rating has an issuer, subject, value or time that is none.',
  SCORE_BAD_ROOT: 'There is no root for trust to flow from.',
} as const;

/** The closed list of codes that @ttp/score throws. */
export type ScoreErrorCode = keyof typeof SCORE_ERRORS;
