import { TtpError } from './error.js';

/** The six interaction modes (ttp-protocol.txt L28-39). */
export const MODES = ['a2a', 'a2h', 'a2t', 'a2s', 'a2r', 'a2api'] as const;
export type Mode = (typeof MODES)[number];

/** Trust stages, lowest first (decision D24). `blocked`: killed, revoked, or capped below the verified floor. */
export const STAGES = ['blocked', 'unverified', 'provisional', 'new', 'building', 'established'] as const;
export type Stage = (typeof STAGES)[number];

/** Risk levels, lowest first (decision D22). */
export const RISK_LEVELS = ['none', 'low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** Data classifications, lowest first. */
export const CLASSIFICATIONS = ['public', 'internal', 'confidential', 'restricted'] as const;
export type Classification = (typeof CLASSIFICATIONS)[number];

/** Policy effects, weakest first; the strongest that applies wins (decision D12). */
export const EFFECTS = ['allow', 'warn', 'allow_with_approval', 'deny'] as const;
export type Effect = (typeof EFFECTS)[number];

/** Outcomes of a decision, most permissive first (decision D22). `warn` is the documents' ALLOW + WARN. */
export const DECISION_OUTCOMES = ['allow', 'warn', 'deny-soft', 'deny-hard'] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

/** The closed registry of capabilities (decision D27). */
export const CAPABILITIES = [
  'data:text',
  'data:code',
  'data:structured',
  'data:binary',
  'data:read',
  'data:write',
  'data:financial',
  'data:phi',
  'data:pii',
  'data:confidential',
  'file:read',
  'file:write',
  'file:execute',
  'network:internal',
  'network:external',
  'context:workspace',
  'context:session',
  'context:user',
  'payment:process',
  'refund:process',
  'agent:delegate',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** What kinds of data came up in a trace; beside these there are labels of one's own. */
export const LABELS = ['pii', 'secret', 'untrusted'] as const;
export type Label = (typeof LABELS)[number];

/** Lowercase, so that no two labels differ by case alone; a token of RFC 9651, so that it needs no quoting in a header. */
const LABEL = /^[a-z][a-z0-9-]{0,31}$/;

/** Whether a text can be a label of a trace: one of {@link LABELS}, or one of one's own. */
export const isLabel = (text: string): boolean => LABEL.test(text);

/** The nine kill reasons (ttp-protocol.txt L2742-2753). */
export const KILL_REASONS = [
  'rate_limit_exceeded',
  'trust_score_critical',
  'pattern_threat_detected',
  'manual_operator_action',
  'circuit_breaker_trip',
  'security_violation',
  'anomaly_detected',
  'revocation_received',
  'cascade_failure',
] as const;
export type KillReason = (typeof KILL_REASONS)[number];

/** What an operator may do (decisions.md, table of numbers). */
export const PRIVILEGES = [
  'review:basic',
  'review:senior',
  'review:final',
  'intervene:pause',
  'intervene:resume',
  'intervene:restrict',
  'intervene:override',
  'intervene:terminate',
  'kill:order',
  'kill:reinstate',
  'policy:sign',
  'operator:manage',
] as const;
export type Privilege = (typeof PRIVILEGES)[number];

/**
 * `word` as a term of the closed list `terms`. Unknown words are refused, never passed on (flaw.P18).
 * Throws CORE_UNKNOWN_TERM.
 */
export function asTerm<T extends string>(terms: readonly T[], word: string, field?: string): T {
  const term = terms.find((t) => t === word);
  if (term !== undefined) return term;
  const options = field === undefined ? {} : { field };
  throw new TtpError('CORE_UNKNOWN_TERM', `${JSON.stringify(word)} is none of ${terms.join(', ')}`, options);
}

/** Whether `a` stands at `b` or above it in the ordered list `terms`. An unknown word throws CORE_UNKNOWN_TERM. */
export function atLeast<T extends string>(terms: readonly T[], a: T, b: T): boolean {
  return terms.indexOf(asTerm(terms, a)) >= terms.indexOf(asTerm(terms, b));
}

/** The one of `a` and `b` that stands further up in the ordered list `terms`. */
export function highest<T extends string>(terms: readonly T[], a: T, b: T): T {
  return atLeast(terms, a, b) ? a : b;
}
