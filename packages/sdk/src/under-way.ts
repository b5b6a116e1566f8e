import { type Timer, TtpError } from '@ttp/core';
import { CLOSE_GRACE_MS } from './limits.js';
import type { Closing } from './permit.js';

/** The interactions of one instance that have not ended yet. */
export interface UnderWay extends Closing {
  /** Counts a call until it has settled. */
  track<T>(call: Promise<T>): Promise<T>;
  /** How many have not settled. */
  count(): number;
  /**
   * From here on no effect begins. Resolves when all calls have settled, each with its outcome in the log; those that
   * take longer than the grace are aborted, and what ignores even that is not waited for.
   */
  close(): Promise<void>;
}

export function trackCalls(timer: Timer): UnderWay {
  const calls = new Set<Promise<unknown>>();
  const giveUp = new AbortController();
  let isClosed = false;

  /** Resolves when nothing is under way any more, or the grace is over. */
  async function settled(): Promise<void> {
    if (calls.size === 0) return;
    const { promise: expired, resolve } = Promise.withResolvers<void>();
    const cancel = timer.after(CLOSE_GRACE_MS, resolve);
    await Promise.race([Promise.allSettled(calls), expired]);
    cancel();
  }

  return {
    isClosed: () => isClosed,
    signal: giveUp.signal,
    count: () => calls.size,
    async track(call) {
      calls.add(call);
      try {
        return await call;
      } finally {
        calls.delete(call);
      }
    },
    async close() {
      isClosed = true;
      await settled();
      if (calls.size === 0) return;
      giveUp.abort(new TtpError('SDK_CLOSED', 'the instance was closed while the effect was under way'));
      await settled();
    },
  };
}
