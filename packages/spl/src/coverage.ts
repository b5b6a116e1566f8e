import { codeOf, type Effect, type Json } from '@ttp/core';
import { type CallMap, mapCall } from './call-map.js';
import { isReference, type Operator } from './condition.js';
import { explain } from './explain-request.js';
import type { PolicyRequest } from './facts.js';
import { isLayered, type PolicyLayers } from './layers.js';
import { compiledOf, type Policy } from './load.js';
import type { ObservedCalls } from './observation.js';
import { type PolicyTest, requestOfTest } from './policy-test.js';

/** One test of a rule's conditions, and whether it was ever what kept the rule from applying. */
export interface CoveredTest {
  readonly attribute: string;
  readonly op: Operator;
  /** A reference stands in braces. */
  readonly wanted: Json;
  /** How often it was false or unknown in a request that reached the rule. */
  readonly failed: number;
}

/** What requests exercised of a rule. */
export interface CoveredRule {
  readonly rule: string;
  readonly effect: Effect;
  /** Requests with its action and resource. */
  readonly reached: number;
  /** Requests of which everything holds. */
  readonly applied: number;
  readonly tests: readonly CoveredTest[];
}

/** What requests exercised of a policy. */
export interface PolicyCoverage {
  readonly requests: number;
  readonly rules: readonly CoveredRule[];
  /** Rules that applied, and tests that failed, at least once. */
  readonly covered: number;
  /** Rules and tests. */
  readonly total: number;
}

/**
 * What requests exercise of a policy: a rule is covered by a request of which everything holds, each of its tests by
 * one that fails there. What no request tells apart could be anything, and nobody would notice.
 *
 * @param policy one, or layers: their rules are named `<layer>/<rule>` then, and each layer is asked by itself
 * @param requests such as those of policy tests and recorded calls
 * @throws SPL_NOT_LOADED
 */
export function coverPolicy(
  policy: Policy | PolicyLayers,
  requests: Iterable<PolicyRequest>,
): PolicyCoverage {
  const asked = [...requests];
  const rules = isLayered(policy)
    ? policy.layers.flatMap((one) =>
        coverRules(one.policy, asked).map((rule) => ({ ...rule, rule: `${one.layer}/${rule.rule}` })),
      )
    : coverRules(policy, asked);
  const points = rules.flatMap(({ applied, tests }) => [applied, ...tests.map(({ failed }) => failed)]);
  return {
    requests: asked.length,
    rules,
    covered: points.filter((n) => n > 0).length,
    total: points.length,
  };
}

function coverRules(policy: Policy, requests: readonly PolicyRequest[]): readonly CoveredRule[] {
  const counts = new Map(
    compiledOf(policy).rules.map((rule) => [
      rule.id,
      { rule, reached: 0, applied: 0, failed: new Map<string, number>() },
    ]),
  );
  for (const request of requests)
    for (const { rule, truth, failed } of explain(policy, request).rules) {
      const count = counts.get(rule);
      if (count === undefined) continue;
      count.reached++;
      if (truth === true) count.applied++;
      for (const { attribute, op } of failed) {
        const key = keyOf(attribute, op);
        count.failed.set(key, (count.failed.get(key) ?? 0) + 1);
      }
    }
  return [...counts.values()].map(
    ({ rule: { id, effect, conditions }, reached, applied, failed }): CoveredRule => ({
      rule: id,
      effect,
      reached,
      applied,
      tests: conditions.flatMap(({ source: { attribute, tests } }) =>
        tests.map(({ op, operand }) => ({
          attribute,
          op,
          wanted: isReference(operand) ? `{${operand.ref}}` : operand,
          failed: failed.get(keyOf(attribute, op)) ?? 0,
        })),
      ),
    }),
  );
}

/** An operator stands once in a condition, and an attribute once in a rule. */
const keyOf = (attribute: string, op: Operator): string => `${attribute} ${op}`;

/** What policy tests ask; a call that the call map refuses asks nothing. */
export const requestsOfTests = (tests: readonly PolicyTest[], callMap?: CallMap): readonly PolicyRequest[] =>
  tests.flatMap((test) => named(() => requestOfTest(test, callMap)));

/** What recorded calls ask, as the call map names them now. */
export const requestsOfCalls = ({ calls }: ObservedCalls, callMap: CallMap): readonly PolicyRequest[] =>
  calls.flatMap(({ server, tool, input, request }) =>
    named(() => ({ ...request, ...mapCall(callMap, { server, tool, input }) })),
  );

function named(request: () => PolicyRequest): readonly PolicyRequest[] {
  try {
    return [request()];
  } catch (error) {
    if (codeOf(error, 'CORE_FAULT') === 'SPL_BAD_CALL') return [];
    throw error;
  }
}
