import {
  type Cell,
  type KillReason,
  type Machine,
  type MachineSpec,
  machine,
  type Step,
  TtpError,
} from '@ttp/core';
import { AGENT_BREAKER_COUNT_MAX, KILL_COOLDOWN_MS } from '../limits.js';

/** When an agent is stopped for what it does: the documents' table (ttp-protocol.txt L2800-2808). */
export interface AgentBreakerOptions {
  /** Violations of rate limits within the window; one more trips. */
  readonly maxRateLimitViolations: number;
  /** Window for counting violations, ms. */
  readonly rateLimitWindow: number;
  /** Trust score, 0 to 100; below it the agent is killed. */
  readonly trustScoreThreshold: number;
  /** Requests that failed since the agent was last let go; one more trips. */
  readonly maxFailedRequests: number;
  /** Before it is reinstated by itself, ms. */
  readonly cooldownMs: number;
  /** Nothing but an operator's order reinstates. */
  readonly requireOperatorApproval: boolean;
}

/** The documents' defaults. */
export const AGENT_BREAKER_DEFAULTS: AgentBreakerOptions = Object.freeze({
  maxRateLimitViolations: 10,
  rateLimitWindow: 60_000,
  trustScoreThreshold: 20,
  maxFailedRequests: 50,
  cooldownMs: KILL_COOLDOWN_MS,
  requireOperatorApproval: false,
});

/** The breaker of one agent, as data. */
export type AgentBreakerState =
  /** `violations`: when they were, oldest first. */
  | { readonly at: 'closed'; readonly violations: readonly number[]; readonly failures: number }
  /** The agent is stopped. Without a deadline an operator has to let it go. */
  | { readonly at: 'open'; readonly reason: KillReason | 'killed'; readonly deadline?: number };

/** What an agent did, or what was done to it. */
export type AgentBreakerEvent =
  /** It was refused by a rate limit. Only what an authenticated agent does counts against it (flaw.K5). */
  | { readonly type: 'violation'; readonly now: number; readonly authenticated: boolean }
  /** A call of it failed. */
  | { readonly type: 'failure'; readonly now: number; readonly authenticated: boolean }
  /** Its trust score, 0 to 100, was found out. */
  | { readonly type: 'score'; readonly now: number; readonly score: number }
  /** It was killed, for whatever reason. */
  | { readonly type: 'kill'; readonly now: number }
  /** It was reinstated. */
  | { readonly type: 'reset'; readonly now: number }
  | { readonly type: 'tick'; readonly now: number };

/** What the driver has to do. */
export type AgentBreakerOut =
  | {
      readonly do: 'kill';
      readonly reason: 'circuit_breaker_trip' | 'trust_score_critical';
      readonly cooldownMs: number;
      readonly operatorOnly: boolean;
    }
  | { readonly do: 'closed' };

type State = AgentBreakerState;
type Out = AgentBreakerOut;
type Next = Step<State, Out>;
type At<Name extends State['at']> = Extract<State, { at: Name }>;
type Of<Name extends AgentBreakerEvent['type']> = Extract<AgentBreakerEvent, { type: Name }>;

/** Where every breaker begins, and where it is again when its agent is let go. */
export const NEW_AGENT_BREAKER: At<'closed'> = Object.freeze({
  at: 'closed',
  violations: Object.freeze([]),
  failures: 0,
});

/**
 * All of the options, of those that differ from the defaults.
 *
 * @throws GUARD_BAD_BREAKER with the member in `field`
 */
function readAgentBreakerOptions(given: Partial<AgentBreakerOptions>): AgentBreakerOptions {
  const options = { ...AGENT_BREAKER_DEFAULTS, ...given };
  const bounds: readonly (readonly [keyof AgentBreakerOptions, number, number])[] = [
    ['maxRateLimitViolations', 0, AGENT_BREAKER_COUNT_MAX],
    ['rateLimitWindow', 1, Number.MAX_SAFE_INTEGER],
    ['trustScoreThreshold', 0, 100],
    ['maxFailedRequests', 0, Number.MAX_SAFE_INTEGER],
    ['cooldownMs', 0, Number.MAX_SAFE_INTEGER],
  ];
  for (const [name, least, most] of bounds) {
    const value: unknown = options[name];
    if (!(Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most)) throw bad(name);
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(AGENT_BREAKER_DEFAULTS, name));
  if (unknown !== undefined) throw bad(unknown);
  if (typeof options.requireOperatorApproval !== 'boolean') throw bad('requireOperatorApproval');
  return options;
}

const bad = (field: string): TtpError =>
  new TtpError('GUARD_BAD_BREAKER', 'an option of the breaker lies outside its bounds', { field });

type Row<Name extends State['at']> = {
  readonly [T in AgentBreakerEvent['type']]: Cell<State, At<Name>, Of<T>, Out>;
};

/**
 * The breaker of an agent (decision D34): too many violations of rate limits, too many failed requests, or too low a
 * trust score, and the agent is killed. Time closes it again only where the options leave that to time, and never after
 * a score.
 *
 * @throws GUARD_BAD_BREAKER
 */
export function agentBreakerMachine(
  given: Partial<AgentBreakerOptions> = {},
): Machine<State, AgentBreakerEvent, Out> {
  const options = readAgentBreakerOptions(given);
  const { cooldownMs, requireOperatorApproval: operatorOnly } = options;

  function trip(reason: 'circuit_breaker_trip' | 'trust_score_critical', now: number): Next {
    const ends = reason === 'circuit_breaker_trip' && !operatorOnly;
    return {
      state: { at: 'open', reason, ...(ends ? { deadline: now + cooldownMs } : {}) },
      out: [{ do: 'kill', reason, cooldownMs, operatorOnly }],
    };
  }

  const closed: Row<'closed'> = {
    violation(state, { now, authenticated }) {
      if (!authenticated) return { state, out: [] };
      const since = now - options.rateLimitWindow;
      const violations = [...state.violations.filter((at) => at > since), now];
      return violations.length > options.maxRateLimitViolations
        ? trip('circuit_breaker_trip', now)
        : { state: { ...state, violations }, out: [] };
    },
    failure(state, { now, authenticated }) {
      if (!authenticated) return { state, out: [] };
      const failures = state.failures + 1;
      return failures > options.maxFailedRequests
        ? trip('circuit_breaker_trip', now)
        : { state: { ...state, failures }, out: [] };
    },
    // A score that is no number is no score above the threshold.
    score: (state, { now, score }) =>
      score >= options.trustScoreThreshold ? { state, out: [] } : trip('trust_score_critical', now),
    kill: () => ({ state: { at: 'open', reason: 'killed' }, out: [] }),
    reset: () => ({ state: NEW_AGENT_BREAKER, out: [] }),
    tick: 'stay',
  };

  const open: Row<'open'> = {
    violation: 'stay',
    failure: 'stay',
    score: 'stay',
    // Whoever killed it decides what lets it go: time does not any more.
    kill: (state) => ({
      state: state.deadline === undefined ? state : { at: 'open', reason: state.reason },
      out: [],
    }),
    reset: () => ({ state: NEW_AGENT_BREAKER, out: [{ do: 'closed' }] }),
    tick: 'stay',
  };

  const spec: MachineSpec<State, AgentBreakerEvent, Out, never> = {
    name: 'agent-breaker',
    events: ['violation', 'failure', 'score', 'kill', 'reset', 'tick'],
    final: [],
    table: { closed, open },
    expire: () => ({ state: NEW_AGENT_BREAKER, out: [{ do: 'closed' }] }),
  };
  return machine(spec);
}
