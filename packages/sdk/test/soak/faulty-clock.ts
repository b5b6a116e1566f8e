import type { Clock, Timer } from '@ttp/core';

/** A clock whose time can be wrong, and a timer that is not: a faulty reading makes no time go by. */
export interface FaultyClock extends Clock, Timer {
  /** Lets time go by: what is due is run, each once. */
  pass(ms: number): void;
  /** Moves the wall clock alone. */
  jump(ms: number): void;
  /** Moves what the monotonic clock says. */
  leap(ms: number): void;
  /** From here on readings stand still, or go on. */
  stick(isStuck: boolean): void;
  /** How much time has really gone by, ms. */
  readonly passed: number;
}

export function faultyClock(): FaultyClock {
  const timers = new Map<number, { readonly due: number; readonly fn: () => void }>();
  let [passed, wall, monotonic, nextId] = [0, 1_700_000_000_000, 0, 0];
  let isStuck = false;
  return {
    now: () => wall,
    monotonic: () => monotonic,
    get passed() {
      return passed;
    },
    pass(ms) {
      passed += ms;
      if (!isStuck) {
        wall += ms;
        monotonic += ms;
      }
      const due = [...timers].filter((timer) => timer[1].due <= passed);
      for (const [id, { fn }] of due) if (timers.delete(id)) fn();
    },
    jump: (ms) => void (wall += ms),
    leap: (ms) => void (monotonic += ms),
    stick: (value) => void (isStuck = value),
    after(ms, fn) {
      const id = nextId++;
      timers.set(id, { due: passed + ms, fn });
      return () => void timers.delete(id);
    },
  };
}
