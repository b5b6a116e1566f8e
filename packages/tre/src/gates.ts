import type { DecisionOutcome, Interaction, Reason } from '@ttp/core';
import { IDENTITY_MAX_BP } from '@ttp/score';
import { type Facts, fresh } from './facts.js';
import { INDEPENDENT_CLUSTERS_MIN } from './limits.js';
import { reason } from './reasons.js';
import { isPublic, isSensitive } from './sensitive.js';

/** What a gate demands, however low the risk is. */
export interface Gate {
  readonly outcome: DecisionOutcome;
  readonly reason: Reason;
}

/**
 * The gates of decision D24, which no score opens:
 * - a blocked agent (killed, revoked, capped) gets nothing, also when the report that says so is stale;
 * - an unverified one gets nothing but reads of what is public;
 * - score alone opens nothing sensitive (flaw.S1): without a vouch or three independent clusters a human decides.
 *
 * @param requiredCapabilities what the policy demands of the agent
 */
export function gatesOf(
  interaction: Interaction,
  facts: Facts,
  requiredCapabilities: readonly string[],
): readonly Gate[] {
  const gates: Gate[] = [];
  if (isBlocked(facts.trust)) gates.push({ outcome: 'deny-hard', reason: reason('TRE_BLOCKED') });
  if (!isVerified(facts) && !(interaction.action === 'read' && isPublic(facts.resource)))
    gates.push({ outcome: 'deny-hard', reason: reason('TRE_UNVERIFIED') });
  if (isSensitive(facts.resource, requiredCapabilities) && !isVouchedFor(facts))
    gates.push({ outcome: 'deny-soft', reason: reason('TRE_SCORE_ALONE') });
  return gates;
}

/**
 * Whether a report says that the agent is blocked, fresh or not. One that is capped below the floor of a verified
 * identity would be blocked as itself, so it gets no further by not saying who it is.
 */
export const isBlocked = (trust: Facts['trust']): boolean =>
  'value' in trust && (trust.value.stage === 'blocked' || trust.value.capBp < IDENTITY_MAX_BP);

const isVerified = ({ identity, trust }: Facts): boolean =>
  fresh(identity)?.verified === true && fresh(trust)?.stage !== 'unverified';

const isVouchedFor = ({ vouch, trust }: Facts): boolean =>
  fresh(vouch)?.vouched === true || (fresh(trust)?.independentClusters ?? 0) >= INDEPENDENT_CLUSTERS_MIN;
