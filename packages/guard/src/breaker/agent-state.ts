import { isJsonObject, type Json, type JsonObject, KILL_REASONS } from '@ttp/core';
import { AGENT_BREAKER_COUNT_MAX } from '../limits.js';
import type { AgentBreakerState } from './agent-breaker.js';

/** A state of an agent's breaker, out of JSON; undefined for anything that no breaker is ever in. */
export function readAgentState(given: Json): AgentBreakerState | undefined {
  if (!isJsonObject(given)) return undefined;
  const { at, violations, failures, reason, deadline }: JsonObject = given;
  const members = Object.keys(given).length;
  if (at === 'closed' && members === 3) {
    if (!Array.isArray(violations) || violations.length > AGENT_BREAKER_COUNT_MAX) return undefined;
    const times = violations.filter((time: Json) => isCount(time));
    return times.length === violations.length && isCount(failures)
      ? { at, violations: times, failures }
      : undefined;
  }
  const known = [...KILL_REASONS, 'killed' as const].find((one) => one === reason);
  if (at !== 'open' || known === undefined) return undefined;
  if (members === 2) return { at, reason: known };
  return members === 3 && isCount(deadline) ? { at, reason: known, deadline } : undefined;
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
