import type { RequestId } from '@modelcontextprotocol/client';
import type { Dispose, Timer } from '@ttp/core';
import { ANSWERED_STREAM_MS } from '../limits.js';

interface RequestStream {
  readonly controller: AbortController;
  cancelEnd?: Dispose;
}

/**
 * The streams on which a server answers requests, one each. Nobody else ends them: a server that keeps the stream of an
 * answered request open, or of one that was given up, would have a connection more of us with every call.
 */
export class RequestStreams {
  readonly #open = new Map<RequestId, RequestStream>();
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** For a request that is sent; its signal ends its stream. */
  begin(id: RequestId): AbortSignal {
    const controller = new AbortController();
    this.#open.set(id, { controller });
    return controller.signal;
  }

  /** The answer was the last that is said on a stream; a server that ends it itself keeps the connection usable. */
  answered(id: RequestId): void {
    const stream = this.#open.get(id);
    if (stream !== undefined)
      stream.cancelEnd ??= this.#timer.after(ANSWERED_STREAM_MS, () => this.giveUp(id));
  }

  giveUp(id: RequestId): void {
    const stream = this.#open.get(id);
    this.over(id);
    stream?.controller.abort();
  }

  /** It has ended. */
  over(id: RequestId): void {
    this.#open.get(id)?.cancelEnd?.();
    this.#open.delete(id);
  }

  /** No stream outlives the connection. */
  close(): void {
    for (const id of this.#open.keys()) this.over(id);
  }
}
