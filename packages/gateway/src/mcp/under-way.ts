import type { RequestId } from '@modelcontextprotocol/server';
import { systemTimer } from '@ttp/adapters/system';
import { TtpError } from '@ttp/core';
import { CLOSE_WAIT_MS, REQUESTS_MAX } from '../limits.js';

/** The requests of one side that are being answered. */
export interface UnderWay {
  /** Throws GATEWAY_BUSY where {@link REQUESTS_MAX} of them are under way already; nobody has to hold more. */
  with<T>(id: RequestId, work: () => Promise<T>): Promise<T>;
  /** The one that came last. */
  latest(): RequestId | undefined;
  /** Waits for all of them. */
  done(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const under = new Map<Promise<unknown>, RequestId>();
  return {
    async with(id, work) {
      if (under.size >= REQUESTS_MAX)
        throw new TtpError('GATEWAY_BUSY', `${REQUESTS_MAX} requests are under way`);
      const working = work();
      under.set(working, id);
      try {
        return await working;
      } finally {
        under.delete(working);
      }
    },
    latest: () => [...under.values()].at(-1),
    async done() {
      await Promise.allSettled(under.keys());
    },
  };
}

/** Waits for `work`, at most {@link CLOSE_WAIT_MS}: a call may wait for a human who is not there. */
export async function briefly(work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const cancel = systemTimer.after(CLOSE_WAIT_MS, resolve);
  await Promise.race([late, work]);
  cancel();
}
