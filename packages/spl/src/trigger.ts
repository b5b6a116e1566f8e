import { type JsonObject, type KillReason, TtpError } from '@ttp/core';
import { canonicalName } from './attributes.js';
import { type Condition, type Operator, parseCondition } from './condition.js';
import type { KillSwitchDocument } from './document.js';
import { Facts, Slots } from './facts.js';
import { at } from './field.js';
import { compileCondition } from './operators.js';
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

/**
 * Compiles triggers into one function of the metrics. It is total: a metric that is missing, or has no value that it
 * can have, trips nothing.
 *
 * @param triggers `killTriggers` of a policy
 * @returns what gives, for the values of {@link METRICS} by name, the triggers that hold, in order
 */
export function compileTriggers(
  triggers: readonly KillTrigger[],
): (metrics: JsonObject) => readonly KillTrigger[] {
  const slots = new Slots();
  const compiled = triggers.map((trigger) => ({ trigger, test: compileCondition(trigger.condition, slots) }));
  return (metrics) => {
    const facts = new Facts({ ...NOTHING, engine: metrics }, () => undefined);
    let tripped: KillTrigger[] | undefined;
    for (const { trigger, test } of compiled) if (test(facts) === true) (tripped ??= []).push(trigger);
    return tripped ?? NONE;
  };
}

/** A trigger looks at nothing but metrics. */
const NOTHING = { resource: '', action: '', now: 0, resolver: {}, registry: {}, caller: {} } as const;
const NONE: readonly KillTrigger[] = Object.freeze([]);
