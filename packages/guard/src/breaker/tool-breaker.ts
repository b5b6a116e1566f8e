import { type Cell, type Machine, type MachineSpec, machine, type Step } from '@ttp/core';
import {
  BREAKER_CALLS,
  BREAKER_COOLDOWN_MS,
  BREAKER_ERRORS_MAX,
  BREAKER_LATENCY_MS,
  BREAKER_PROBE_MS,
  BREAKER_SUCCESSES,
} from '../limits.js';

/** What became of one call, and how long it took, ms. */
export interface BreakerCall {
  readonly ok: boolean;
  readonly ms: number;
}

/** Why a breaker opened. */
export type BreakerTrip = 'errors' | 'latency' | 'probe-failed' | 'probe-lost';

/** The breaker of one tool or service, as data. */
export type ToolBreakerState =
  /** Calls pass; the last ones are remembered, oldest first. */
  | { readonly at: 'closed'; readonly calls: readonly BreakerCall[] }
  /** Every call is refused until the deadline. */
  | { readonly at: 'open'; readonly why: BreakerTrip; readonly deadline: number }
  /** One call at a time may try. The deadline is when a probe of which nobody has heard counts as failed. */
  | {
      readonly at: 'half-open';
      readonly successes: number;
      readonly probe?: string;
      readonly deadline?: number;
    };

interface Ended {
  readonly now: number;
  /** The call that ended; left out where there is only one at a time. */
  readonly id?: string;
  /** How long it took. */
  readonly ms: number;
  /** Mean latency above which it trips; 5 s unless given. See `latencyLimit`. */
  readonly limitMs?: number;
  /** What is added to the cooldown, should it trip, so that those who wait do not come back at once. */
  readonly jitterMs?: number;
  /** Whether it was a call of an authenticated agent; other calls say nothing (flaw.K5). */
  readonly authenticated: boolean;
}

/** What happens to a breaker. */
export type ToolBreakerEvent =
  | { readonly type: 'ask'; readonly now: number; readonly id: string; readonly authenticated: boolean }
  | ({ readonly type: 'success' } & Ended)
  | ({ readonly type: 'failure' } & Ended)
  /** A call that was let through did not happen, or what became of it says nothing of the tool. */
  | { readonly type: 'cancel'; readonly now: number; readonly id: string }
  | { readonly type: 'tick'; readonly now: number };

/** What the driver has to do. */
export type ToolBreakerOut =
  | { readonly do: 'admit'; readonly probe: boolean }
  | {
      readonly do: 'refuse';
      readonly code: 'GUARD_BREAKER_OPEN' | 'GUARD_BREAKER_PROBING';
      readonly retryMs: number;
    }
  | { readonly do: 'opened'; readonly why: BreakerTrip; readonly until: number }
  | { readonly do: 'half-opened' }
  | { readonly do: 'closed' };

type State = ToolBreakerState;
type Out = ToolBreakerOut;
type Next = Step<State, Out>;
type At<Name extends State['at']> = Extract<State, { at: Name }>;
type Of<Name extends ToolBreakerEvent['type']> = Extract<ToolBreakerEvent, { type: Name }>;

/** Where every breaker begins. */
export const NEW_TOOL_BREAKER: At<'closed'> = Object.freeze({ at: 'closed', calls: Object.freeze([]) });

/** What nearly every event comes to: the same object each time, so that a call costs little. */
const ADMITTED: readonly Out[] = Object.freeze([{ do: 'admit', probe: false }]);
const PROBING: readonly Out[] = Object.freeze([{ do: 'admit', probe: true }]);
const NOTHING: readonly Out[] = Object.freeze([]);

const open = (why: BreakerTrip, now: number, jitterMs = 0): Next => {
  const deadline = now + BREAKER_COOLDOWN_MS + jitterMs;
  return { state: { at: 'open', why, deadline }, out: [{ do: 'opened', why, until: deadline }] };
};

