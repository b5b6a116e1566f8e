import type { Did, Json, JsonObject } from '@ttp/core';
import type { BehaviorMetrics, KillSwitch } from '@ttp/guard';
import { compileTriggers, type KillTrigger, type Policy, type PolicyLayers, policiesOf } from '@ttp/spl';

/** A trigger that holds, with all that the log says of it. */
export interface Tripped {
  readonly trigger: KillTrigger;
  /** As the policy writes it. */
  readonly condition: string;
  /** Recipients that the policy lists. */
  readonly notify: readonly string[];
  /** Hash of its policy. */
  readonly policy: string;
}

/** The triggers of a policy, or of all its layers. */
export interface Triggers {
  readonly isEmpty: boolean;
  /**
   * Kills the agent where one of them holds: in this tick, whether or not anybody can be told. One that holds on does not
   * kill again as long as the agent is killed.
   *
   * @param trustScore 0 to 100; undefined where it is not known now
   */
  check(metrics: BehaviorMetrics, trustScore?: number): void;
}

/**
 * @param kill the switch that is thrown, with the authority of this enforcement point (decision D33)
 * @param told of every trigger that killed, with the metrics it looked at; must not throw
 */
export function watchTriggers(
  armed: Policy | PolicyLayers,
  agent: Did,
  kill: Pick<KillSwitch, 'kill' | 'isKilled'>,
  told: (tripped: Tripped, metrics: JsonObject) => void,
): Triggers {
  const all = policiesOf(armed).flatMap(({ policy }) =>
    policy.killTriggers.map((trigger, i): Tripped => {
      const { triggers = [], notify = [] } = policy.document.killSwitch ?? {};
      return { trigger, condition: triggers[i]?.condition ?? '', notify, policy: policy.hash };
    }),
  );
  const holding = compileTriggers(all.map(({ trigger }) => trigger));
  /** Those that killed since the agent was last alive. */
  const thrown = new Set<KillTrigger>();

  function throwAll(metrics: JsonObject): void {
    for (const trigger of holding(metrics)) {
      if (thrown.has(trigger)) continue;
      thrown.add(trigger);
      const one = all.find((each) => each.trigger === trigger);
      if (one === undefined) continue;
      kill.kill(agent, {
        reason: trigger.reason,
        by: agent,
        message: `trigger: ${one.condition}`,
        cooldownMs: trigger.cooldownMs,
        operatorOnly: !trigger.autoReinstate || trigger.requireOperatorApproval,
      });
      told(one, metrics);
    }
  }

  return {
    isEmpty: all.length === 0,
    check({ requestRate, errorRate, patterns }, trustScore) {
      if (!kill.isKilled(agent)) thrown.clear();
      const metrics: Record<string, Json> = { 'request.rate': requestRate };
      if (errorRate !== undefined) metrics['errorRate'] = errorRate;
      if (trustScore !== undefined) metrics['trustScore'] = trustScore;
      throwAll(metrics);
      for (const pattern of patterns) throwAll({ ...metrics, detected_pattern: pattern });
    },
  };
}
