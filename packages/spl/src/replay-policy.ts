import { codeOf, type Effect, type ErrorCode } from '@ttp/core';
import { type CallMap, mapCall } from './call-map.js';
import { evaluatePolicies, type PolicyLayers } from './layers.js';
import type { Policy } from './load.js';
import type { Observation, ObservedCalls } from './observation.js';

/** What a policy would say to a recorded call. */
export interface ReplayedCall {
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  /** As the call map names them; undefined where it cannot. */
  readonly action?: string;
  readonly resource?: string;
  readonly effect: Effect;
  /** Why the call map refuses it. */
  readonly code?: ErrorCode;
  /** The rules that decided. */
  readonly rules: readonly string[];
  readonly recorded: { readonly effect: Effect; readonly went: boolean };
  /**
   * `lost`: it went through and would be denied. `asks`: it went through and a human would be asked. `opened`: a verdict
   * stopped it and it would be permitted.
   */
  readonly change: 'same' | 'lost' | 'asks' | 'opened';
}

/** What a policy would say to all of them. */
export interface PolicyReplay {
  readonly calls: readonly ReplayedCall[];
  readonly summary: {
    readonly permitted: number;
    readonly asks: number;
    readonly denied: number;
    /** Calls that went through and would be denied. */
    readonly lost: number;
    /** Calls that a verdict stopped and that would be permitted. */
    readonly opened: number;
    /** Calls that went through and cannot be read, so that nobody can say. */
    readonly unread: number;
  };
}

/**
 * Asks a policy about recorded calls, with the facts of that time. It is the policy's verdict alone: the gates
 * and the assessed risk of a decision (D22, D24) depend on what else an agent does and who vouches for it.
 *
 * @param policy one, or layers: their rules are named `<layer>/<rule>` then
 * @throws SPL_NOT_LOADED
 */
export function replayPolicy(
  policy: Policy | PolicyLayers,
  callMap: CallMap,
  { calls, unread }: ObservedCalls,
): PolicyReplay {
  const replayed = calls.map((call) => replayCall(policy, callMap, call));
  const count = (is: (call: ReplayedCall) => boolean): number => replayed.filter(is).length;
  return {
    calls: replayed,
    summary: {
      permitted: count(({ effect }) => effect === 'allow' || effect === 'warn'),
      asks: count(({ effect }) => effect === 'allow_with_approval'),
      denied: count(({ effect }) => effect === 'deny'),
      lost: count(({ change }) => change === 'lost'),
      opened: count(({ change }) => change === 'opened'),
      unread: unread.filter(({ went }) => went).length,
    },
  };
}

function replayCall(policy: Policy | PolicyLayers, callMap: CallMap, call: Observation): ReplayedCall {
  const { id, server, tool, request, went } = call;
  const about = { id, server, tool, recorded: { effect: call.effect, went } };
  const denied = { effect: 'deny', rules: [], change: went ? 'lost' : 'same' } as const;
  try {
    const { action, resource, registry } = mapCall(callMap, { server, tool, input: call.input });
    const { effect, rules } = evaluatePolicies(policy, { ...request, action, resource, registry });
    return { ...about, action, resource, effect, rules, change: changeOf(call, effect) };
  } catch (error) {
    // What the map cannot name is refused before the policy is asked.
    return { ...about, ...denied, code: codeOf(error, 'SPL_BAD_CALL') };
  }
}

function changeOf({ went, code }: Observation, effect: Effect): ReplayedCall['change'] {
  if (!went) return effect !== 'deny' && code === 'SDK_DENIED' ? 'opened' : 'same';
  if (effect === 'deny') return 'lost';
  return effect === 'allow_with_approval' ? 'asks' : 'same';
}