/** A call ended while calls pass: it trips on the errors of the last ten, or on their mean latency. */
function count(state: At<'closed'>, event: Of<'success' | 'failure'>): Next {
  if (!event.authenticated) return { state, out: NOTHING };
  const before = state.calls.length < BREAKER_CALLS ? state.calls : state.calls.slice(1);
  const calls = [...before, { ok: event.type === 'success', ms: event.ms }];
  if (calls.length === BREAKER_CALLS) {
    let [errors, ms] = [0, 0];
    for (const call of calls) {
      if (!call.ok) errors++;
      ms += call.ms;
    }
    if (errors > BREAKER_ERRORS_MAX) return open('errors', event.now, event.jitterMs);
    if (ms > (event.limitMs ?? BREAKER_LATENCY_MS) * BREAKER_CALLS)
      return open('latency', event.now, event.jitterMs);
  }
  return { state: { at: 'closed', calls }, out: NOTHING };
}

/** Lets one call try, of an agent that is known: what it comes to has to count. */
function probe(state: At<'half-open'>, { id, now, authenticated }: Of<'ask'>): Next {
  const { successes, deadline } = state;
  if (!authenticated) return refuse(state, 'GUARD_BREAKER_OPEN', 0);
  if (state.probe !== undefined)
    return refuse(state, 'GUARD_BREAKER_PROBING', Math.max(0, (deadline ?? now) - now));
  return {
    state: { at: 'half-open', successes, probe: id, deadline: now + BREAKER_PROBE_MS },
    out: PROBING,
  };
}

const refuse = (state: State, code: Extract<Out, { do: 'refuse' }>['code'], retryMs: number): Next => ({
  state,
  out: [{ do: 'refuse', code, retryMs }],
});

/** Calls that were let through before it opened still end: they say nothing of how it is now. */
const isProbe = ({ probe: held }: At<'half-open'>, { id = held }: { readonly id?: string }): boolean =>
  id === held;

const endOf =
  (end: (state: At<'half-open'>, event: Of<'success' | 'failure'>) => Next) =>
  (state: At<'half-open'>, event: Of<'success' | 'failure'>): Next =>
    event.authenticated && isProbe(state, event) ? end(state, event) : { state, out: NOTHING };

const succeeded = endOf(({ successes }) =>
  successes + 1 >= BREAKER_SUCCESSES
    ? { state: NEW_TOOL_BREAKER, out: [{ do: 'closed' }] }
    : { state: { at: 'half-open', successes: successes + 1 }, out: NOTHING },
);

const failed = endOf((_, { now, jitterMs }) => open('probe-failed', now, jitterMs));

const cancel = (state: At<'half-open'>, event: Of<'cancel'>): Next => ({
  state: isProbe(state, event) ? { at: 'half-open', successes: state.successes } : state,
  out: NOTHING,
});

/** A cooldown that is over lets somebody try; a probe that never ended counts as failed. */
function expire(state: State, now: number): Next {
  if (state.at === 'half-open') return open('probe-lost', now);
  return { state: { at: 'half-open', successes: 0 }, out: [{ do: 'half-opened' }] };
}

type Row<Name extends State['at']> = {
  readonly [T in ToolBreakerEvent['type']]: Cell<State, At<Name>, Of<T>, Out>;
};

const closed: Row<'closed'> = {
  ask: (state) => ({ state, out: ADMITTED }),
  success: count,
  failure: count,
  cancel: 'stay',
  tick: 'stay',
};

const opened: Row<'open'> = {
  ask: (state, { now }) => refuse(state, 'GUARD_BREAKER_OPEN', Math.max(0, state.deadline - now)),
  success: 'stay',
  failure: 'stay',
  cancel: 'stay',
  tick: 'stay',
};

const halfOpen: Row<'half-open'> = {
  ask: probe,
  success: succeeded,
  failure: failed,
  cancel,
  tick: 'stay',
};

const SPEC: MachineSpec<State, ToolBreakerEvent, Out, never> = {
  name: 'tool-breaker',
  events: ['ask', 'success', 'failure', 'cancel', 'tick'],
  final: [],
  table: { closed, open: opened, 'half-open': halfOpen },
  expire,
};

/**
 * The breaker of a tool or a service (decision D34): it trips when more than half of the last ten calls failed or when
 * they took more than 5 s on average, and never on fewer than ten; it stays open for 30 s and a little more; then one
 * call at a time may try, and three successes in a row close it (flaw.K8).
 */
export const toolBreakerMachine: Machine<State, ToolBreakerEvent, Out> = /* @__PURE__ */ machine(SPEC);
