import { windowOf } from '../attributes.js';
import type { CompiledCondition, CompiledRule } from '../compile.js';
import { isReference } from '../condition.js';
import { WINDOW_AMOUNT_MAX } from '../limits.js';
import type { Pattern } from '../pattern.js';
import { readResource } from '../resource.js';
import { domainOf, factsWith } from './domain.js';

/** Whether a rule permits, with or without conditions. */
export const isPermit = ({ effect }: CompiledRule): boolean => effect !== 'deny';

/** The condition of a rule on an attribute. */
export const conditionOn = ({ conditions }: CompiledRule, attribute: string): CompiledCondition | undefined =>
  conditions.find(({ source }) => source.attribute === attribute);

/** Whether a rule limits how much, or how often where `adds` is undefined: in a window, or by the rate of attempts. */
const isLimited = (rule: CompiledRule, adds: string | undefined): boolean =>
  rule.conditions.some((condition) => {
    const { attribute } = condition.source;
    const sums = windowOf(attribute);
    const counts =
      sums === undefined ? attribute === 'request.rate' && adds === undefined : sums.adds === adds;
    return counts && endsAbove(rule, condition);
  });

/** A permit ends somewhere above, a deny begins there; a lower bound limits nothing. */
const endsAbove = (rule: CompiledRule, { source: { attribute }, test }: CompiledCondition): boolean =>
  test(factsWith(attribute, WINDOW_AMOUNT_MAX)) === !isPermit(rule);

/** Whether one rule limits another: itself, or as a deny that holds wherever the other could. */
export const limits = (one: CompiledRule, rule: CompiledRule, adds: string | undefined): boolean =>
  (one === rule || (!isPermit(one) && coversRule(one, rule))) && isLimited(one, adds);

/** Classes that need no care. */
const ORDINARY: readonly unknown[] = ['public', 'internal'];

/** Whether a rule is about data of a class above internal: it names one, or everything but what is ordinary. */
export function isSensitive(rule: CompiledRule): boolean {
  const tests = conditionOn(rule, 'dataClassification')?.source.tests ?? [];
  return tests.some(({ op, operand }) => {
    if (isReference(operand)) return false;
    const ordinary = [operand].flat().every((value) => ORDINARY.includes(value));
    return op === 'eq' || op === 'in' ? !ordinary : (op === 'neq' || op === 'not_in') && ordinary;
  });
}

/** Whether the first rule applies wherever the second does, as far as the spelling of their patterns shows. */
export function coversRule(wide: CompiledRule, narrow: CompiledRule): boolean {
  const actions =
    wide.actions === undefined || narrow.actions?.every((action) => wide.actions?.includes(action));
  const patterns =
    wide.patterns === undefined ||
    narrow.patterns?.every((pattern) => wide.patterns?.some((other) => coversPattern(other, pattern)));
  return actions === true && patterns === true;
}

function coversPattern(wide: Pattern, narrow: Pattern): boolean {
  if (wide.everything || wide.text === narrow.text) return true;
  const trunk = /^([^*]*[/:])\*{1,2}$/.exec(wide.text)?.[1];
  if (trunk !== undefined && narrow.text.startsWith(trunk)) return true;
  if (/[*+]/.test(narrow.text)) return false;
  const resource = readResource(narrow.text);
  return typeof resource !== 'string' && wide.matches(resource);
}

/** Whether whatever fulfils the conditions of the second rule fulfils those of the first. */
export const isImplied = (weak: CompiledRule, strong: CompiledRule): boolean =>
  weak.conditions.every((condition) => {
    const other = conditionOn(strong, condition.source.attribute);
    return other !== undefined && follows(condition, other);
  });

function follows(weak: CompiledCondition, strong: CompiledCondition): boolean {
  if (JSON.stringify(weak.source) === JSON.stringify(strong.source)) return true;
  const { attribute } = weak.source;
  // `exists` is not about a value.
  const exists = [weak, strong].some(({ source }) => source.tests.some(({ op }) => op === 'exists'));
  const values = exists ? undefined : domainOf([weak.source, strong.source]);
  return (
    values?.every((value) => {
      const facts = factsWith(attribute, value);
      return strong.test(facts) !== true || weak.test(facts) === true;
    }) ?? false
  );
}

/** Whether two rules can speak about the same action. */
export const shareAction = (a: CompiledRule, b: CompiledRule): boolean =>
  a.actions === undefined ||
  b.actions === undefined ||
  a.actions.some((action) => b.actions?.includes(action));
