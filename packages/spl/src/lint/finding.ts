/** What the linter reports, each with what it means. */
export const LINT_CODES = {
  SPL_DEFAULT_ALLOW: 'What no rule speaks of is permitted.',
  SPL_NO_PURPOSE: 'Sensitive or regulated data is permitted without binding it to a purpose.',
  SPL_NO_RATE_LIMIT: 'Nothing limits how often a rule may be used.',
  SPL_NO_KILL_TRIGGER: 'Nothing stops the agent by itself.',
  SPL_NO_AUDIT: 'A rule on a sensitive operation asks for no audit.',
  SPL_NO_TRANSFORMATION: 'A rule gives out sensitive data as it is.',
  SPL_UNKNOWN_CAPABILITY: 'A required capability is in no registry, so nobody ever holds it.',
  SPL_TAIL_SUBTREE: 'A final * in a permit stands for a whole subtree.',
  SPL_BROAD_PATTERN: 'A permit begins with a wildcard, after its scheme if it has one.',
  SPL_UNSCOPED_DENY: 'A deny rule without resources and actions applies to everything.',
  SPL_OMITTABLE_GUARD: 'Leaving an attribute out switches a rule off, or on.',
  SPL_NO_TRUST_CONDITION: 'A permit states no trust condition where another permit of the same action does.',
  SPL_LABEL_GRANTS: 'A label of the trace permits something, and whatever is read adds labels.',
  SPL_UNKNOWN_LABEL: 'A condition names a label that no trace has, or hardly the one that was meant.',
  SPL_NOT_MONOTONE: 'Less trust, or more declared risk, permits more.',
  SPL_EXCLUSION_GAP: 'A value that one rule singles out is missing from the exclusions of another.',
  SPL_NO_CUMULATIVE_LIMIT: 'A limit on single amounts does not limit their sum.',
  SPL_DEAD_RULE: 'The requirements already deny wherever the rule could apply.',
  SPL_DEAD_CONDITION: 'The requirements already demand more than the condition does.',
  SPL_UNSATISFIABLE: 'No value can fulfil the condition.',
  SPL_SHADOWED_RULE: 'A deny rule holds wherever the rule does.',
  SPL_LITERAL_SUBJECTS:
    'Rules list subjects one by one where a condition on what they have in common would do.',
  SPL_ROUTINE_APPROVAL: 'An approval rule decides most of the recorded traffic.',
  SPL_SAME_SERIAL: 'A changed policy does not raise its serial.',
  SPL_UNCOVERED_RANGE: 'Rules that divide the values of a number between them leave a gap.',
  SPL_UNCOVERED_TIME: 'Rules that divide the week between them leave a gap.',
} as const;

/** The closed list of codes that the linter reports. */
export type LintCode = keyof typeof LINT_CODES;

/** A defect that the language allows. */
export interface LintFinding {
  readonly code: LintCode;
  /** The rule concerned, where it is one. */
  readonly rule?: string;
  readonly message: string;
  readonly suggestion?: string;
}
