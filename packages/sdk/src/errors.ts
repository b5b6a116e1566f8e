/** Error codes of @ttp/sdk, each with what it means. */
export const SDK_ERRORS = {
  SDK_BAD_CALL: 'The call to be checked is not well formed.',
  SDK_BAD_CONTROL: 'The breaker that is configured is of another agent.',
  SDK_BAD_HANDLER: 'A handler of an obligation is not one, or its kind has a handler already.',
  SDK_BAD_LABELS: 'What the results of servers and tools are labelled with is not lists of lowercase names.',
  SDK_BAD_MODE: 'The mode of an enforcement point is neither enforce nor observe.',
  SDK_BAD_NOTE: 'Events of this type are recorded by the flow itself and by nobody else.',
  SDK_CLOSED: 'This TTP instance was closed.',
  SDK_STORAGE_IN_USE: 'Another instance of this process keeps its kill records and log in this storage.',
  SDK_PERMIT_ENDED: 'The interaction that the permit was given for has ended.',
  SDK_STREAM_RESULT: 'The effect returned a stream, which cannot be scanned and recorded as one result.',
  SDK_DENIED: 'The decision denies the interaction; the decision says why.',
  SDK_POLICY_MISSING: 'There is no policy; without one nothing is permitted, so nothing is armed.',
  SDK_POLICY_REBOUND: 'The name that the policy is written for belongs to another agent.',
  SPL_NAME_REBOUND: 'The name that the policy is written for means another agent than when it was armed.',
  SDK_NAME_ROLLED_BACK: 'The registry of names shows an older or another log than it did before.',
  SDK_NAMES_FAILED: 'The registry of names failed without a code of its own.',
  SDK_NAMES_TIMEOUT: 'The registry of names did not answer in time.',
  SDK_POLICY_LAYERS: 'The layers of the policy have no names of their own, or are written for two agents.',
  SDK_POLICY_UNTRUSTED: 'The policy is signed, and no roster says who may sign one.',
  SDK_LOG_KEY_RETIRED:
    'The log key is that of an identity before its rotation; the log goes on under another.',
  SDK_LOG_KEYS: 'The record of the log keys cannot be read, or another process took another key.',
  SDK_POLICY_RACE: 'Another process armed a policy in this store at the same moment.',
  SDK_POLICY_STATE: 'The record of the policy armed last cannot be read.',
  SDK_BAD_ANOMALIES: 'The options for anomalies name an unknown pattern, response, time or time zone.',
  SDK_NOTIFY_FAILED: 'People could not be told of what the log has.',
  SDK_RATING_PATTERN: 'Ratings of the agent show a pattern of gaming.',
  SDK_EVIDENCE_CLASH: 'Two evidence sources have the same name.',
  SDK_EVIDENCE_FAILED: 'A required evidence source failed without a code of its own.',
  SDK_EVIDENCE_TIMEOUT: 'A required evidence source did not answer in time.',
  SDK_EVIDENCE_MALFORMED: 'An evidence source returned something that is not a fact.',
  SDK_DECISION_POINT_FAILED:
    'The other decision point answered with another status than 200, or at too great a length.',
  SDK_UNKNOWN_OBLIGATION: 'The decision obliges to something that no handler here can do.',
  SDK_OBLIGATION_FAILED: 'The handler of an obligation failed without a code of its own.',
  SDK_OVERRIDE_USED: 'The denial was overruled before, and the call was made.',
  SDK_DECISION_STALE:
    'While the interaction waited, the policy or the evidence changed and the decision became stricter.',
  SDK_PERFORM_FAILED: 'The effect itself threw.',
  SDK_FEEDBACK_FAILED: 'What follows an interaction failed; the interaction itself stands.',
  SDK_AUDIT_FAILED: 'The audit log could not be written.',
  SDK_REPLAY_DIFFERS: 'A decision made again from its payloads is not the recorded one.',
} as const;

/** The closed list of codes that @ttp/sdk throws or returns. */
export type SdkErrorCode = keyof typeof SDK_ERRORS;
