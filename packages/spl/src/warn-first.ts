import type { CallMap } from './call-map.js';
import { isLayered, layerPolicies, type PolicyLayers } from './layers.js';
import { POLICY_CEILING_BYTES } from './limits.js';
import { loadPolicy, type Policy } from './load.js';
import type { ObservedCalls } from './observation.js';
import { type ReplayedCall, replayPolicy } from './replay-policy.js';

/** A recorded call that a rule tried with `warn` lets pass, and what it would get. */
export interface WarnedCall {
  readonly call: ReplayedCall;
  readonly becomes: ReplayedCall['effect'];
}

/**
 * The dry run of rules that are tried with `warn` first: which recorded calls would be answered differently if every
 * `warn` were a denial, or an approval.
 *
 * @param effect what the warn rules become
 * @throws SPL_NOT_LOADED, SPL_UNSCOPED_PERMIT
 */
export function tryWarnAs(
  policy: Policy | PolicyLayers,
  effect: 'deny' | 'allow_with_approval',
  callMap: CallMap,
  observed: ObservedCalls,
): readonly WarnedCall[] {
  const { calls } = replayPolicy(policy, callMap, observed);
  const strict = replayPolicy(strictened(policy, effect), callMap, observed).calls;
  return calls.flatMap((call, i) => {
    const becomes = strict[i]?.effect ?? call.effect;
    return becomes === call.effect ? [] : [{ call, becomes }];
  });
}

const strictened = (
  policy: Policy | PolicyLayers,
  effect: 'deny' | 'allow_with_approval',
): Policy | PolicyLayers =>
  isLayered(policy)
    ? layerPolicies(policy.layers.map((one) => ({ ...one, policy: withWarnAs(one.policy, effect) })))
    : withWarnAs(policy, effect);

function withWarnAs({ document }: Policy, effect: 'deny' | 'allow_with_approval'): Policy {
  const rules = document.rules.map((rule) => (rule.effect === 'warn' ? { ...rule, effect } : rule));
  return loadPolicy(JSON.stringify({ ...document, rules }), { maxBytes: POLICY_CEILING_BYTES });
}
