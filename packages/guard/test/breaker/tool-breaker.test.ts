import { codeThrownBy, proves, seededRandom, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { latencyLimit } from '../../src/breaker/latency.js';
import {
  NEW_TOOL_BREAKER,
  type ToolBreakerEvent,
  type ToolBreakerState,
  toolBreakerMachine,
} from '../../src/breaker/tool-breaker.js';
import { BREAKER_COOLDOWN_MS } from '../../src/limits.js';

interface Cell {
  readonly state: ToolBreakerState;
  readonly event: ToolBreakerEvent;
  readonly expect: { readonly state: ToolBreakerState; readonly emitted: readonly object[] };
}

const { step, states, events } = toolBreakerMachine;

/** Calls one after the other, each admitted first; gives where it stands and what was said. */
function run(ends: string, ms = 100): { state: ToolBreakerState; said: readonly string[] } {
  let state: ToolBreakerState = NEW_TOOL_BREAKER;
  const said: string[] = [];
  for (const end of ends) {
    const type = end === '+' ? 'success' : 'failure';
    const after = step(state, { type, now: 0, ms, authenticated: true });
    ({ state } = after);
    said.push(...after.out.map((out) => out.do));
  }
  return { state, said };
}

describe('the breaker of a tool', () => {
  it('does in every cell what the vectors say', () => {
    proves('guard.breaker.states', 'guard.breaker.transition-table', 'guard.breaker.half-open');
    const met = new Set<string>();
    for (const { name, state, event, expect: expected } of vectors<Cell>('breaker/tool').filter(
      (one) => 'expect' in one,
    )) {
      const after = step(state, event);
      expect({ state: after.state, emitted: after.out }, name).toEqual(expected);
      met.add(`${state.at} ${event.type}`);
    }
    expect(states).toEqual(['closed', 'open', 'half-open']);
    expect(met.size, 'every cell of the table').toBe(states.length * events.length);
    const broken = { at: 'ajar' } as unknown as ToolBreakerState;
    expect(codeThrownBy(() => step(broken, { type: 'tick', now: 0 }))).toBe('CORE_MACHINE_UNKNOWN_STATE');
    const unknown = { type: 'explode', now: 0 } as unknown as ToolBreakerEvent;
    expect(codeThrownBy(() => step(NEW_TOOL_BREAKER, unknown))).toBe('CORE_MACHINE_UNKNOWN_EVENT');
  });

  it('trips above half of the last ten calls, and never on fewer than ten', () => {
    proves('guard.breaker.trip');
    expect(run('-----')).toMatchObject({ state: { at: 'closed' }, said: [] });
    expect(run('---------')).toMatchObject({ state: { at: 'closed' }, said: [] });
    expect(run('----------')).toMatchObject({ state: { at: 'open', why: 'errors' }, said: ['opened'] });
    expect(run('+++++-----')).toMatchObject({ state: { at: 'closed' } });
    expect(run('++++------')).toMatchObject({ state: { at: 'open', why: 'errors' } });
    // The last ten, not all: five old failures are forgotten one by one.
    expect(run('-----+++++-----')).toMatchObject({ state: { at: 'closed' } });
    expect(run('-----+++++------')).toMatchObject({ state: { at: 'open' } });
    expect(run('++++++++++', 5000)).toMatchObject({ state: { at: 'closed' } });
    expect(run('+++++++++', 5001)).toMatchObject({ state: { at: 'closed' } });
    expect(run('++++++++++', 5001)).toMatchObject({ state: { at: 'open', why: 'latency' } });
  });

  it('is open for 30 s and the jitter, whatever happens meanwhile', () => {
    proves('guard.breaker.cooldown');
    const calls = Array.from({ length: 9 }, () => ({ ok: false, ms: 1 }));
    for (const jitterMs of [0, 1, 6000]) {
      const end = { type: 'failure', now: 1000, ms: 1, jitterMs, authenticated: true } as const;
      let { state } = step({ at: 'closed', calls }, end);
      const deadline = 1000 + BREAKER_COOLDOWN_MS + jitterMs;
      expect(state).toEqual({ at: 'open', why: 'errors', deadline });
      for (const now of [1001, 0, deadline - 1]) {
        const asked = step(state, { type: 'ask', now, id: 'a', authenticated: true });
        expect(asked.out).toMatchObject([
          { do: 'refuse', code: 'GUARD_BREAKER_OPEN', retryMs: deadline - now },
        ]);
        ({ state } = step(asked.state, { ...end, now }));
      }
      const asked = step(state, { type: 'ask', now: deadline, id: 'a', authenticated: true });
      expect(asked.out).toEqual([{ do: 'half-opened' }, { do: 'admit', probe: true }]);
    }
  });

  it('closes after three successes in a row, one at a time', () => {
    proves('guard.breaker.reset', 'flaw.K8');
    let state: ToolBreakerState = { at: 'half-open', successes: 0 };
    for (const [i, id] of ['a', 'b', 'c'].entries()) {
      ({ state } = step(state, { type: 'ask', now: i, id, authenticated: true }));
      const others = Array.from({ length: 20 }, (_, n) =>
        step(state, { type: 'ask', now: i, id: `other ${n}`, authenticated: true }),
      );
      for (const other of others) {
        expect(other.state).toBe(state);
        expect(other.out).toMatchObject([{ do: 'refuse', code: 'GUARD_BREAKER_PROBING' }]);
      }
      ({ state } = step(state, { type: 'success', now: i, id, ms: 1, authenticated: true }));
      expect(state.at, `after ${i + 1} successes`).toBe(i < 2 ? 'half-open' : 'closed');
    }
    expect(state).toBe(NEW_TOOL_BREAKER);
  });

  it('is judged by the latency that a manifest promises, and never beyond its tier', () => {
    for (const [slaMs, tierMs, limit] of [
      [undefined, undefined, 5000],
      [2499, undefined, 5000],
      [2501, undefined, 5002],
      [30_000, undefined, 60_000],
      [30_000, 30_000, 30_000],
      [undefined, 5000, 5000],
      [undefined, 1000, 1000],
      [4000, 120_000, 8000],
    ] as const)
      expect(
        latencyLimit({
          ...(slaMs === undefined ? {} : { slaMs }),
          ...(tierMs === undefined ? {} : { tierMs }),
        }),
      ).toBe(limit);
  });

  it('does what the words say, at random', () => {
    const random = seededRandom('tool breakers');
    const reached = new Set<string>();
    for (let game = 0; game < 400; game++) {
      let state: ToolBreakerState = NEW_TOOL_BREAKER;
      // The words, with everything that ever happened.
      const history: { ok: boolean; ms: number }[] = [];
      let [mode, until, successes, now] = ['closed', 0, 0, 0];
      let probe: string | undefined;
      const health = random.int(10);
      for (let i = 0; i < 120; i++) {
        now += random.int(12) === 0 ? 31_000 : random.int(400);
        if (mode === 'open' && now >= until) [mode, successes, probe] = ['half-open', 0, undefined];
        const id = `call ${i}`;
        const asked = step(state, { type: 'ask', now, id, authenticated: true });
        ({ state } = asked);
        const isAdmitted = asked.out.some((out) => out.do === 'admit');
        expect(isAdmitted, `game ${game}, ask ${i}`).toBe(
          mode === 'closed' || (mode === 'half-open' && probe === undefined),
        );
        if (!isAdmitted) continue;
        if (mode === 'half-open') probe = id;
        const draw = random.int(10);
        const ms = random.int(9) === 0 ? 40_000 : random.int(3000);
        if (draw === 0) {
          ({ state } = step(state, { type: 'cancel', now, id }));
          probe = undefined;
          continue;
        }
        const ok = draw <= health;
        ({ state } = step(state, { type: ok ? 'success' : 'failure', now, id, ms, authenticated: true }));
        if (mode === 'closed') {
          history.push({ ok, ms });
          const last = history.slice(-10);
          const bad = last.filter((call) => !call.ok).length;
          const mean = last.reduce((sum, call) => sum + call.ms, 0) / last.length;
          if (last.length === 10 && (bad > 5 || mean > 5000)) [mode, until] = ['open', now + 30_000];
        } else {
          probe = undefined;
          if (!ok) [mode, until] = ['open', now + 30_000];
          else if (++successes === 3) {
            mode = 'closed';
            history.length = 0;
          }
        }
        expect(state.at, `game ${game}, call ${i}`).toBe(mode);
        reached.add(mode);
      }
    }
    expect([...reached].sort()).toEqual(['closed', 'half-open', 'open']);
  });
});
