import { type Clock, type EvidenceSource, type Outcome, TtpError } from '@ttp/core';
import { type BehaviorFacts, NO_BEHAVIOR } from '@ttp/score';
import { ACTIVITY_MAX, ACTIVITY_WINDOW_MS, LOCAL_FACT_VALID_MS } from './limits.js';

/** Counts what this enforcement point itself saw an agent do. Nothing here is the agent's own word (flaw.S8). */
export interface Activity {
  /** An attempt begins; refused ones count too (decisions.md, request.rate). Never throws. */
  begin(): void;
  /** It ended. A denial is no error, and no credit either. Never throws. */
  end(outcome: Outcome<unknown>): void;
  /** What behavioral trust is computed from: everything since this process began. */
  behavior(): BehaviorFacts;
  /** `requestRate` and `errorRate` of the last 60 s. Throws CORE_BAD_TIME where the clock gives no time. */
  readonly source: EvidenceSource;
}

interface Ended {
  readonly at: number;
  readonly error: boolean;
}

/** Rates are counted on monotonic time, so that a moved wall clock neither hides nor invents attempts (decision D10). */
export function createActivity(clock: Clock): Activity {
  const begun = slidingWindow((at: number) => at);
  const ended = slidingWindow(({ at }: Ended) => at);
  let [asked, permitted, finished, succeeded] = [0, 0, 0, 0];
  let last = 0;

  /** Monotonic time. A clock without one would make a rate of nothing: that is a fault, not a low rate. */
  function time(): number {
    const at = clock.monotonic();
    if (!Number.isFinite(at)) throw new TtpError('CORE_BAD_TIME', `the monotonic clock says ${at}`);
    last = Math.max(last, at);
    return last;
  }

  /** For counting: where the clock gives no time, it counts as the last known one, and is counted all the same. */
  function stamp(): number {
    try {
      return time();
    } catch {
      return last; // whoever asks for the rates gets the fault
    }
  }

  return {
    begin() {
      asked++;
      begun.add(stamp());
    },
    end({ status }) {
      if (status === 'blocked') return;
      permitted++;
      finished++;
      const error = status === 'failed';
      if (!error) succeeded++;
      ended.add({ at: stamp(), error });
    },
    behavior: () => ({
      ...NO_BEHAVIOR,
      policyCompliance: { good: permitted, total: asked },
      errorRate: { good: succeeded, total: finished },
    }),
    source: {
      name: 'activity',
      async gather() {
        const from = time() - ACTIVITY_WINDOW_MS;
        const recent = ended.since(from);
        const errors = recent.filter(({ error }) => error).length;
        const value = {
          requestRate: begun.since(from).length,
          errorRate: recent.length === 0 ? 0 : errors / recent.length,
        };
        return { value, at: clock.now(), validFor: LOCAL_FACT_VALID_MS };
      },
    },
  };
}

/** The latest entries, in order of time, at most {@link ACTIVITY_MAX}: a burst pushes out what is older than itself. */
function slidingWindow<T>(at: (entry: T) => number): {
  add(entry: T): void;
  since(from: number): readonly T[];
} {
  const entries: T[] = [];
  return {
    add(entry) {
      entries.push(entry);
      if (entries.length > ACTIVITY_MAX) entries.shift();
    },
    since(from) {
      const first = entries.findIndex((entry) => at(entry) > from);
      entries.splice(0, first === -1 ? entries.length : first);
      return entries;
    },
  };
}
