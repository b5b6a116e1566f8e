import { type BehaviorFacts, NO_BEHAVIOR, type Tally } from '@ttp/score';
import {
  ACTIVITY_WINDOW_MS,
  BEHAVIOR_LATENCY_TARGET_MS,
  BEHAVIOR_TALLY_MAX,
  SLOW_EFFECTS_MAX_PERCENT,
} from '../limits.js';

/**
 * What behavioral trust is computed from, as it comes. Old observations fade: an agent that was taken over must not live
 * on the record of the one it was. Time only ever comes in.
 */
export interface Tallies {
  /** An attempt, or one less where it only asked. */
  asked(by: 1 | -1): void;
  /** The policy permitted one. */
  permitted(): void;
  /** One that was permitted ended, at a monotonic time, ms. */
  ended(at: number, succeeded: boolean): void;
  /** An effect took so long, and ended then, ms. */
  took(at: number, ms: number): void;
  /** @param at periods that are over then count */
  facts(at: number): BehaviorFacts;
}

/** Counts for one agent. */
export function createTallies(): Tallies {
  const [compliance, success, uptime, latency] = [fading(), fading(), fading(), fading()];
  /** What was seen in the period that is under way. */
  let period = { at: 0, ended: 0, succeeded: 0, effects: 0, slow: 0 };

  /** A period that is over becomes an observation each; one in which nothing ended shows nothing. */
  function turn(at: number): void {
    const now = Math.floor(at / ACTIVITY_WINDOW_MS);
    if (now <= period.at) return;
    const { ended, succeeded, effects, slow } = period;
    if (ended > 0) uptime.observed(succeeded > 0);
    if (effects > 0) latency.observed(slow * 100 <= SLOW_EFFECTS_MAX_PERCENT * effects);
    period = { at: now, ended: 0, succeeded: 0, effects: 0, slow: 0 };
  }

  return {
    asked: (by) => compliance.add(0, by),
    permitted: () => compliance.add(1, 0),
    ended(at, succeeded) {
      turn(at);
      success.observed(succeeded);
      period.ended++;
      if (succeeded) period.succeeded++;
    },
    took(at, ms) {
      turn(at);
      period.effects++;
      if (ms > BEHAVIOR_LATENCY_TARGET_MS) period.slow++;
    },
    facts(at) {
      turn(at);
      return {
        ...NO_BEHAVIOR,
        policyCompliance: compliance.tally(),
        uptime: uptime.tally(),
        errorRate: success.tally(),
        latencyP95: latency.tally(),
      };
    },
  };
}

interface Fading {
  add(good: 0 | 1, total: -1 | 0 | 1): void;
  observed(isGood: boolean): void;
  tally(): Tally;
}

/** A tally of at most {@link BEHAVIOR_TALLY_MAX} observations: with one more, all of them count half. */
function fading(): Fading {
  let [good, total] = [0, 0];
  const add: Fading['add'] = (more, of) => {
    good += more;
    total = Math.max(0, total + of);
    if (total <= BEHAVIOR_TALLY_MAX) return;
    [good, total] = [Math.floor(good / 2), Math.ceil(total / 2)];
  };
  return {
    add,
    observed: (isGood) => add(isGood ? 1 : 0, 1),
    // What began before all was halved may have ended afterwards.
    tally: () => ({ good: Math.min(good, total), total }),
  };
}
