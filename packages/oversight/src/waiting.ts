import { type Dispose, type Timer, TtpError } from '@ttp/core';

/** Lets calls wait for something that another call or another process does. */
export interface Waiting {
  /**
   * Resolves when {@link Waiting.wake} is called, or after `ms`. Rejects with OVERSIGHT_ABORTED when the signal
   * aborts, with OVERSIGHT_CLOSED on close.
   */
  next(ms: number, signal: AbortSignal): Promise<void>;
  wake(): void;
  close(): void;
}

/** On the Timer port: nothing here looks at a clock. */
export function createWaiting(timer: Timer): Waiting {
  const waiting = new Set<{ readonly resolve: () => void; readonly reject: (error: TtpError) => void }>();
  let isClosed = false;

  return {
    async next(ms, signal) {
      if (isClosed) throw closed();
      if (signal.aborted) throw aborted(signal);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter = { resolve, reject };
      const onAbort = (): void => reject(aborted(signal));
      const cancel: Dispose = timer.after(ms, resolve);
      waiting.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        waiting.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        cancel();
      }
    },
    wake() {
      for (const { resolve } of waiting) resolve();
    },
    close() {
      isClosed = true;
      for (const { reject } of waiting) reject(closed());
    },
  };
}

const closed = (): TtpError => new TtpError('OVERSIGHT_CLOSED', 'this oversight was closed');
const aborted = (signal: AbortSignal): TtpError =>
  new TtpError('OVERSIGHT_ABORTED', 'the call ended while it waited for a decision', {
    cause: signal.reason,
  });
