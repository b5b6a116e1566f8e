import type { Decision, ErrorCode, JsonObject, Outcome, TraceId } from '@ttp/core';
import { GUARD_ERRORS } from '@ttp/guard';
import { OVERSIGHT_ERRORS } from '@ttp/oversight';
import { SDK_ERRORS } from '@ttp/sdk';
import { decisionHash } from '@ttp/tre';
import { GATEWAY_ERRORS } from '../errors.js';

const MEANINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...GATEWAY_ERRORS, ...SDK_ERRORS, ...GUARD_ERRORS, ...OVERSIGHT_ERRORS }),
);

/** What a code means, in one sentence; the code itself where it belongs to a part that is not enforced here. */
export const meaningOf = (code: ErrorCode): string => MEANINGS.get(code) ?? code;

/**
 * What the gateway says about an answer, for the `_meta` of a result or the data of an error.
 *
 * @param trace the trace that the outcome belongs to where it has no receipt
 */
export function ownMeta(outcome: Outcome<unknown>, trace: TraceId): JsonObject {
  const { decision, receipt, auditFault } = outcome;
  const observed = outcome.status === 'blocked' ? undefined : outcome.observed;
  return {
    'ttp/outcome': outcome.status,
    ...(outcome.status === 'done' ? {} : { 'ttp/code': outcome.code }),
    ...(decision === undefined ? {} : { 'ttp/decision': decisionHash(decision) }),
    'ttp/trace': receipt?.trace ?? trace,
    ...(receipt === undefined ? {} : { 'ttp/index': String(receipt.index) }),
    'ttp/reasons': reasonsOf(decision),
    ...(auditFault === undefined ? {} : { 'ttp/audit-fault': auditFault }),
    ...(observed === undefined ? {} : { 'ttp/observed': { ...observed } }),
  };
}

const HAPPENED = {
  blocked: 'Not done',
  failed: 'Failed',
  withheld: 'Done, but the result is withheld',
} as const;

/** An outcome without a result, for people. Nothing of what is withheld is in it. */
export function textOf(outcome: Exclude<Outcome<unknown>, { status: 'done' }>): string {
  const { status, code, decision } = outcome;
  const lines = [`${HAPPENED[status]}: ${code}. ${meaningOf(code)}`, ...reasonsOf(decision)];
  return lines.join('\n- ');
}

const reasonsOf = (decision: Decision | undefined): readonly string[] =>
  decision?.reasons.map(({ text }) => text) ?? [];
