import { type ErrorCode, TtpError } from './error.js';

/** A state: its name, and the absolute time at which it ends by itself, where it does. Everything else is the machine's own. */
export interface MachineState {
  readonly at: string;
  readonly deadline?: number;
}

/** An event: its name, and the time at which it was received, ms. Time arrives only this way. */
export interface MachineEvent {
  readonly type: string;
  readonly now: number;
}

/** What a step yields: the next state, and what the driver has to do. */
export interface Step<S, Out> {
  readonly state: S;
  readonly out: readonly Out[];
}

type At<S extends MachineState, Name> = S extends { readonly at: Name } ? S : never;
type Of<E extends MachineEvent, Name> = E extends { readonly type: Name } ? E : never;

/** One cell of the table: what happens, `stay` (nothing), or the code with which the event is refused. */
export type Cell<S extends MachineState, Here, E, Out> =
  | ((state: Here, event: E) => Step<S, Out>)
  | 'stay'
  | { readonly refuse: ErrorCode };

/** A machine as data. The compiler checks that the table is total; {@link machine} checks it again at load. */
export interface MachineSpec<S extends MachineState, E extends MachineEvent, Out, Final extends S['at']> {
  readonly name: string;
  readonly events: readonly E['type'][];
  /** States that absorb every event. They have no row. */
  readonly final: readonly Final[];
  readonly table: {
    readonly [A in Exclude<S['at'], Final>]: {
      readonly [T in E['type']]: Cell<S, At<S, A>, Of<E, T>, Out>;
    };
  };
  /** What happens when an event arrives at or after the deadline of the state; it happens before the event. */
  readonly expire?: (state: S, now: number) => Step<S, Out>;
}

/** A checked machine. */
export interface Machine<S extends MachineState, E extends MachineEvent, Out> {
  readonly name: string;
  readonly states: readonly S['at'][];
  readonly final: readonly S['at'][];
  readonly events: readonly E['type'][];
  /**
   * One step. Throws CORE_MACHINE_UNKNOWN_STATE, CORE_MACHINE_UNKNOWN_EVENT, or the code of a refusing cell.
   * The deadline is looked at first, so that a late event never wins against the timeout (flaw.N6).
   */
  step(state: S, event: E): Step<S, Out>;
}

/**
 * The one state machine helper: a total table of state x event, no timers, no promises.
 *
 * @param spec the table; rows of `final` states are implied and absorb
 * @throws CORE_MACHINE_INCOMPLETE where a cell is missing or stands for no state or event
 */
export function machine<S extends MachineState, E extends MachineEvent, Out, Final extends S['at']>(
  spec: MachineSpec<S, E, Out, Final>,
): Machine<S, E, Out> {
  const { name, events, final, table, expire } = spec;
  const rows = new Map<string, Map<string, Cell<S, never, never, Out>>>();
  for (const [at, row] of Object.entries<object>(table)) {
    const cells = new Map<string, Cell<S, never, never, Out>>(Object.entries(row));
    const wrong = [
      ...events.filter((t) => !cells.has(t)),
      ...[...cells.keys()].filter((t) => !isIn(events, t)),
    ];
    if (wrong.length > 0 || isIn(final, at))
      throw new TtpError(
        'CORE_MACHINE_INCOMPLETE',
        `${name}: state ${at}: ${wrong.join(', ') || 'is final'}`,
      );
    rows.set(at, cells);
  }

  function apply(state: S, event: E): Step<S, Out> {
    if (isIn(final, state.at)) return { state, out: [] };
    const cell = rows.get(state.at)?.get(event.type);
    if (cell === undefined)
      throw new TtpError('CORE_MACHINE_UNKNOWN_STATE', `${name}: no state ${JSON.stringify(state.at)}`);
    if (cell === 'stay') return { state, out: [] };
    // The table's type pairs each cell with the state and event it is looked up by.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    if (typeof cell === 'function') return cell(state as never, event as never);
    throw new TtpError(cell.refuse, `${name}: ${event.type} is refused in ${state.at}`);
  }

  return {
    name,
    states: [...rows.keys(), ...final],
    final,
    events,
    step(state, event) {
      if (!isIn(events, event.type))
        throw new TtpError('CORE_MACHINE_UNKNOWN_EVENT', `${name}: no event ${JSON.stringify(event.type)}`);
      if (expire === undefined || isIn(final, state.at) || !(event.now >= (state.deadline ?? Infinity)))
        return apply(state, event);
      const expired = expire(state, event.now);
      const then = apply(expired.state, event);
      return { state: then.state, out: [...expired.out, ...then.out] };
    },
  };
}

const isIn = (list: readonly string[], word: string): boolean => list.includes(word);
