import {
  type Clock,
  type Dispose,
  type EvidenceSource,
  type Interaction,
  type Outcome,
  type Profile,
  TtpError,
} from '@ttp/core';
import type { BehaviorFacts } from '@ttp/score';
import { createTallies } from './behavior/tallies.js';
import { ACTIVITY_MAX, ACTIVITY_WINDOW_MS, LOCAL_FACT_VALID_MS } from './limits.js';

/** Counts what this enforcement point itself saw an agent do. Nothing here is the agent's own word (flaw.S8). */
export interface Activity {
  /**
   * An attempt begins; refused ones count too (decisions.md, request.rate). What is returned takes it back: for one
   * that only asked what it would come to. Neither throws.
   */
  begin(): Dispose;
  /** It ended. A denial is no error, and no credit either. Never throws. */
  end(outcome: Outcome<unknown>): void;
  /** The same profile: its effects are timed. */
  watched<I extends Interaction, R>(profile: Profile<I, R>): Profile<I, R>;
  /**
   * What behavioral trust is computed from, up to now: what this process saw, the latest 2000
   * observations of each component above all. A minute with calls is an observation of uptime, a good one where any of
   * them succeeded, and one of latency, where 95 % of its effects were within the target.
   */
  behavior(): BehaviorFacts;
  /** `requestRate` and `errorRate` of the last 60 s. Throws CORE_BAD_TIME where the clock gives no time. */
  readonly source: EvidenceSource;
}

/** Rates are counted on monotonic time, so that a moved wall clock neither hides nor invents attempts (decision D10). */
export function createActivity(clock: Clock): Activity {
  const begun = slidingWindow();
  const ended = slidingWindow();
  const failed = slidingWindow();
  const tallies = createTallies();
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
      tallies.asked(1);
      const at = stamp();
      begun.add(at);
      return () => {
        tallies.asked(-1);
        begun.remove(at);
      };
    },
    end(outcome) {
      const { status } = outcome;
      if (status === 'blocked') return;
      // Whoever was only watched did not comply.
      if (outcome.observed?.status !== 'blocked') tallies.permitted();
      const at = stamp();
      tallies.ended(at, status !== 'failed');
      ended.add(at);
      if (status === 'failed') failed.add(at);
    },
    watched: (profile) => ({
      ...profile,
      async perform(interaction, permit) {
        const from = stamp();
        try {
          return await profile.perform(interaction, permit);
        } finally {
          const at = stamp();
          tallies.took(at, at - from);
        }
      },
    }),
    behavior: () => tallies.facts(stamp()),
    source: {
      name: 'activity',
      async gather() {
        const from = time() - ACTIVITY_WINDOW_MS;
        const finishedSince = ended.since(from);
        const value = {
          requestRate: begun.since(from),
          errorRate: finishedSince === 0 ? 0 : failed.since(from) / finishedSince,
        };
        return { value, at: clock.now(), validFor: LOCAL_FACT_VALID_MS };
      },
    },
  };
}

/** The latest times, in order, at most {@link ACTIVITY_MAX}: a burst pushes out what is older than itself. */
function slidingWindow(): { add(at: number): void; remove(at: number): void; since(from: number): number } {
  const times: number[] = [];
  return {
    add(at) {
      times.push(at);
      if (times.length > ACTIVITY_MAX) times.shift();
    },
    remove(at) {
      const last = times.lastIndexOf(at);
      if (last >= 0) times.splice(last, 1);
    },
    since(from) {
      const first = times.findIndex((at) => at > from);
      times.splice(0, first === -1 ? times.length : first);
      return times.length;
    },
  };
}
