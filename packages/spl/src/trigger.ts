import { type KillReason, TtpError } from '@ttp/core';
import { canonicalName } from './attributes.js';
import { type Condition, type Operator, parseCondition } from './condition.js';
import type { KillSwitchDocument } from './document.js';
import { at } from './field.js';
import { hint } from './suggest.js';

/** A kill trigger, parsed. */
export interface KillTrigger {
  /** The same tree as a rule's conditions (decision D19). */
  readonly condition: Condition;
  readonly reason: KillReason;
  /** Earliest automatic reinstatement after the kill, ms. */
  readonly cooldownMs: number;
  readonly autoReinstate: boolean;
  /** Whether reinstatement needs an operator. The kill itself is immediate. */
  readonly requireOperatorApproval: boolean;
}

/** What a trigger may look at: facts of the enforcement point alone, never of the caller. */
export const METRICS = ['request.rate', 'errorRate', 'detected_pattern', 'trustScore'] as const;

const COMPARISON: { readonly [sign: string]: Operator } = {
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '==': 'eq',
  '!=': 'neq',
};
const CONDITION =
  /^([A-Za-z_][A-Za-z0-9_.]{0,63}) ?(>=|<=|==|!=|>|<) ?(?:'([^']{0,256})'|(-?[0-9]{1,15}(?:\.[0-9]{1,9})?))$/;

/**
 * Reads the triggers of a kill switch. Their text is matched against one fixed form, never executed (flaw.P14).
 * @throws SPL_BAD_TRIGGER, SPL_UNKNOWN_METRIC, SPL_BAD_OPERAND
 */
export function parseTriggers(document: KillSwitchDocument | undefined): readonly KillTrigger[] {
  return (document?.triggers ?? []).map((trigger, i) => ({
    condition: parseTriggerCondition(trigger.condition, at(at('killSwitch.triggers', i), 'condition')),
    reason: trigger.reason,
    cooldownMs: trigger.cooldown ?? 0,
    autoReinstate: trigger.autoReinstate ?? true,
    requireOperatorApproval: trigger.requireOperatorApproval ?? false,
  }));
}

function parseTriggerCondition(text: string, field: string): Condition {
  const [, name = '', sign = '', quoted, number] = CONDITION.exec(text) ?? [];
  const op = COMPARISON[sign];
  if (op === undefined)
    throw new TtpError('SPL_BAD_TRIGGER', `not "metric operator value": ${JSON.stringify(text)}`, { field });
  const metric = canonicalName(name);
  if (!METRICS.some((known) => known === metric))
    throw new TtpError('SPL_UNKNOWN_METRIC', `no metric ${JSON.stringify(name)}${hint(name, METRICS)}`, {
      field,
    });
  return parseCondition(metric, { [op]: quoted ?? Number(number) }, () => field);
}
