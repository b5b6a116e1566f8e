import type { Json } from '@ttp/core';
import type { CompiledCondition, CompiledPolicy, CompiledRule } from '../compile.js';
import { isReference } from '../condition.js';
import { Facts } from '../facts.js';
import { DIFF_COMBINATIONS_MAX } from '../limits.js';
import type { Target } from './targets.js';
import { type Assignment, type Domains, requestOf } from './values.js';

/**
 * The combinations of values to try for one target: all of them where they are few, otherwise what makes each rule
 * true, changed in one attribute and then in two.
 *
 * @param policies the two policies, each with its rules for the target
 */
export function assignmentsOf(
  target: Target,
  domains: Domains,
  policies: readonly { readonly compiled: CompiledPolicy; readonly rules: readonly CompiledRule[] }[],
): { readonly assignments: Iterable<Assignment>; readonly complete: boolean } {
  let count = 1;
  for (const values of domains.values()) count *= values.length;
  if (count <= DIFF_COMBINATIONS_MAX) return { assignments: allOf([...domains]), complete: true };
  const least = new Map([...domains].map(([name, values]) => [name, values[0]] as const));
  const bases: Assignment[] = [least];
  for (const { compiled, rules } of policies)
    for (const { conditions } of rules)
      bases.push(fulfilling([...compiled.requirements, ...conditions], least, { domains, target, compiled }));
  return { assignments: around(bases, [...domains]), complete: false };
}

/** Every combination, the last attribute changing fastest. */
function* allOf(
  domains: readonly (readonly [string, readonly (Json | undefined)[]])[],
): Generator<Map<string, Json | undefined>> {
  if (domains.some(([, values]) => values.length === 0)) return;
  const at = domains.map(() => 0);
  for (;;) {
    yield new Map(domains.map(([name, values], i) => [name, values[at[i] ?? 0]]));
    let i = domains.length - 1;
    for (; i >= 0; i--) {
      const next = (at[i] ?? 0) + 1;
      at[i] = next < (domains[i]?.[1].length ?? 0) ? next : 0;
      if (at[i] !== 0) break;
    }
    if (i < 0) return;
  }
}

/** Each base, then each with one value changed, then with two, up to the limit. */
function* around(
  bases: readonly Assignment[],
  domains: readonly (readonly [string, readonly (Json | undefined)[]])[],
): Generator<Assignment> {
  let left = DIFF_COMBINATIONS_MAX;
  for (const base of bases) {
    if (left-- <= 0) return;
    yield base;
  }
  for (const base of bases)
    for (const [name, values] of domains)
      for (const value of values) {
        if (left-- <= 0) return;
        yield new Map([...base, [name, value]]);
      }
  for (const base of bases)
    for (const [i, [name, values]] of domains.entries())
      for (const [other, others] of domains.slice(i + 1))
        for (const value of values)
          for (const second of others) {
            if (left-- <= 0) return;
            yield new Map([...base, [name, value], [other, second]]);
          }
}

/** A condition of a rule, or a requirement. */
type Wanted = Pick<CompiledCondition, 'source' | 'test'>;

/** The base with values that make one condition after another true, as far as their domains have any. */
function fulfilling(
  conditions: readonly Wanted[],
  least: Assignment,
  setting: { readonly domains: Domains; readonly target: Target; readonly compiled: CompiledPolicy },
): Assignment {
  const { domains, target, compiled } = setting;
  return conditions.reduce((base: Assignment, condition, i) => {
    const names = namesIn(condition);
    // What was reached for the same attribute before must stay.
    const together = conditions
      .slice(0, i + 1)
      .filter((one) => namesIn(one).some((name) => names.includes(name)));
    for (const values of allOf(names.map((name) => [name, domains.get(name) ?? []] as const))) {
      const tried = new Map([...base, ...values]);
      const facts = new Facts(requestOf(target, tried), compiled.clock);
      if (together.every(({ test }) => test(facts) === true)) return tried;
    }
    return base;
  }, least);
}

/** The attributes whose values decide a condition. */
function namesIn({ source: { attribute, tests } }: Wanted): readonly string[] {
  const refs = tests.flatMap(({ operand }) => (isReference(operand) ? [operand.ref] : []));
  return [attribute, ...refs].map((name) => (name === 'timeOfDay' || name === 'dayOfWeek' ? 'now' : name));
}
