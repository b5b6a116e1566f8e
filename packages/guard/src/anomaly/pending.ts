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
  readonly #spans = new Map<number, Span>();

  add({ now, additions = [], found = [] }: Step): void {
    const index = Math.floor(now / SPAN_MS);
    const span = this.#spans.get(index) ?? {
      now,
      units: new Map<Counter, number>(),
      found: new Set<Anomaly>(),
    };
    span.now = Math.max(span.now, now);
    for (const [counter, units] of additions) span.units.set(counter, (span.units.get(counter) ?? 0) + units);
    for (const anomaly of found) span.found.add(anomaly);
    this.#spans.set(index, span);
    if (this.#spans.size > SPANS_MAX) this.#spans.delete(Math.min(...this.#spans.keys()));
  }

  /** Takes back what could not be written. */
  putBack(steps: Pending): void {
    for (const step of steps.list()) this.add(step);
  }

  isEmpty(): boolean {
    return this.#spans.size === 0;
  }

  /** In order of time. */
  list(): readonly Step[] {
    return [...this.#spans.values()]
      .sort((a, b) => a.now - b.now)
      .map(({ now, units, found }) => ({
        now,
        additions: [...units] satisfies readonly Addition[],
        found: [...found],
      }));
  }
}
