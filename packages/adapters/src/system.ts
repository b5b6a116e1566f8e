import type { Clock, Random, Timer } from '@ttp/core';
import { createRandom } from './system/random.js';
import { createTimer } from './system/timer.js';

export { SYSTEM_ERRORS, type SystemErrorCode } from './errors.js';

/**
 * The clock of this machine. `now()` is the wall clock in integer ms and jumps when somebody sets it;
 * `monotonic()` is in ms with a fraction, never goes back, and is what durations are measured with (decision D10).
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/**
 * The secure random generator of this runtime. `bytes(n)` takes 0 to 1048576.
 * Throws SYSTEM_BAD_LENGTH; a runtime that cannot give randomness throws its own error.
 */
export const systemRandom: Random = /* @__PURE__ */ createRandom();

/**
 * Timers of this runtime, on monotonic time. They do not keep a Node process alive, but for those of no delay: a poll or
 * a lease must not hold back a program that is done, and who gives others a turn is not. Delays beyond the 24.8 days of setTimeout are kept, not cut to 1 ms.
 * Throws SYSTEM_BAD_DELAY.
 */
export const systemTimer: Timer = createTimer(systemClock, { keepsProcess: false });
