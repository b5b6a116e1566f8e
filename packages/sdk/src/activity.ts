import { type Clock, type EvidenceSource, type Outcome } from '@ttp/core';
import { type BehaviorFacts, NO_BEHAVIOR } from '@ttp/score';
import { ACTIVITY_MAX, ACTIVITY_WINDOW_MS, LOCAL_FACT_VALID_MS } from './limits.js';

/** Counts what this enforcement point itself saw an agent do. Nothing here is the agent's own word (flaw.S8). */
export interface Activity {
  /** An attempt begins; refused ones count too (decisions.md, request.rate). */
  begin(): void;
  /** It ended. A denial is no error, and no credit either. */
  end(outcome: Outcome<unknown>): void;
  /** What behavioral trust is computed from: everything since this process began. */
  behavior(): BehaviorFacts;
  /** `requestRate` and `errorRate` of the last 60 s. */
  readonly source: EvidenceSource;
}

interface Ended {
  readonly at: number;
  readonly error: boolean;
}

/** Rates are counted on monotonic time, so that a moved wall clock neither hides nor invents attempts (decision D10). */
export function createActivity(clock: Clock): Activity {
  const begun: number[] = [];
  const ended: Ended[] = [];
  let [asked, permitted, finished, succeeded] = [0, 0, 0, 0];

  function forget(): void {
    const from = clock.monotonic() - ACTIVITY_WINDOW_MS;
    begun.splice(
      0,
      countBefore(begun, from, (at) => at),
    );
    ended.splice(
      0,
      countBefore(ended, from, ({ at }) => at),
    );
  }

  return {
    begin() {
      forget();
      asked++;
      if (begun.length < ACTIVITY_MAX) begun.push(clock.monotonic());
    },
    end({ status }) {
      if (status === 'blocked') return;
      permitted++;
      finished++;
      const error = status === 'failed';
      if (!error) succeeded++;
      if (ended.length < ACTIVITY_MAX) ended.push({ at: clock.monotonic(), error });
    },
    behavior: () => ({
      ...NO_BEHAVIOR,
      policyCompliance: { good: permitted, total: asked },
      errorRate: { good: succeeded, total: finished },
    }),
    source: {
      name: 'activity',
      gather() {
        forget();
        const errors = ended.filter(({ error }) => error).length;
        const value = {
          requestRate: begun.length,
          errorRate: ended.length === 0 ? 0 : errors / ended.length,
        };
        return Promise.resolve({ value, at: clock.now(), validFor: LOCAL_FACT_VALID_MS });
      },
    },
  };
}

/** How many entries of a list in order of time stand before `from`. */
function countBefore<T>(list: readonly T[], from: number, at: (entry: T) => number): number {
  const first = list.findIndex((entry) => at(entry) > from);
  return first === -1 ? list.length : first;
}
