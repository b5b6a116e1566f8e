import type { Clock, Timer } from '@ttp/core';

/** A clock whose timers run one after the other when it is told to, without a promise in between. */
export interface EventQueue extends Clock, Timer {
  /** Runs what is due until then, monotonic ms, in order of time and then of setting. */
  runUntil(ms: number): void;
}

/** An {@link EventQueue} at 0. */
export function eventQueue(startWall: number): EventQueue {
  let monotonic = 0;
  let number = 0;
  const due: { at: number; number: number; fn: () => void }[] = [];
  return {
    now: () => startWall + monotonic,
    monotonic: () => monotonic,
    after(ms, fn) {
      const one = { at: monotonic + ms, number: number++, fn };
      // Few wait at a time: a sorted list is quicker than a heap.
      let i = due.length;
      for (let before = due[i - 1]; before !== undefined && before.at > one.at; before = due[i - 1]) i--;
      due.splice(i, 0, one);
      return () => {
        const at = due.indexOf(one);
        if (at >= 0) due.splice(at, 1);
      };
    },
    runUntil(ms) {
      for (let next = due[0]; next !== undefined && next.at <= ms; next = due[0]) {
        due.shift();
        monotonic = next.at;
        next.fn();
      }
      monotonic = Math.max(monotonic, ms);
    },
  };
}
