import type { Effect, Json } from '@ttp/core';
import { attributeOf, type Source } from './attributes.js';
import type { CompiledPolicy, CompiledRule } from './compile.js';
import { type Condition, isReference, type Operator, type Test } from './condition.js';
import { evaluate, type PolicyVerdict } from './evaluate.js';
import { Facts, type PolicyRequest, Slots } from './facts.js';
import { compiledOf, type Policy } from './load.js';
import { compileCondition, type Truth } from './operators.js';
import { readResource } from './resource.js';
import { matchingRules } from './rule-index.js';

/** A test that does not hold, with what was there and what it wants. */
export interface FailedTest {
  readonly attribute: string;
  /** Who has to say it. */
  readonly source: Source;
  readonly op: Operator;
  readonly wanted: Json;
  /** The attribute that `wanted` was taken from. */
  readonly reference?: string;
  /** Absent where the attribute is missing, null or of another type. */
  readonly actual?: Json;
  readonly truth: false | 'unknown';
}

/** What a rule about this action and resource comes to. */
export interface ExplainedRule {
  readonly rule: string;
  readonly effect: Effect;
  readonly truth: Truth;
  /** What keeps it from being true. */
  readonly failed: readonly FailedTest[];
}

/** Why a permit does not permit: something of the request that would have to be different. */
export type Obstacle =
  | { readonly kind: 'action' | 'resource'; readonly actual: string; readonly wanted: readonly string[] }
  | ({ readonly kind: 'condition' | 'requirement' } & FailedTest);

/** The permit that takes the fewest changes. */
export interface NearestPermit {
  readonly rule: string;
  readonly effect: Effect;
  /** What would have to be different, requirements of the policy included. */
  readonly obstacles: readonly Obstacle[];
  /** Deny rules that speak about the request as it is: they deny whatever else changes. */
  readonly deniedBy: readonly string[];
}

/** Why a verdict is what it is. */
export interface PolicyExplanation {
  readonly verdict: PolicyVerdict;
  /** The rules for this action and resource, in the order of their ids. */
  readonly rules: readonly ExplainedRule[];
  /** Preconditions of every permit that are not met. */
  readonly requirements: readonly FailedTest[];
  /** Where the verdict is deny, unless the resource cannot be read or the policy has no permit. */
  readonly nearest?: NearestPermit;
}

/**
 * Explains a verdict: each rule for the action and the resource with the tests that fail, and for a denial the permit
 * that is nearest. Unlike a verdict it holds values of the request: it is for whoever writes the policy, not for
 * whoever asked.
 *
 * @throws SPL_NOT_LOADED
 */
export function explain(policy: Policy, request: PolicyRequest): PolicyExplanation {
  const compiled = compiledOf(policy);
  const verdict = evaluate(policy, request);
  const resource = readResource(request.resource);
  if (typeof resource === 'string') return { verdict, rules: [], requirements: [] };
  const facts = new Facts(request, compiled.clock);
  const { rules: found } = matchingRules(compiled.index, request.action, resource);
  const rules = found.map((rule): ExplainedRule => {
    const failed = failedOf(rule, request, compiled);
    const isFalse = rule.conditions.some(({ test }) => test(facts) === false);
    return {
      rule: rule.id,
      effect: rule.effect,
      truth: isFalse ? false : failed.length > 0 ? 'unknown' : true,
      failed,
    };
  });
  const requirements = compiled.requirements
    .filter(({ test }) => test(facts) !== true)
    .flatMap(({ source, test }) => testsOf(source, request, compiled, test(facts) === false));
  const explained = { verdict, rules, requirements };
  if (verdict.effect !== 'deny') return explained;
  const nearest = nearestOf(request, found, compiled);
  if (nearest === undefined) return explained;
  const { rule, obstacles } = nearest;
  const deniedBy = rules.filter(({ effect, truth }) => effect === 'deny' && truth !== false);
  return {
    ...explained,
    nearest: {
      rule: rule.id,
      effect: rule.effect,
      obstacles: [...obstacles, ...requirements.map((one) => ({ kind: 'requirement', ...one }) as const)],
      deniedBy: deniedBy.map((one) => one.rule),
    },
  };
}

/** The permit with the fewest obstacles; among equals the one whose action and resource fit, then the first by id. */
function nearestOf(
  request: PolicyRequest,
  found: readonly CompiledRule[],
  compiled: CompiledPolicy,
): { readonly rule: CompiledRule; readonly obstacles: readonly Obstacle[] } | undefined {
  const matching = new Set(found);
  let best: { rule: CompiledRule; obstacles: readonly Obstacle[]; scope: number } | undefined;
  for (const rule of compiled.rules) {
    if (rule.effect === 'deny') continue;
    const scope = matching.has(rule) ? [] : scopeOf(rule, request);
    if (best !== undefined && scope.length > best.obstacles.length) continue;
    const failed = failedOf(rule, request, compiled);
    const obstacles = [...scope, ...failed.map((one) => ({ kind: 'condition', ...one }) as const)];
    const fewer = obstacles.length - (best?.obstacles.length ?? Number.POSITIVE_INFINITY);
    if (fewer < 0 || (fewer === 0 && scope.length < (best?.scope ?? 0)))
      best = { rule, obstacles, scope: scope.length };
  }
  return best;
}

function scopeOf({ actions = [], patterns = [] }: CompiledRule, request: PolicyRequest): readonly Obstacle[] {
  const resource = readResource(request.resource);
  const list: Obstacle[] = [];
  if (!actions.includes(request.action))
    list.push({ kind: 'action', actual: request.action, wanted: actions });
  if (typeof resource === 'string' || !patterns.some((pattern) => pattern.matches(resource)))
    list.push({ kind: 'resource', actual: request.resource, wanted: patterns.map(({ text }) => text) });
  return list;
}

const failedOf = (
  { conditions }: CompiledRule,
  request: PolicyRequest,
  compiled: CompiledPolicy,
): readonly FailedTest[] => conditions.flatMap(({ source }) => testsOf(source, request, compiled, false));

/** @param isFalse whether a test counts as failed whatever the facts say */
function testsOf(
  { attribute, tests }: Condition,
  request: PolicyRequest,
  { clock }: CompiledPolicy,
  isFalse: boolean,
): readonly FailedTest[] {
  const slots = new Slots();
  const facts = new Facts(request, clock);
  return tests.flatMap((test): readonly FailedTest[] => {
    const truth = compileCondition({ attribute, tests: [test] }, slots)(facts);
    if (truth === true && !isFalse) return [];
    const found = facts.value(test.op === 'exists' ? slots.presence(attribute) : slots.value(attribute));
    return [
      {
        attribute,
        source: attributeOf(attribute)?.source ?? 'caller',
        op: test.op,
        ...wantedOf(test, facts, slots),
        ...(found === null ? {} : { actual: found }),
        truth: truth === 'unknown' ? truth : false,
      },
    ];
  });
}

function wantedOf({ operand }: Test, facts: Facts, slots: Slots): Pick<FailedTest, 'wanted' | 'reference'> {
  if (!isReference(operand)) return { wanted: operand };
  return { wanted: facts.value(slots.value(operand.ref)), reference: operand.ref };
}
