import { asTime, type Clock, type Timer, TtpError } from '@ttp/core';
import { settle } from './settle.js';

/** Time that stands still until it is told to go on. */
export interface FakeClock extends Clock, Timer {
  /**
   * Lets `ms` go by on both clocks. Due timers fire in order of time, then of setting, each with the clocks at
   * its own moment and after all promises before it have settled.
   */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock alone, either way, as an operator or an attacker would (flaw.H10). */
  setWall(ms: number): void;
  /** How many timers wait: 0 shows that everything was disposed of. */
  readonly pending: number;
}

/**
 * A Clock and Timer for tests.
 *
 * @param startWall wall clock at the start, ms since 1970; the monotonic clock starts at 0
 * @throws CORE_BAD_TIME; the methods also TESTKIT_BAD_ARGUMENT for a duration that is negative or not a number
 */
export function fakeClock(startWall: number = 1_700_000_000_000): FakeClock {
  let monotonic = 0;
  let wallOffset = asTime(startWall);
  let nextId = 0;
  const timers = new Map<number, { readonly due: number; readonly fn: () => void }>();

  /** The earliest timer that is due by `until`; a Map keeps the order of setting. */
  function nextDue(until: number): number | undefined {
    let found: { readonly id: number; readonly due: number } | undefined;
    for (const [id, { due }] of timers)
      if (due <= until && (found === undefined || due < found.due)) found = { id, due };
    return found?.id;
  }

  return {
    now: () => wallOffset + Math.floor(monotonic),
    monotonic: () => monotonic,
    get pending() {
      return timers.size;
    },
    after(ms, fn) {
      const id = nextId++;
      timers.set(id, { due: monotonic + duration(ms), fn });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const until = monotonic + duration(ms);
      await settle();
      for (let id = nextDue(until); id !== undefined; id = nextDue(until)) {
        const timer = timers.get(id);
        timers.delete(id);
        if (timer === undefined) continue;
        monotonic = Math.max(monotonic, timer.due);
        timer.fn();
        await settle();
      }
      monotonic = Math.max(monotonic, until);
    },
    setWall(ms) {
      wallOffset = asTime(ms) - Math.floor(monotonic);
    },
  };
}

function duration(ms: number): number {
  if (ms >= 0 && ms < Infinity) return ms;
  throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a duration: ${ms}`);
}
