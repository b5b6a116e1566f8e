import type { Json } from '@ttp/core';
import { attributeOf } from '../attributes.js';
import type { CompiledCondition, CompiledRule } from '../compile.js';
import { isReference, type Scalar, type Test } from '../condition.js';
import { compiledOf, type Policy } from '../load.js';
import { domainOf, factsWith } from './domain.js';
import type { LintFinding } from './finding.js';
import { conditionOn, isPermit, limits, shareAction } from './rules.js';

/** In which direction an attribute makes an agent more trustworthy, or a call more dangerous. */
const DIRECTION: { readonly [attribute: string]: 'trust' | 'risk' } = {
  trustScore: 'trust',
  trustStage: 'trust',
  identityVerified: 'trust',
  'pdp.decision': 'trust',
  riskLevel: 'risk',
};

/** Conditions that an agent, or an accident, can walk around. */
export function lintGuards(policy: Policy): readonly LintFinding[] {
  const { rules } = compiledOf(policy);
  return rules.flatMap((rule) => [
    ...rule.conditions.flatMap((condition) => [
      ...omittable(rule, condition),
      ...notMonotone(rule, condition),
    ]),
    ...noTrust(rule, rules),
    ...exclusionGaps(rule, rules),
    ...noCumulativeLimit(rule, rules),
  ]);
}

/** The exception of law.P-4: `exists` is never unknown, so leaving the attribute out decides it (decision D13). */
function omittable(rule: CompiledRule, { source }: CompiledCondition): readonly LintFinding[] {
  const { attribute, tests } = source;
  const exists = tests.find(({ op }) => op === 'exists');
  if (exists === undefined) return [];
  const strict = rule.effect === 'deny' || rule.effect === 'allow_with_approval';
  const callers = attributeOf(attribute)?.source === 'caller';
  if (!(strict && callers) && !(isPermit(rule) && exists.operand === false)) return [];
  return [
    {
      code: 'SPL_OMITTABLE_GUARD',
      rule: rule.id,
      message: `whether ${attribute} exists decides the rule${callers ? ', and the caller decides that' : ''}`,
      suggestion: 'test its value: a missing one then counts against the caller',
    },
  ];
}

/** Law P-9 for a single rule: walk up the values, and see whether the rule ever turns the wrong way (decision D22). */
function notMonotone(rule: CompiledRule, { source, test }: CompiledCondition): readonly LintFinding[] {
  const direction = DIRECTION[source.attribute];
  const values = direction === undefined ? undefined : domainOf([source]);
  if (values === undefined) return [];
  const ascending = values.map((value: Json) => test(factsWith(source.attribute, value)) === true);
  // A permit may only begin with more trust and end with more risk; a deny the other way round.
  const mayBegin = isPermit(rule) === (direction === 'trust');
  const turnsWrong = ascending.some((now, i) => {
    const before = ascending[i - 1];
    return before !== undefined && before !== now && now !== mayBegin;
  });
  if (!turnsWrong) return [];
  const more = direction === 'trust' ? 'less trust' : 'more declared risk';
  return [
    { code: 'SPL_NOT_MONOTONE', rule: rule.id, message: `by ${source.attribute}, ${more} permits more` },
  ];
}

function noTrust(rule: CompiledRule, rules: readonly CompiledRule[]): readonly LintFinding[] {
  if (rule.effect !== 'allow' && rule.effect !== 'warn') return [];
  if (statesTrust(rule)) return [];
  const other = rules.find((one) => isPermit(one) && statesTrust(one) && shareAction(one, rule));
  if (other === undefined) return [];
  const message = `it states no trust condition, ${other.id} does`;
  return [{ code: 'SPL_NO_TRUST_CONDITION', rule: rule.id, message }];
}

const statesTrust = (rule: CompiledRule): boolean =>
  conditionOn(rule, 'trustScore') !== undefined || conditionOn(rule, 'trustStage') !== undefined;

/** `not_in [a, b]` here and `in [a, b, c]` in a stricter rule: c goes through. */
function exclusionGaps(rule: CompiledRule, rules: readonly CompiledRule[]): readonly LintFinding[] {
  if (rule.effect !== 'allow' && rule.effect !== 'warn') return [];
  return rule.conditions.flatMap(({ source: { attribute, tests } }) => {
    const excluded = listOf(tests, 'not_in') ?? listOf(tests, 'neq');
    if (excluded === undefined) return [];
    return rules.flatMap((other): readonly LintFinding[] => {
      if (other.effect !== 'deny' && other.effect !== 'allow_with_approval') return [];
      const named = listOf(conditionOn(other, attribute)?.source.tests ?? [], 'in');
      if (
        named === undefined ||
        !shareAction(rule, other) ||
        !named.some((value) => excluded.includes(value))
      )
        return [];
      const gap = named.filter((value) => !excluded.includes(value));
      if (gap.length === 0) return [];
      const message = `${attribute} ${gap.map((value) => JSON.stringify(value)).join(', ')} is singled out by ${other.id}, but not excluded here`;
      return [{ code: 'SPL_EXCLUSION_GAP', rule: rule.id, message }];
    });
  });
}

function listOf(tests: readonly Test[], op: 'in' | 'not_in' | 'neq'): readonly Scalar[] | undefined {
  const operand = tests.find((test) => test.op === op)?.operand;
  return operand === undefined || isReference(operand) ? undefined : [operand].flat();
}

/** The permit limits the sum itself, or a deny does wherever the permit holds. */
function noCumulativeLimit(rule: CompiledRule, rules: readonly CompiledRule[]): readonly LintFinding[] {
  if (rule.effect !== 'allow' && rule.effect !== 'warn') return [];
  if (conditionOn(rule, 'request.amount') === undefined) return [];
  if (rules.some((one) => limits(one, rule, 'request.amount'))) return [];
  const message = 'it limits each amount and not their sum';
  const suggestion = 'add a condition on sum(request.amount, 24h)';
  return [{ code: 'SPL_NO_CUMULATIVE_LIMIT', rule: rule.id, message, suggestion }];
}
