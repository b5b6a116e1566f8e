import { isTtpError, type Timer, TtpError } from '@ttp/core';

/** The end of one exchange: by time, or by the caller. */
export interface Deadline {
  /** Aborts with a TtpError as its reason: FETCH_TIMEOUT or FETCH_ABORTED. */
  readonly signal: AbortSignal;
  /** Waits for `work` no longer than the signal lasts. */
  within<T>(work: Promise<T>): Promise<T>;
  /** What to throw for `cause`: the reason of the end where that came first, a TtpError as it is, else `code`. */
  faultOf(cause: unknown, code: 'FETCH_FAILED' | 'FETCH_TLS' | 'FETCH_UNRESOLVED'): unknown;
  /** Stops the timer and forgets the caller's signal. */
  done(): void;
}

/** Starts the time of one exchange. `ms` covers everything, to the last byte of the body. */
export function startDeadline(caller: AbortSignal, ms: number, timer: Timer): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (): void =>
    controller.abort(new TtpError('FETCH_ABORTED', 'the caller aborted', { cause: caller.reason }));
  const stop = timer.after(ms, () =>
    controller.abort(new TtpError('FETCH_TIMEOUT', `not finished after ${ms} ms`)),
  );
  if (caller.aborted) abort();
  else caller.addEventListener('abort', abort, { once: true });
  return {
    signal,
    within: (work) =>
      new Promise((resolve, reject) => {
        const end = (): void => reject(signal.reason);
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
        const forget = (): void => signal.removeEventListener('abort', end);
        work.then(resolve, reject).then(forget, forget);
      }),
    faultOf(cause, code) {
      if (signal.aborted) return signal.reason;
      if (isTtpError(cause)) return cause;
      return new TtpError(code, 'the exchange failed', { cause });
    },
    done() {
      stop();
      caller.removeEventListener('abort', abort);
    },
  };
}
