/** Error codes of @ttp/spl, each with what it means. */
export const SPL_ERRORS = {
  SPL_EMPTY: 'The policy is empty or has no rules; there is no implicit permission.',
  SPL_TOO_LARGE: 'The text is larger than the limit, counted in UTF-8 bytes before parsing.',
  SPL_TOO_MANY_RULES: 'The policy has more than 1000 rules.',
  SPL_TOO_DEEP: 'The policy is nested deeper than 16 levels.',
  SPL_TOO_LONG: 'A list or a text inside the policy is longer than its limit.',
  SPL_BAD_LIMIT: 'The size limit given by the host is not a whole number of bytes up to 1 MiB.',
  SPL_UNKNOWN_VERSION: 'The language version is not 1.0.0.',
  SPL_UNKNOWN_KEY: 'The key does not exist in the language.',
  SPL_UNKNOWN_EFFECT: 'The effect does not exist in the language, or not at this place.',
  SPL_UNKNOWN_OPERATOR: 'The condition operator does not exist in the language.',
  SPL_UNKNOWN_ATTRIBUTE: 'The attribute is neither registered nor in an open namespace.',
  SPL_UNKNOWN_METRIC: 'The metric of a kill trigger does not exist.',
  SPL_TOO_MANY_WINDOWS: 'The policy has sums and counts over more than 16 different windows.',
  SPL_BAD_LAYERS: 'The layers of a policy are none, too many, or not each of a name of its own.',
  SPL_MISSING_KEY: 'A mandatory key is missing.',
  SPL_BAD_TYPE: 'A value has another JSON type than its key demands.',
  SPL_BAD_VALUE: 'A value has the right type, but is none of those its key allows.',
  SPL_BAD_OPERAND: 'The operand does not fit its operator or the type of the attribute.',
  SPL_BAD_REFERENCE: 'A reference is not one whole value naming an attribute that fits its operator.',
  SPL_BAD_PATTERN: 'The resource pattern is malformed.',
  SPL_BAD_RESOURCE: 'The resource cannot be normalised, so nothing can be decided about it.',
  SPL_BAD_TRIGGER: 'The condition of a kill trigger is not "metric operator value".',
  SPL_DUPLICATE_RULE: 'Two rules have the same id.',
  SPL_UNSCOPED_PERMIT: 'A rule that permits names no resources or no actions.',
  SPL_NOT_AN_APPROVAL: 'humanApproval stands in a rule whose effect is not allow_with_approval.',
  SPL_BAD_CALL: 'A call does not have the argument that its call-map entry takes the resource from.',
  SPL_NOT_LOADED: 'The policy was not made by loadPolicy of this copy of the package.',
  SPL_WRONG_AGENT: 'The signed policy is for another agent.',
  SPL_WRONG_LAYER: 'The signed policy is for another layer than it is given for, or for none.',
  SPL_FOREIGN_AUTHORITY: 'The signed policy comes from nobody who was configured as an authority.',
  SPL_SELF_AUTHORED: 'The signed policy comes from the agent that it governs.',
  SPL_AUTHZEN_INVALID:
    'The AuthZEN request or response is not as AuthZEN 1.0 says, or cannot be put to a policy.',
  SPL_CEDAR_UNSUPPORTED: 'The Cedar policy says something that SPL has no words for.',
  SPL_SERIAL_ROLLBACK:
    'The serial of the signed policy is lower than the last one, or the same for another text.',
} as const;

/** The closed list of codes that @ttp/spl throws. */
export type SplErrorCode = keyof typeof SPL_ERRORS;
