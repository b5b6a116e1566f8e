import { type Clock, type Did, type Outcome } from '@ttp/core';
import type { KillSwitch } from '../kill/types.js';
import { isAuthenticated } from '../records/authenticated.js';
import { isStopped } from '../records/stopped.js';
import {
  type AgentBreakerEvent,
  type AgentBreakerOptions,
  type AgentBreakerState,
  agentBreakerMachine,
  NEW_AGENT_BREAKER,
} from './agent-breaker.js';

/** What an agent did: an event of its breaker, without the time. */
export type AgentBehaviour =
  | { readonly type: 'violation' | 'failure'; readonly authenticated: boolean }
  | { readonly type: 'score'; readonly score: number };

/** The breaker of one agent, at work. */
export interface AgentBreaker {
  /** Counts what the agent did. Where that is too much, the agent is killed when it returns. Never throws. */
  observe(behaviour: AgentBehaviour): void;
  /**
   * Counts what became of a call: one that a rate limit refused is a violation, one that failed a failed request. What
   * was stopped from here is neither. Never throws.
   */
  ended(outcome: Outcome<unknown>): void;
  /** The agent was killed, by whomever. */
  opened(): void;
  /** It is alive again: from here on its behaviour is counted anew. */
  reset(): void;
  state(): AgentBreakerState;
}

/** What a breaker works on: monotonic time, and what it kills with. */
export interface AgentBreakerPorts {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly kill: KillSwitch['kill'];
}

/** The breaker of an agent as it is configured. */
export interface CircuitBreaker {
  readonly agent: Did;
  start(ports: AgentBreakerPorts): AgentBreaker;
}

/**
 * Configures the breaker of an agent. `createTtp({ circuitBreaker })` of @ttp/sdk starts it.
 *
 * @param agent whom it stops
 * @param options those that differ from {@link AGENT_BREAKER_DEFAULTS}
 * @throws GUARD_BAD_BREAKER
 */
export function circuitBreaker(agent: Did, options: Partial<AgentBreakerOptions> = {}): CircuitBreaker {
  const machine = agentBreakerMachine(options);
  return {
    agent,
    start({ clock, kill }) {
      let state: AgentBreakerState = NEW_AGENT_BREAKER;
      let last = 0;

      function step(event: AgentBreakerEvent): void {
        last = event.now;
        const after = machine.step(state, event);
        // Before it kills: this breaker is told of the kill, too.
        ({ state } = after);
        for (const out of after.out) {
          if (out.do !== 'kill') continue;
          const { reason, cooldownMs, operatorOnly } = out;
          kill(agent, { reason, cooldownMs, operatorOnly, by: 'circuit-breaker' });
        }
      }

      /** Where the clock gives no time, what happened counts as of the last one known. */
      function timeNow(): number {
        let now: number;
        try {
          now = Math.floor(clock.monotonic());
        } catch {
          return last;
        }
        return Number.isSafeInteger(now) ? now : last;
      }

      const observe = (behaviour: AgentBehaviour): void => step({ ...behaviour, now: timeNow() });

      return {
        observe,
        ended(outcome) {
          const type = behaviourOf(outcome);
          const { decision } = outcome;
          if (type !== undefined && decision !== undefined)
            observe({ type, authenticated: isAuthenticated(decision) });
        },
        opened: () => step({ type: 'kill', now: timeNow() }),
        reset: () => step({ type: 'reset', now: timeNow() }),
        state: () => state,
      };
    },
  };
}

function behaviourOf(outcome: Outcome<unknown>): 'violation' | 'failure' | undefined {
  if (outcome.status === 'blocked') return outcome.code === 'GUARD_RATE_EXCEEDED' ? 'violation' : undefined;
  return outcome.status === 'failed' && !isStopped(outcome) ? 'failure' : undefined;
}
