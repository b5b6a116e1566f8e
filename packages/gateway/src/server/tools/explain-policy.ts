import { type Clock, isJsonObject, type JsonObject } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import {
  evaluateLayers,
  explain,
  isLayered,
  lintPolicy,
  loadPolicy,
  POLICY_MAX_BYTES,
  type PolicyExplanation,
  type PolicyLayers,
  type PolicyRequest,
  type PolicyVerdict,
  policiesOf,
} from '@ttp/spl';
import { list, object, optional, record, text, whole } from '../shape.js';
import { type ServerTool, shownMembers, tool } from '../tool.js';

const FACTS = 'what is not given here is unknown, which never permits';

/** `explain_policy`: why a policy says what it says to a request, and what is wrong with the policy itself. */
export const explainPolicy = (ttp: Pick<Ttp, 'policy'>, clock: Clock): ServerTool =>
  tool({
    name: 'explain_policy',
    title: 'Explain a policy',
    description: `Holds a request against the armed policy, or against the text of another one: the verdict, each rule and the
tests that fail, the nearest permit, and what the linter finds. It looks at the policy alone: ${FACTS}.`,
    input: object({
      policy: optional(text('the text of a policy; the armed one if left out', POLICY_MAX_BYTES)),
      action: text('what is done', 512),
      resource: text('what it is done to', 2048),
      input: optional(record('the arguments, which conditions name as request.*')),
      engine: optional(record(`trustScore, request.rate and the like; ${FACTS}`)),
      resolver: optional(record(`agent.*; ${FACTS}`)),
      registry: optional(record(`riskLevel, dataClassification and the like; ${FACTS}`)),
      now: optional(whole('when, ms since 1970; now if left out')),
    }),
    output: object({
      policy: text('hash of the policy'),
      effect: text('allow, warn, allow_with_approval or deny'),
      explanation: record(
        'verdict, rules, requirements and the nearest permit; of layered policies those of each',
      ),
      findings: list('what the linter finds', record('code, rule, message and suggestion')),
    }),
    answer({ policy: source, action, resource, input = {}, now = clock.now(), ...facts }) {
      const policy = source === undefined ? ttp.policy : loadPolicy(source);
      const { engine = {}, resolver = {}, registry = {} } = facts;
      const caller = { request: input };
      const request = { action, resource, now, engine, resolver, registry, caller };
      const findings = policiesOf(policy).flatMap(({ layer, policy: one }) =>
        lintPolicy(one).map((finding) => shownObject(layer === undefined ? finding : { ...finding, layer })),
      );
      const explanation = isLayered(policy) ? layersOf(policy, request) : explain(policy, request);
      const { effect } = explanation.verdict;
      return Promise.resolve({
        policy: policy.hash,
        effect,
        explanation: shownObject(explanation),
        findings,
      });
    },
  });

/** What the layers say together, and why each of them says what it says. */
const layersOf = (
  policy: PolicyLayers,
  request: PolicyRequest,
): { readonly verdict: PolicyVerdict; readonly layers: { readonly [layer: string]: PolicyExplanation } } => {
  const { layers: _, ...verdict } = evaluateLayers(policy, request);
  const layers = policy.layers.map(({ layer, policy: one }) => [layer, explain(one, request)] as const);
  return { verdict, layers: Object.fromEntries(layers) };
};

function shownObject(value: unknown): JsonObject {
  const copy = plainCopy(value);
  return isJsonObject(copy) ? shownMembers(copy) : {};
}
