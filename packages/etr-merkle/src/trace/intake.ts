import type { Dispose, Timer } from '@ttp/core';
import { DENIAL_FLUSH_MS, DENIAL_QUEUE_MAX, GROUP_COMMIT_MAX } from '../limits.js';
import type { Chains } from './chains.js';
import type { PreparedLeaf } from './leaf.js';
import type { Payload } from './payload.js';
import type { Writer } from './writer.js';

/** Makes the leaves of a job in its turn, and whatever its caller wants to know of that. */
type Build<T> = (chains: Chains) => { readonly leaves: readonly PreparedLeaf[]; readonly value: T };

/** The index of a job's first leaf, and what was wanted. */
interface Written<T> {
  readonly first: bigint;
  readonly value: T;
}

/** Where entries come in: those that somebody waits for, and denials, for which nobody does (decision D29). */
export class Intake {
  readonly #writer: Writer;
  readonly #timer: Timer;
  #denialsDue: Dispose | undefined;
  #denialsLost = 0;

  constructor(writer: Writer, timer: Timer) {
    this.#writer = writer;
    this.#timer = timer;
  }

  /** Queued denials that were not recorded. */
  get denialsLost(): number {
    return this.#denialsLost;
  }

  /** Writes what `build` makes; resolves, with what it says besides, when that is durable. */
  write<T>(count: number, payloads: readonly Payload[], build: Build<T>): Promise<Written<T>> {
    const written = this.#push(count, payloads, build);
    void this.start();
    return written;
  }

  /**
   * Puts a denial into the queue, waiting for room in it.
   *
   * @param prepare makes its leaf; asked again after every wait, since it may no longer be allowed then
   */
  async queue(prepare: () => readonly PreparedLeaf[], payloads: readonly Payload[]): Promise<void> {
    let leaves = prepare();
    while (this.#writer.waiting >= DENIAL_QUEUE_MAX) {
      await this.start();
      leaves = prepare(); // meanwhile the trace may have been sealed, or a write have failed
    }
    // The caller is gone when this one is written: a fault shows in the next call, and in the count.
    this.#push(leaves.length, payloads, () => ({ leaves, value: undefined })).catch(
      () => void this.#denialsLost++,
    );
    if (this.#writer.waiting >= GROUP_COMMIT_MAX) void this.start();
    else this.#denialsDue ??= this.#timer.after(DENIAL_FLUSH_MS, () => void this.start());
  }

  /** Sees to it that everything that waits is written. */
  start(): Promise<void> {
    this.#denialsDue?.();
    this.#denialsDue = undefined;
    return this.#writer.start();
  }

  #push<T>(count: number, payloads: readonly Payload[], build: Build<T>): Promise<Written<T>> {
    return new Promise((resolve, failed) => {
      this.#writer.push({
        count,
        payloads,
        build(chains) {
          const { leaves, value } = build(chains);
          return { leaves, done: (first) => resolve({ first, value }) };
        },
        failed,
      });
    });
  }
}
