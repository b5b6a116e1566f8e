import type { Decision, ErrorCode, JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { Check } from '@ttp/sdk';
import { decisionHash } from '@ttp/tre';
import { meaningOf } from '../../mcp/explain.js';
import { list, object, optional, type Shape, text } from '../shape.js';

/** What a tool call is, for those tools that judge one. */
export const TOOL: Shape<string> = text('the name of the tool', 512);
export const SERVER: Shape<string> = text(
  'where the tool lives, as call map and policy know it; local if left out',
  512,
);
export const INPUT = 'the arguments of the call, exactly as they will be sent';

/** Said beside every judgement: whoever reads it must not take it for a permit. */
export const ADVICE = 'This is advice and no permission: the call itself is decided anew.';

/** The members of an answer that a decision gives. */
export const DECISION: Readonly<Record<string, Shape<unknown>>> = {
  decision: optional(text('hash of the decision')),
  outcome: optional(text('allow, warn, deny-soft or deny-hard')),
  effect: optional(text('what the policy says')),
  risk: optional(text('assessed risk')),
  rules: list('the rules that speak of it', text('id of a rule')),
  reasons: list('why, in words', object({ code: text('for machines'), text: text('for people') })),
};

/** A refusal and its meaning. */
export const REFUSAL: Readonly<Record<string, Shape<unknown>>> = {
  code: optional(text('what the call would be refused with')),
  meaning: optional(text('what the code means')),
};

/** A decision in words. It holds names of the policy and no values of the call. */
export function saidBy(decision: Decision | undefined): JsonObject {
  if (decision === undefined) return { rules: [], reasons: [] };
  const { outcome, effect, reasons, risk } = decision;
  const rules = new Set(reasons.flatMap(({ rule }) => (rule === undefined ? [] : [visible(rule)])));
  return {
    decision: decisionHash(decision),
    outcome,
    effect,
    risk: `${risk.level} (${risk.score}/10000)`,
    rules: [...rules],
    reasons: reasons.map(({ code, text: words }) => ({ code, text: visible(words) })),
  };
}

/** Why a checked call would be refused; nothing where it would not. */
export const refusedBy = (checked: Check): JsonObject =>
  checked.wouldPermit ? {} : refusedWith(checked.code);

export const refusedWith = (code: ErrorCode): JsonObject => ({ code, meaning: meaningOf(code) });
