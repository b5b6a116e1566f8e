import { type Clock, type Timer, TtpError } from '@ttp/core';

/** The longest delay of setTimeout, ms: it takes a longer one for 1 ms. */
const LONGEST_DELAY_MS = 2_147_483_647;

/**
 * A timer on setTimeout that never fires early: setTimeout may, by a fraction of a millisecond, and an
 * expiry that is looked at on time must then really have expired.
 *
 * @param clock measures the delay
 * @param options.keepsProcess whether a timer that runs keeps a Node process alive. One without a delay always does:
 *   whoever gives others their turn goes on afterwards, and must not be taken for done
 */
export function createTimer(clock: Clock, options: { readonly keepsProcess: boolean }): Timer {
  return {
    after(ms, fn) {
      if (!Number.isFinite(ms) || ms < 0) throw new TtpError('SYSTEM_BAD_DELAY', `not a delay: ${ms}`);
      const due = clock.monotonic() + ms;
      let handle: ReturnType<typeof setTimeout>;
      const arm = (): void => {
        const left = Math.ceil(due - clock.monotonic());
        handle = setTimeout(check, Math.max(0, Math.min(left, LONGEST_DELAY_MS)));
        // A browser gives a number here, which has no unref.
        if (!options.keepsProcess && ms > 0 && typeof handle === 'object') handle.unref();
      };
      const check = (): void => (clock.monotonic() < due ? arm() : fn());
      arm();
      return () => clearTimeout(handle);
    },
  };
}
