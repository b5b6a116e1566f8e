import {
  type Decision,
  type ErrorCode,
  type Hold,
  type Interaction,
  type Obligation,
  type ObligationHandler,
  type Outcome,
  TtpError,
} from '@ttp/core';
import { untilAborted } from './permit.js';
import { faultCode } from './plain.js';

/** An obligation and whoever fulfils it. */
interface Duty {
  readonly obligation: Obligation;
  readonly handler: ObligationHandler;
}

/** Everything that has to be done for one permission, in the fixed order of the handlers. */
export interface Duties {
  /** All checks, before any hold and before a human is asked. Throws the first refusal's code. */
  check(interaction: Interaction): void;
  /** What the checks refuse, in order, each when it is asked for. Throws what a handler throws. */
  refusals(interaction: Interaction): Iterable<TtpError>;
  /** Whether one of them is of this kind. */
  has(kind: string): boolean;
  /** Reserves in order. Throws the code of the first that cannot; what was held stays held until {@link Duties.release}. */
  hold(interaction: Interaction, decision: Decision, signal: AbortSignal): Promise<void>;
  /** Changes the result before it leaves. Any fault throws: then the result is withheld. */
  after(value: unknown, interaction: Interaction): Promise<unknown>;
  /** Gives back what was held, in reverse order: nothing happened. Returns the code of the first fault. */
  release(): Promise<ErrorCode | undefined>;
  /** Makes final what was held, in reverse order: the effect happened or may have. Returns the code of the first fault. */
  settle(outcome: Outcome<unknown>): Promise<ErrorCode | undefined>;
}

/**
 * Finds a handler for *every* obligation: what nobody here can do, blocks (decision D12, law.P-10).
 *
 * @throws SDK_UNKNOWN_OBLIGATION
 */
export function resolveDuties(
  obligations: readonly Obligation[],
  handlers: ReadonlyMap<string, ObligationHandler>,
): Duties {
  const duties = obligations
    .map((obligation): Duty => {
      const handler = handlers.get(obligation.kind);
      if (handler !== undefined) return { obligation, handler };
      throw new TtpError('SDK_UNKNOWN_OBLIGATION', `nothing here can fulfil "${obligation.kind}"`, {
        field: obligation.from,
      });
    })
    .sort((a, b) => a.handler.order - b.handler.order);
  const held: Hold[] = [];

  /** Takes each hold off the list before it is called, so that no fault can make a hold be called twice. */
  async function drain(call: (hold: Hold) => Promise<void>): Promise<ErrorCode | undefined> {
    let fault: ErrorCode | undefined;
    for (let hold = held.pop(); hold !== undefined; hold = held.pop())
      try {
        await call(hold);
      } catch (error) {
        fault ??= faultCode(error, 'SDK_OBLIGATION_FAILED');
      }
    return fault;
  }

  function* refusals(interaction: Interaction): Generator<TtpError> {
    for (const { obligation, handler } of duties) {
      const code = handler.check(obligation, interaction);
      if (code === undefined) continue;
      yield new TtpError(refusalOf(code), `${obligation.kind} refuses`, { field: obligation.from });
    }
  }

  return {
    check(interaction) {
      for (const refusal of refusals(interaction)) throw refusal;
    },
    refusals,
    has: (kind) => duties.some(({ obligation }) => obligation.kind === kind),
    async hold(interaction, decision, signal) {
      for (const { obligation, handler } of duties)
        if (handler.hold !== undefined) {
          const hold = handler.hold(obligation, interaction, decision, signal);
          // One that comes after the call has ended is given back: nothing happened.
          held.push(readHold(await untilAborted(hold, signal, (late) => readHold(late).release())));
        }
    },
    async after(value, interaction) {
      let result = value;
      for (const { obligation, handler } of duties)
        if (handler.after !== undefined) result = await handler.after(obligation, result, interaction);
      return result;
    },
    release: () => drain((hold) => hold.release()),
    settle: (outcome) => drain((hold) => hold.settle(outcome)),
  };
}

/** A check that gives a promise has not checked anything yet, and nobody would hear of its fault. */
function refusalOf(code: ErrorCode | Promise<unknown>): ErrorCode {
  if (typeof code === 'string') return code;
  // Nothing is lost: it is refused whatever the promise brings, and a late rejection must not end the process.
  Promise.resolve(code).catch(() => undefined);
  return 'SDK_OBLIGATION_FAILED';
}

/** A hold that could not be ended would keep what it reserved for ever. */
function readHold(hold: Partial<Hold> | undefined): Hold {
  if (typeof hold?.settle === 'function' && typeof hold.release === 'function')
    return { settle: hold.settle.bind(hold), release: hold.release.bind(hold) };
  throw new TtpError('SDK_OBLIGATION_FAILED', 'a handler held nothing that could be settled or released');
}
