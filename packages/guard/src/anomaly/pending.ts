import { ANOMALY_WINDOW_MS, ESCALATION_WINDOW_MS, WINDOW_BUCKETS } from '../limits.js';
import type { Addition, Counter } from './counts.js';
import type { Anomaly } from './detectors.js';
import type { Step } from './state.js';

/** Steps closer together than this are in one slice of every window. */
const SPAN_MS = ANOMALY_WINDOW_MS / WINDOW_BUCKETS;

/** After so many spans what was counted has left every window, and every alarm has ended. */
const SPANS_MAX = (2 * ESCALATION_WINDOW_MS) / SPAN_MS;

/** Steps of one span, taken together. */
interface Span {
  now: number;
  readonly units: Map<Counter, number>;
  readonly found: Set<Anomaly>;
}

/** Steps that are not in the store yet, in bounded memory however long it cannot be written. */
export class Pending {
  /** In order of time. */
  readonly #spans = new Map<number, Span>();

  add({ now, additions = [], found = [] }: Step): void {
    const span = this.#spanAt(now);
    span.now = Math.max(span.now, now);
    for (const [counter, units] of additions) span.units.set(counter, (span.units.get(counter) ?? 0) + units);
    for (const anomaly of found) span.found.add(anomaly);
  }

  #spanAt(now: number): Span {
    const index = Math.floor(now / SPAN_MS);
    const known = this.#spans.get(index);
    if (known !== undefined) return known;
    const span = { now, units: new Map<Counter, number>(), found: new Set<Anomaly>() };
    this.#spans.set(index, span);
    if (this.#spans.size > SPANS_MAX) {
      const [oldest = index] = this.#spans.keys();
      this.#spans.delete(oldest);
    }
    return span;
  }

  /** Takes back what could not be written, before what came since. */
  putBack(steps: Pending): void {
    const since = this.list();
    this.#spans.clear();
    for (const step of [...steps.list(), ...since]) this.add(step);
  }

  isEmpty(): boolean {
    return this.#spans.size === 0;
  }

  /** In order of time. */
  list(): readonly Step[] {
    return [...this.#spans.values()].map(({ now, units, found }) => ({
      now,
      additions: [...units] satisfies readonly Addition[],
      found: [...found],
    }));
  }
}
