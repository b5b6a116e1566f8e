import { TtpError } from './error.js';
import { WALL_CLOCK_TOLERANCE_MS } from './limits.js';

/** `ms` as a time in whole milliseconds since 1970. Throws CORE_BAD_TIME. */
export function asTime(ms: number): number {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new TtpError('CORE_BAD_TIME', `not a time: ${ms}`);
  return ms;
}

/**
 * Moves the high-water mark of the wall clock: the highest time this store has ever seen.
 * A clock set back would make expired approvals and nonces valid again (flaw.H10), so a `now` more than
 * {@link WALL_CLOCK_TOLERANCE_MS} before the mark is a fault; inside the tolerance the mark itself is the time.
 *
 * @param mark the persisted mark, ms; 0 for none yet
 * @param now what the Clock port says, ms
 * @returns the new mark, which is also the time to use
 * @throws CORE_CLOCK_REGRESSED, CORE_BAD_TIME
 */
export function advanceClock(mark: number, now: number): number {
  if (asTime(now) >= asTime(mark)) return now;
  if (mark - now > WALL_CLOCK_TOLERANCE_MS)
    throw new TtpError('CORE_CLOCK_REGRESSED', `the clock says ${now}, but ${mark} was seen before`);
  return mark;
}
