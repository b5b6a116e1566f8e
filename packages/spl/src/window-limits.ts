import type { Json, Obligation } from '@ttp/core';
import { windowOf } from './attributes.js';
import type { CompiledCondition, CompiledRule } from './compile.js';
import { isReference, type Operator } from './condition.js';
import type { Facts, Slot, Slots } from './facts.js';
import { fail } from './fail.js';
import { POLICY_MAX_WINDOWS } from './limits.js';
import type { Window } from './window.js';

/** What one rule demands of one window. */
interface Guard {
  readonly key: string;
  readonly value: Slot;
  /** 100 for a sum, whose amounts are counted in hundredths, 1 for a count. */
  readonly scale: 1 | 100;
  readonly tests: readonly { readonly op: Operator; readonly operand: (facts: Facts) => Json }[];
  /** The conditions of the rule that no window can change. */
  readonly others: readonly CompiledCondition[];
}

/** The windows of a policy, and the rules that look at them. */
export interface CompiledWindows {
  /** Every attribute that is a window, in the order of their names. */
  readonly windows: readonly Window[];
  /** The same, each argument and length once. */
  readonly kept: readonly Window[];
  readonly guards: ReadonlyMap<CompiledRule, readonly Guard[]>;
}

/** `24h` and `1d` of one argument are one window: a call is added to it once. */
const keyOf = ({ adds = '', windowMs }: Window): string => `${adds} ${windowMs}`;

/**
 * Finds the windows that the rules of a policy look at.
 * @throws SPL_TOO_MANY_WINDOWS
 */
export function compileWindows(rules: readonly CompiledRule[], slots: Slots): CompiledWindows {
  const named = new Map<string, Window>();
  const guards = new Map<CompiledRule, readonly Guard[]>();
  for (const rule of rules) {
    const mine: Guard[] = [];
    for (const { source } of rule.conditions) {
      const span = windowOf(source.attribute);
      if (span === undefined) continue;
      named.set(span.attribute, Object.freeze(span));
      mine.push({
        key: keyOf(span),
        value: slots.value(source.attribute),
        scale: span.adds === undefined ? 1 : 100,
        tests: source.tests.map(({ op, operand }) => {
          const slot = isReference(operand) ? slots.value(operand.ref) : undefined;
          const constant = isReference(operand) ? null : operand;
          return { op, operand: (facts) => (slot === undefined ? constant : facts.value(slot)) };
        }),
        others: rule.conditions.filter((other) => windowOf(other.source.attribute) === undefined),
      });
    }
    if (mine.length > 0) guards.set(rule, mine);
  }
  const windows = Object.freeze([...named.values()].sort((a, b) => (a.attribute < b.attribute ? -1 : 1)));
  if (windows.length > POLICY_MAX_WINDOWS)
    fail('SPL_TOO_MANY_WINDOWS', `${windows.length} different windows`, 'rules');
  const kept = windows.filter((one, i) => windows.findIndex((other) => keyOf(other) === keyOf(one)) === i);
  return { windows, kept, guards };
}

/**
 * What a permission obliges to where its policy has windows: to add the call to each of them, as long as none grows
 * beyond its `atMost`. That is the highest value up to which no rule about this request changes its answer: what was
 * permitted at one value is not permitted beyond it, whoever else is permitted meanwhile (flaw.P8).
 *
 * @param found the rules for the action and the resource
 */
export function windowObligations(
  { kept, guards }: CompiledWindows,
  found: readonly CompiledRule[],
  facts: Facts,
): readonly Obligation[] {
  const limits = new Map<string, { readonly atMost: number; readonly from: string }>();
  for (const rule of found)
    for (const guard of guards.get(rule) ?? []) {
      const atMost = boundOf(guard, facts);
      if (atMost < (limits.get(guard.key)?.atMost ?? Number.POSITIVE_INFINITY))
        limits.set(guard.key, { atMost, from: `rule:${rule.id}` });
    }
  return kept.map((span): Obligation => {
    const { atMost, from = 'policy' } = limits.get(keyOf(span)) ?? {};
    return { kind: 'window', from, params: { ...span, ...(atMost === undefined ? {} : { atMost }) } };
  });
}

/** Obligations with those about one window joined to one, which has the lowest bound: a call is added to it once. */
export function unitedWindows(obligations: readonly Obligation[]): readonly Obligation[] {
  const united = new Map<string, Obligation>();
  for (const one of obligations) {
    if (one.kind !== 'window') continue;
    const { adds = null, windowMs = null } = one.params;
    const key = JSON.stringify([adds, windowMs]);
    const known = united.get(key);
    if (known === undefined || boundIn(one) < boundIn(known)) united.set(key, one);
  }
  return [...obligations.filter(({ kind }) => kind !== 'window'), ...united.values()];
}

function boundIn({ params: { atMost } }: Obligation): number {
  return typeof atMost === 'number' ? atMost : Number.POSITIVE_INFINITY;
}

/** The highest value of the window up to which the rule says what it says now; infinite where no value changes that. */
function boundOf({ value, scale, tests, others }: Guard, facts: Facts): number {
  const now = facts.value(value);
  // A window that cannot be told is unknown whatever is added, and another false condition keeps the rule false.
  if (typeof now !== 'number' || others.some(({ test }) => test(facts) === false))
    return Number.POSITIVE_INFINITY;
  const least = tests.flatMap(({ op, operand }) => {
    const bounds = [operand(facts)].flat();
    return bounds.map((bound, i) =>
      typeof bound === 'number'
        ? lastSame(opAt(op, i), unitsOf(bound, scale), unitsOf(now, scale))
        : Number.POSITIVE_INFINITY,
    );
  });
  return Math.min(...least) / scale;
}

/** Whole units, where the decimals are those of the scale; a bound between two units stays between them. */
function unitsOf(value: number, scale: number): number {
  const units = Math.round(value * scale);
  return units / scale === value ? units : value * scale;
}

/** The bounds of a range are two comparisons. */
function opAt(op: Operator, i: number): Operator {
  if (op !== 'between' && op !== 'not_between') return op;
  return i === 0 ? 'gte' : 'lte';
}

/** The last whole number, from `now` upwards, of which a comparison with `bound` says the same. */
function lastSame(op: Operator, bound: number, now: number): number {
  if (op === 'exists' || now > bound) return Number.POSITIVE_INFINITY;
  if (op === 'gt' || op === 'lte') return Math.floor(bound);
  const isOrder = op === 'gte' || op === 'lt';
  if (now === bound) return isOrder ? Number.POSITIVE_INFINITY : bound;
  // Nothing is ever equal to what lies between two units.
  return isOrder || Number.isInteger(bound) ? Math.ceil(bound) - 1 : Number.POSITIVE_INFINITY;
}
