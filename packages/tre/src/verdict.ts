import {
  CAPABILITIES,
  codeOf,
  type Interaction,
  isJsonObject,
  type Json,
  type JsonObject,
  type Reason,
} from '@ttp/core';
import {
  evaluate,
  evaluateLayers,
  isLayered,
  type Policy,
  type PolicyLayers,
  type PolicyRequest,
  type PolicyVerdict,
} from '@ttp/spl';
import { type Facts, fresh } from './facts.js';
import { reason } from './reasons.js';

/** The policy's answer, and the reasons it gave. */
export interface PolicyAnswer {
  readonly effect: PolicyVerdict['effect'];
  readonly obligations: PolicyVerdict['obligations'];
  /** Put into words when somebody asks. */
  reasons(): readonly Reason[];
}

/**
 * Asks the policy. Every attribute goes in under the source it came from (decision D18); facts that are not fresh
 * stay out, so that conditions on them are unknown, which never grants (decision D13). An evaluation that breaks off
 * denies, with the code of its fault.
 */
export function askPolicy(
  policy: Policy | PolicyLayers,
  interaction: Interaction,
  facts: Facts,
  now: number,
): PolicyAnswer {
  try {
    const request = requestOf(interaction, facts, now);
    const verdict = isLayered(policy) ? evaluateLayers(policy, request) : evaluate(policy, request);
    const { effect, obligations } = verdict;
    return { effect, obligations, reasons: () => reasonsOf(verdict) };
  } catch (error) {
    const code = codeOf(error, 'TRE_POLICY_FAULT');
    return {
      effect: 'deny',
      obligations: [],
      reasons: () => [reason('TRE_POLICY_FAILED', `broke off with ${code}`)],
    };
  }
}

const reasonsOf = ({ dropped, reasons }: PolicyVerdict): readonly Reason[] => [
  // The caller chose the name; as a JSON string it cannot carry a lone surrogate into what is hashed.
  ...dropped.map(({ name, source, reason: why }) =>
    reason('TRE_ATTRIBUTE_DROPPED', `${JSON.stringify(name)} from ${source}: ${why}`),
  ),
  ...reasons,
];

/** What a policy is asked: every attribute under the source it came from, and none that is not fresh. */
export const requestOf = (
  { resource, action, claims, input }: Interaction,
  facts: Facts,
  now: number,
): PolicyRequest => ({
  resource,
  action,
  now,
  engine: engineFacts(facts, now),
  resolver: fresh(facts.agent) ?? {},
  registry: fresh(facts.resource) ?? {},
  caller: { ...claims, request: isJsonObject(input) ? input : {} },
});

/** Those of the stage and those that operators granted; a capability outside the closed registry is never granted (flaw.P18). */
function capabilitiesAt({ capabilities, grants }: Facts, now: number): readonly string[] | undefined {
  const held = fresh(capabilities);
  const given = fresh(grants)?.flatMap(({ capability, notAfter }) => (now < notAfter ? [capability] : []));
  if (held === undefined && given === undefined) return undefined;
  return CAPABILITIES.filter((known) => held?.includes(known) === true || given?.includes(known) === true);
}

/**
 * How an identity is proved to a policy: its holder answered a fresh challenge with its key, alone or as a step of a
 * handshake. A document, a certificate or a token says whose key it is, and not who is there.
 */
const CHALLENGED: readonly string[] = ['challenge-response', 'handshake'];

function engineFacts(facts: Facts, now: number): JsonObject {
  const engine: Record<string, Json> = {};
  const trust = fresh(facts.trust);
  if (trust !== undefined) {
    engine['trustScore'] = trust.totalScore;
    engine['trustStage'] = trust.stage;
  }
  const identity = fresh(facts.identity);
  if (identity !== undefined)
    engine['identityVerified'] = identity.verified && CHALLENGED.includes(identity.method);
  const capabilities = capabilitiesAt(facts, now);
  if (capabilities !== undefined) engine['capabilities'] = capabilities;
  const activity = fresh(facts.activity);
  if (activity?.requestRate !== undefined) engine['request.rate'] = activity.requestRate;
  if (activity?.errorRate !== undefined) engine['errorRate'] = activity.errorRate;
  const pdp = fresh(facts.pdp);
  if (pdp !== undefined) engine['pdp.decision'] = pdp.decision;
  const labels = fresh(facts.labels);
  if (labels !== undefined) engine['trace.labels'] = labels;
  return { ...engine, ...fresh(facts.windows) };
}
