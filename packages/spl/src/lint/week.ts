import type { CompiledCondition, CompiledRule } from '../compile.js';
import { compiledOf, type Policy } from '../load.js';
import { DAYS, timeOfMinutes } from '../time.js';
import { domainOf, factsAt } from './domain.js';
import type { LintFinding } from './finding.js';
import { conditionOn, isPermit } from './rules.js';

/**
 * Rules of one action on one pattern that all name hours or days, and together leave some out. A single rule with
 * hours means them; two that divide the week between them mean the whole week.
 */
export function lintWeek(policy: Policy): readonly LintFinding[] {
  const groups = new Map<string, CompiledRule[]>();
  for (const rule of compiledOf(policy).rules.filter(isPermit))
    for (const action of new Set(rule.actions))
      for (const { text } of rule.patterns ?? []) {
        const key = `${action} on ${text}`;
        const group = groups.get(key) ?? [];
        groups.set(key, group);
        group.push(rule);
      }
  return [...groups].flatMap(([key, rules]) => gapsOf(key, rules));
}

function gapsOf(key: string, rules: readonly CompiledRule[]): readonly LintFinding[] {
  const timed = rules.map((rule) =>
    [conditionOn(rule, 'timeOfDay'), conditionOn(rule, 'dayOfWeek')].filter((one) => one !== undefined),
  );
  if (rules.length < 2 || timed.some((conditions) => conditions.length === 0)) return [];
  const starts = startsOf(timed.flat());
  const gaps = new Map<string, string[]>();
  for (const day of DAYS)
    for (const [i, timeOfDay] of starts.entries()) {
      const facts = factsAt({ timeOfDay, dayOfWeek: day });
      if (timed.some((conditions) => conditions.every(({ test }) => test(facts) !== false))) continue;
      const hours = `${timeOfDay}-${starts[i + 1] ?? '24:00'}`;
      gaps.set(hours, [...(gaps.get(hours) ?? []), day]);
    }
  if (gaps.size === 0) return [];
  const text = [...gaps].map(([hours, days]) => `${days.join(' ')} ${hours}`).join('; ');
  return [{ code: 'SPL_UNCOVERED_TIME', message: `${key}: no rule covers ${text}` }];
}

/** The times of day between which nothing changes. */
function startsOf(conditions: readonly CompiledCondition[]): readonly string[] {
  const times = conditions
    .filter(({ source }) => source.attribute === 'timeOfDay')
    .map(({ source }) => source);
  const domain = times.length === 0 ? undefined : domainOf(times);
  return (domain ?? [timeOfMinutes(0)]).filter((time) => typeof time === 'string');
}
