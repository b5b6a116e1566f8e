import { type Clock, type Did, TtpError } from '@ttp/core';
import type { KillEvent, KillSwitch } from '../kill/types.js';
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
  /**
   * Counts what the agent did. Where that is too much, the agent is killed when it returns.
   *
   * @throws CORE_BAD_TIME
   */
  observe(behaviour: AgentBehaviour): void;
  /** Hears of kills and reinstatements: a kill opens it, a reinstatement closes it and begins to count anew. */
  told(event: KillEvent): void;
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
        // Before it kills: the kill is told to this breaker too.
        ({ state } = after);
        for (const out of after.out) {
          if (out.do !== 'kill') continue;
          const { reason, cooldownMs, operatorOnly } = out;
          kill(agent, { reason, cooldownMs, operatorOnly, by: 'circuit-breaker' });
        }
      }

      function timeNow(): number {
        const now = Math.floor(clock.monotonic());
        if (Number.isSafeInteger(now)) return now;
        throw new TtpError('CORE_BAD_TIME', `the monotonic clock says ${now}`);
      }

      return {
        observe: (behaviour) => step({ ...behaviour, now: timeNow() }),
        told({ type, subject }) {
          if (subject !== agent && subject !== '*') return;
          // A kill has to be heard of whatever the clock says.
          if (type === 'agent-killed') step({ type: 'kill', now: last });
          if (type === 'agent-reinstated') step({ type: 'reset', now: last });
        },
        state: () => state,
      };
    },
  };
}
