import { type Clock, isJsonObject, type JsonObject } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { explain, lintPolicy, loadPolicy, POLICY_MAX_BYTES } from '@ttp/spl';
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
      explanation: record('verdict, rules, requirements and the nearest permit'),
      findings: list('what the linter finds', record('code, rule, message and suggestion')),
    }),
    answer({ policy: source, action, resource, input = {}, now = clock.now(), ...facts }) {
      const policy = source === undefined ? ttp.policy : loadPolicy(source);
      const { engine = {}, resolver = {}, registry = {} } = facts;
      const caller = { request: input };
      const explanation = explain(policy, { action, resource, now, engine, resolver, registry, caller });
      return Promise.resolve({
        policy: policy.hash,
        effect: explanation.verdict.effect,
        explanation: shownObject(explanation),
        findings: lintPolicy(policy).map((finding) => shownObject(finding)),
      });
    },
  });

function shownObject(value: unknown): JsonObject {
  const copy = plainCopy(value);
  return isJsonObject(copy) ? shownMembers(copy) : {};
}
