/** Error codes of @ttp/score, each with what it means. Codes are the API; messages are for people. */
export const SCORE_ERRORS = {
  SCORE_BAD_ATTESTATION:
    'An attestation, or a fact made of one, has a member that is missing, unknown or none.',
  SCORE_ATTESTATION_SELF:
    'Issuer and subject of an attestation are one: the same inception, or the same key.',
  SCORE_ATTESTATION_RECEIPT:
    'An attestation names no known receipt that both sides signed, or one of others or of another session.',
  SCORE_ATTESTATION_EARLY: 'An attestation is older than the interaction it rates, or issued in the future.',
  SCORE_ATTESTATION_EXPIRED: 'An attestation has expired.',
  SCORE_ATTESTATION_TWICE: 'An issuer rated one session twice: the worse rating counts.',
  SCORE_ATTESTATION_IN_HOUSE:
    'Issuer and subject of an attestation belong to one cluster: it does not count.',
  SCORE_BAD_RECEIPT: 'The receipt of an interaction has a member that is missing, unknown or none.',
  SCORE_BAD_RETRACTION: 'A retraction has a member that is missing, unknown or none.',
  SCORE_RETRACTION_FOREIGN: 'A retraction is not by who issued the attestation.',
  SCORE_ATTESTATION_UNKNOWN: 'An attestation that is named is not known here.',
  SCORE_ATTESTATION_RETRACTED: 'An attestation was taken back by its issuer.',
  SCORE_BAD_SHARE: 'The choice of what to share has a member that is missing, unknown or none.',
  SCORE_NOT_SHARED: 'The subject does not share its reputation with whom it is asked for.',
  SCORE_BAD_VOUCH: 'A vouch has a member that is missing, unknown or none.',
  SCORE_VOUCH_UNAUTHORISED: 'A vouch is by somebody who may not vouch for the subject.',
  SCORE_BAD_CLOSURE: 'The closure of a security event has a member that is missing, unknown or none.',
  SCORE_BAD_MESH_SCORE: 'A score of the mesh is no whole number from 0 to 1000.',
  SCORE_UNKNOWN_STATEMENT: 'An envelope is none of the statements that reputation is made of.',
  SCORE_TOO_MANY_ATTESTATIONS: 'There are more attestations than one report may take in.',
  SCORE_BAD_BEHAVIOR: 'A tally of behavior is missing, or its numbers are not counts with good <= total.',
  SCORE_BAD_GATE: 'Whether the agent is verified, killed or revoked is neither true nor false.',
  SCORE_BAD_SECURITY_EVENT: 'The severity of an open security event is not medium, high or critical.',
  SCORE_BAD_EXECUTION: 'An execution of a tool has a member that is none.',
  SCORE_BAD_SERVICE: 'An indicator of a service is neither counts with good <= total nor a latency.',
  SCORE_BAD_BOND_EVENT: 'An event of a bond has a type or time that is none.',
  SCORE_BAD_ENTRY: 'An entry of a trust chain has a partner, time, standing or amount that is none.',
  SCORE_TOO_MANY_ENTRIES: 'There are more entries than one isnad score may take in.',
  SCORE_BAD_BADGE:
    'A badge or the picture of a report has a style, theme, time, number or report that is none.',
  SCORE_BAD_RATING: 'A rating has an issuer, subject, value or time that is none.',
  SCORE_BAD_ROOT: 'There is no root for trust to flow from.',
} as const;

/** The closed list of codes that @ttp/score throws. */
export type ScoreErrorCode = keyof typeof SCORE_ERRORS;
