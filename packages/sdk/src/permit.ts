import { type Permit, TtpError } from '@ttp/core';

/** Whether the instance still lets effects begin, and when it gives up waiting for those under way. */
export interface Closing {
  readonly isClosed: () => boolean;
  /** Aborts when the time for what is under way has run out. */
  readonly signal: AbortSignal;
}

/** The permit of one interaction, and its end. */
export interface OwnPermit {
  readonly permit: Permit;
  /** The effect has ended: `enter()` throws from here on. */
  end(): void;
  /** The interaction has ended; where nothing came of it, what is still running for it is told to stop. */
  dispose(came: 'something' | 'nothing'): void;
}

/**
 * Binds a permit to one interaction. An agent's permits share a latch; a permit that outlived its interaction would
 * have effects that no intent in the log stands for (law.E-5), and one that ignored the closing of the instance would
 * have effects that cannot be recorded any more.
 */
export function ownPermit(inner: Permit, closing: Closing): OwnPermit {
  const controller = new AbortController();
  let isOver = false;
  const links = [inner.signal, closing.signal].map((source) => {
    const follow = (): void => controller.abort(source.reason);
    if (source.aborted) follow();
    else source.addEventListener('abort', follow, { once: true });
    return () => source.removeEventListener('abort', follow);
  });
  const permit: Permit = {
    epoch: inner.epoch,
    signal: controller.signal,
    enter() {
      if (isOver) throw ended();
      if (closing.isClosed()) throw new TtpError('SDK_CLOSED', 'the instance was closed');
      inner.enter();
    },
  };
  return {
    permit: Object.freeze(permit),
    end() {
      isOver = true;
    },
    dispose(came) {
      isOver = true;
      for (const unlink of links) unlink();
      if (came === 'nothing') controller.abort(ended());
    },
  };
}

const ended = (): TtpError => new TtpError('SDK_PERMIT_ENDED', 'the interaction of this permit has ended');

/**
 * Settles with `work`, or fails as soon as the signal aborts, even where the work ignores it. What comes too late goes
 * to `late`.
 */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late?: (value: T) => Promise<void>,
): Promise<T> {
  const running = Promise.resolve(work);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    reject(signal.reason);
    // Nothing is lost: the call has failed with the reason of the abort, which is recorded; nobody waits for this one.
    if (late !== undefined) running.then(late).catch(() => undefined);
  };
  // The work may have aborted it before it gave its promise back: no event comes after that.
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([aborted, running]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
