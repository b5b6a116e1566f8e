import { codeThrownBy, fakeClock, proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import {
  AGENT_BREAKER_DEFAULTS,
  type AgentBreakerEvent,
  type AgentBreakerOptions,
  type AgentBreakerState,
  agentBreakerMachine,
} from '../../src/breaker/agent-breaker.js';
import { circuitBreaker, type KillInput } from '../../src/index.js';
import { AGENT } from '../interaction.js';

interface Cell {
  readonly options?: Partial<AgentBreakerOptions>;
  readonly state: AgentBreakerState;
  readonly event: AgentBreakerEvent;
  readonly expect?: { readonly state: AgentBreakerState; readonly emitted: readonly object[] };
  readonly code?: string;
}

/** A breaker at work, and whom it killed. */
function started(options: Partial<AgentBreakerOptions> = {}) {
  const clock = fakeClock();
  const kills: KillInput[] = [];
  const breaker = circuitBreaker(AGENT, options).start({
    clock,
    kill(target, input) {
      expect(target).toBe(AGENT);
      kills.push(input);
      breaker.opened();
      return {} as never;
    },
  });
  return { breaker, clock, kills };
}

describe('the breaker of an agent', () => {
  it('does in every cell what the vectors say', () => {
    const met = new Set<string>();
    const { states, events } = agentBreakerMachine();
    for (const { name, options, state, event, expect: expected } of vectors<Cell>('breaker/agent')) {
      if (expected === undefined) continue;
      const after = agentBreakerMachine(options).step(state, event);
      expect({ state: after.state, emitted: after.out }, name).toEqual(expected);
      met.add(`${state.at} ${event.type}`);
    }
    expect(met.size).toBe(states.length * events.length);
  });

  it("has the documents' defaults, and refuses what lies outside", () => {
    proves('guard.agent-breaker.defaults');
    expect(AGENT_BREAKER_DEFAULTS).toEqual({
      maxRateLimitViolations: 10,
      rateLimitWindow: 60_000,
      trustScoreThreshold: 20,
      maxFailedRequests: 50,
      cooldownMs: 300_000,
      requireOperatorApproval: false,
    });
    expect(circuitBreaker(AGENT).agent).toBe(AGENT);
    for (const { name, options = {}, code } of vectors<Cell>('breaker/agent'))
      if (code === 'GUARD_BAD_BREAKER')
        expect(
          codeThrownBy(() => circuitBreaker(AGENT, options)),
          name,
        ).toBe(code);
    const { breaker, kills } = started({ maxFailedRequests: 1, cooldownMs: 400_000 });
    for (let i = 0; i < 2; i++) breaker.observe({ type: 'failure', authenticated: true });
    expect(kills).toEqual([
      { reason: 'circuit_breaker_trip', cooldownMs: 400_000, operatorOnly: false, by: 'circuit-breaker' },
    ]);
  });

  it('trips on the eleventh violation within a minute, by authenticated calls alone', async () => {
    proves('guard.agent-breaker.violations', 'flaw.K5');
    const { breaker, clock, kills } = started();
    for (let i = 0; i < 1000; i++) breaker.observe({ type: 'violation', authenticated: false });
    expect(kills).toEqual([]);
    breaker.observe({ type: 'violation', authenticated: true });
    await clock.advance(1);
    for (let i = 0; i < 9; i++) breaker.observe({ type: 'violation', authenticated: true });
    await clock.advance(59_999); // the first has left
    breaker.observe({ type: 'violation', authenticated: true });
    expect(breaker.state().at).toBe('closed');
    breaker.observe({ type: 'violation', authenticated: true });
    expect(kills).toMatchObject([{ reason: 'circuit_breaker_trip' }]);
    expect(breaker.state()).toEqual({ at: 'open', reason: 'circuit_breaker_trip' });
  });

  it('trips on the fifty-first failed request, however long that takes', async () => {
    proves('guard.agent-breaker.failures');
    const { breaker, clock, kills } = started();
    for (let i = 0; i < 50; i++) {
      breaker.observe({ type: 'failure', authenticated: true });
      breaker.observe({ type: 'failure', authenticated: false });
      await clock.advance(600_000);
    }
    expect(kills).toEqual([]);
    breaker.observe({ type: 'failure', authenticated: true });
    expect(kills).toMatchObject([{ reason: 'circuit_breaker_trip' }]);
    breaker.observe({ type: 'failure', authenticated: true });
    expect(kills).toHaveLength(1);
  });

  it('kills below the threshold of trust, also for a score that is no number', () => {
    for (const [score, killed] of [
      [20, false],
      [100, false],
      [19, true],
      [0, true],
      [Number.NaN, true],
    ] as const) {
      const { breaker, kills } = started();
      breaker.observe({ type: 'score', score });
      expect(kills.map(({ reason }) => reason)).toEqual(killed ? ['trust_score_critical'] : []);
    }
  });

  it('opens with every kill of its agent, closes with the reinstatement, and then counts anew', () => {
    const { breaker, kills } = started();
    for (let i = 0; i < 50; i++) breaker.observe({ type: 'failure', authenticated: true });
    breaker.opened();
    expect(breaker.state()).toEqual({ at: 'open', reason: 'killed' });
    breaker.observe({ type: 'failure', authenticated: true });
    breaker.reset();
    expect(breaker.state()).toEqual({ at: 'closed', violations: [], failures: 0 });
    for (let i = 0; i < 50; i++) breaker.observe({ type: 'failure', authenticated: true });
    expect(kills).toEqual([]);
    breaker.observe({ type: 'failure', authenticated: true });
    expect(kills).toHaveLength(1);
  });

  it('counts as of the last time that it knows, where the clock gives none', async () => {
    for (const broken of [() => Number.NaN, () => expect.unreachable('no time')]) {
      const clock = { monotonic: (): number => 1000 };
      const kills: unknown[] = [];
      const kill = (...args: unknown[]): never => kills.push(args) as never;
      const breaker = circuitBreaker(AGENT, { maxRateLimitViolations: 2 }).start({ clock, kill });
      breaker.observe({ type: 'violation', authenticated: true });
      clock.monotonic = broken;
      breaker.observe({ type: 'violation', authenticated: true });
      expect(breaker.state()).toEqual({ at: 'closed', violations: [1000, 1000], failures: 0 });
      breaker.observe({ type: 'violation', authenticated: true });
      expect(kills).toHaveLength(1);
      expect(breaker.state().at).toBe('open');
    }
  });
});
