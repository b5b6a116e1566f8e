import { type Did, isDid, TtpError } from '@ttp/core';
import { type Policy, type PolicyLayers, policiesOf } from '@ttp/spl';

/**
 * Whom a kill names: everybody, a `did:ttp`, or the agent by the name that its policy has for it. A kill by a name that
 * nobody resolved would stop nobody, and look as if it had.
 *
 * @throws DID_UNRESOLVED
 */
export function killTarget(target: unknown, policy: Policy | PolicyLayers, agent: Did): Did | '*' {
  if (target === '*') return target;
  if (typeof target === 'string') {
    if (policiesOf(policy).some((one) => one.policy.document.agentDid === target)) return agent;
    if (isDid(target) && target.startsWith('did:ttp:')) return target;
  }
  throw new TtpError('DID_UNRESOLVED', 'that is no agent known here', { field: 'agent' });
}
