import { attributeOf } from '../attributes.js';
import type { CompiledRule } from '../compile.js';
import type { Condition } from '../condition.js';
import { compiledOf, type Policy } from '../load.js';
import { domainOf, factsWith } from './domain.js';
import type { LintFinding } from './finding.js';
import { conditionOn, coversRule, isPermit } from './rules.js';

/**
 * Rules of one action on one pattern that all look at one number, and leave a gap between what they cover: up to 100
 * here and above 200 there. Below the lowest and above the highest of them is what they mean to leave out.
 */
export function lintRanges(policy: Policy): readonly LintFinding[] {
  const { rules } = compiledOf(policy);
  const groups = new Map<string, CompiledRule[]>();
  for (const rule of rules.filter(isPermit))
    for (const action of new Set(rule.actions))
      for (const { text } of rule.patterns ?? []) {
        const key = `${action} on ${text}`;
        groups.set(key, [...(groups.get(key) ?? []), rule]);
      }
  return [...groups].flatMap(([key, permits]): readonly LintFinding[] => {
    const [first] = permits;
    if (first === undefined || permits.length < 2) return [];
    // What is denied is left out on purpose.
    const walls = rules.filter(
      (rule) => !isPermit(rule) && permits.some((permit) => coversRule(rule, permit)),
    );
    return first.conditions.flatMap(({ source: { attribute } }) => {
      const gap = gapOf(attribute, permits, walls);
      if (gap === undefined) return [];
      const message = `${key}: no rule covers ${attribute} ${gap}`;
      return [{ code: 'SPL_UNCOVERED_RANGE', message, suggestion: 'let one begin where the other ends' }];
    });
  });
}

/** The values in the first gap, as text. */
function gapOf(
  attribute: string,
  permits: readonly CompiledRule[],
  walls: readonly CompiledRule[],
): string | undefined {
  const covering = permits.map((rule) => conditionOn(rule, attribute));
  // One that does not look at it covers all of it.
  if (covering.includes(undefined)) return undefined;
  const all = [...covering, ...walls.map((rule) => conditionOn(rule, attribute))].filter(
    (condition) => condition !== undefined,
  );
  const values = valuesOf(
    attribute,
    all.map(({ source }) => source),
  );
  const covered = values.map((value) => all.some(({ test }) => test(factsWith(attribute, value)) !== false));
  const start = covered.findIndex((now, i) => !now && covered[i - 1] === true);
  const end = covered.indexOf(true, start);
  if (start < 0 || end < 0) return undefined;
  const [from, to] = [values[start], values[end - 1]];
  return from === to ? String(from) : `${String(from)} to ${String(to)}`;
}

/** Values of a number in ascending order, as far as conditions tell them apart; none for anything else. */
function valuesOf(attribute: string, conditions: readonly Condition[]): readonly number[] {
  const { type, range: [, most] = [0, 0] } = attributeOf(attribute) ?? {};
  if (type !== 'number' && type !== 'money') return [];
  const values = (domainOf(conditions) ?? []).filter((value) => typeof value === 'number');
  // Counts, rates and scores are whole; between two amounts or two fractions there is one of a hundredth more.
  const isWhole = type === 'number' && most > 1;
  return isWhole ? [...new Set(values.flatMap((n) => [Math.floor(n), Math.ceil(n)]))] : values;
}
