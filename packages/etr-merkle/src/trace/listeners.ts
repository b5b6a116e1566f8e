import type { Dispose } from '@ttp/core';
import { hashText } from '../proof.js';
import type { Entry } from './filter.js';
import { leafOf } from './leaf.js';
import type { Placed } from './writer.js';

/** Those who hear of every entry as soon as it is durable. */
export class Listeners {
  readonly #listeners = new Set<(entry: Entry) => void>();
  #faults = 0;

  /** Listeners that threw. */
  get faults(): number {
    return this.#faults;
  }

  add(fn: (entry: Entry) => void): Dispose {
    // A function of its own for each call, so that registering one twice can be undone once.
    const listener = (entry: Entry): void => fn(entry);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells of the entries of an append; `first` is the index of the first. */
  publish(entries: readonly Placed[], first: bigint): void {
    if (this.#listeners.size === 0) return;
    entries.forEach(({ leaf, position, hash }, i) => {
      const entry = { ...leafOf(leaf, position), index: first + BigInt(i), leafHash: hashText(hash) };
      for (const listener of this.#listeners) {
        try {
          listener(entry);
        } catch {
          this.#faults++; // a listener never stands between an entry and whoever waits for it
        }
      }
    });
  }
}
