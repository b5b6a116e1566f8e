import { TtpError } from '@ttp/core';
import { floorDiv } from './integer.js';
import { BEHAVIOR_PRIOR_COUNT, BEHAVIORAL_MAX_BP, OBSERVATIONS_MAX_COUNT } from './limits.js';

/** The six components of behavior. */
export const BEHAVIOR_COMPONENTS = [
  'policyCompliance',
  'uptime',
  'errorRate',
  'latencyP95',
  'securityEvents',
  'dataPatterns',
] as const;
export type BehaviorComponent = (typeof BEHAVIOR_COMPONENTS)[number];

/** The share of each component in behavior, in basis points (ttp-protocol.txt L1674-1681). */
export const BEHAVIOR_WEIGHTS_BP: { readonly [C in BehaviorComponent]: number } = {
  policyCompliance: 3000,
  uptime: 2000,
  errorRate: 1500,
  latencyP95: 1000,
  securityEvents: 1500,
  dataPatterns: 1000,
};

/** How many observations an enforcement point made, and how many of them were good ones. */
export type Tally = { readonly good: number; readonly total: number };

/**
 * What enforcement points observed; never what an agent, tool or service says of itself: there is no field for a
 * declared ratio or limit (flaw.S8).
 * - `policyCompliance`: calls that the policy permitted, of all that were asked for
 * - `uptime`: probes that were answered
 * - `errorRate`: calls that ended without an error
 * - `latencyP95`: periods whose 95th percentile of latency was within the target
 * - `securityEvents`: periods without a security event
 * - `dataPatterns`: accesses to data without an anomaly
 */
export type BehaviorFacts = { readonly [C in BehaviorComponent]: Tally };

/** What behavior comes to. */
export interface Behavior {
  /** 0 to 2500. */
  readonly bp: number;
  /** -10000 (all observed went wrong) to 10000 (all went well); 0 where nothing was observed. */
  readonly conduct: number;
  /** Observations, over all components. */
  readonly observed: number;
}

const NOTHING: Tally = { good: 0, total: 0 };

/** Behavior of which nothing was observed: it gives no points (decision D23). */
export const NO_BEHAVIOR: BehaviorFacts = {
  policyCompliance: NOTHING,
  uptime: NOTHING,
  errorRate: NOTHING,
  latencyP95: NOTHING,
  securityEvents: NOTHING,
  dataPatterns: NOTHING,
};

/**
 * Points for observed behavior: each component gives `good / (total + 100)` of its share, rounded down. The
 * prior of 100 observations worth nothing makes the points grow with volume and keeps a perfect record of
 * three calls from counting like one of three thousand (decision D23, flaw.S8).
 *
 * @throws SCORE_BAD_BEHAVIOR with the field
 */
export function behaviorOf(facts: BehaviorFacts): Behavior {
  if (typeof facts !== 'object' || facts === null)
    throw new TtpError('SCORE_BAD_BEHAVIOR', 'not the six tallies', { field: 'behavior' });
  let bp = 0;
  let conduct = 0;
  let observed = 0;
  for (const component of BEHAVIOR_COMPONENTS) {
    const weight = BEHAVIOR_WEIGHTS_BP[component];
    const { good, total } = check(facts[component], `behavior.${component}`);
    const points = floorDiv(BEHAVIORAL_MAX_BP * weight, 10_000);
    bp += floorDiv(points * good, total + BEHAVIOR_PRIOR_COUNT);
    conduct += floorDiv(weight * (2 * good - total), total + BEHAVIOR_PRIOR_COUNT);
    observed += total;
  }
  return { bp, conduct, observed };
}

function check(tally: Tally | undefined, field: string): Tally {
  if (typeof tally === 'object' && tally !== null) {
    const { good, total } = tally;
    if (isCount(good) && isCount(total) && good <= total) return tally;
  }
  throw new TtpError('SCORE_BAD_BEHAVIOR', 'not counts with good <= total', { field });
}

const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= OBSERVATIONS_MAX_COUNT;
