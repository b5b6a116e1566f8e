import { WINDOW_BUCKETS } from '../limits.js';
import { type Addition, type Counter, type Counts, WINDOWS } from './counts.js';

/** What every counter comes to. */
export type Totals = { readonly [counter in Counter]: number };

/** Slices of which some may count: those of a window, and the one that is about to leave it. */
const SLICES = WINDOW_BUCKETS + 1;

/** One counter in memory: the same slices as in a {@link Counts}, in a ring, with their sum. */
class Ring {
  readonly #width: number;
  readonly #slices: Float64Array = new Float64Array(SLICES);
  /** Number of the latest slice. */
  #latest = 0;
  #total = 0;

  constructor(windowMs: number) {
    this.#width = windowMs / WINDOW_BUCKETS;
  }

  /** Adds to a slice; one that has left counts nothing. */
  addTo(slice: number, units: number): void {
    this.#moveTo(slice);
    if (slice <= this.#latest - SLICES) return;
    this.#slices[slice % SLICES] = (this.#slices[slice % SLICES] ?? 0) + units;
    this.#total += units;
  }

  add(now: number, units: number): void {
    this.addTo(Math.max(this.#latest, Math.floor(now / this.#width)), units);
  }

  totalAt(now: number): number {
    this.#moveTo(Math.floor(now / this.#width));
    return this.#total;
  }

  /** Takes out what has left the window; an earlier time takes nothing out. */
  #moveTo(slice: number): void {
    if (slice <= this.#latest) return;
    const left = Math.min(slice - this.#latest, SLICES);
    for (let i = 1; i <= left; i++) {
      const at = (this.#latest + i) % SLICES;
      this.#total -= this.#slices[at] ?? 0;
      this.#slices[at] = 0;
    }
    // So many at once went all the way round: none of the old ones is left, wherever it stood.
    this.#latest = slice;
  }
}

/** Counts that change in place: what is looked at before and after every call costs no copy. */
export class LiveCounts {
  readonly #rings: { readonly [counter in Counter]: Ring };

  constructor(counts: Counts) {
    const ringOf = (counter: Counter): Ring => {
      const ring = new Ring(WINDOWS[counter]);
      for (const [slice, units] of counts[counter].slices) ring.addTo(slice, units);
      ring.totalAt(counts[counter].latest);
      return ring;
    };
    this.#rings = {
      attempts: ringOf('attempts'),
      accesses: ringOf('accesses'),
      bytes: ringOf('bytes'),
      ended: ringOf('ended'),
      failed: ringOf('failed'),
      denials: ringOf('denials'),
    };
  }

  add(additions: readonly Addition[], now: number): void {
    for (const [counter, units] of additions) this.#rings[counter].add(now, units);
  }

  totalAt(counter: Counter, now: number): number {
    return this.#rings[counter].totalAt(now);
  }

  totals(now: number): Totals {
    const rings = this.#rings;
    return {
      attempts: rings.attempts.totalAt(now),
      accesses: rings.accesses.totalAt(now),
      bytes: rings.bytes.totalAt(now),
      ended: rings.ended.totalAt(now),
      failed: rings.failed.totalAt(now),
      denials: rings.denials.totalAt(now),
    };
  }
}
