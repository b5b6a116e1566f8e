import type { Did } from '@ttp/core';
import { trustFlow } from '@ttp/score';
import { measuresOf, patternsOf } from '../../src/gaming/analyse.js';
import { graphOf } from '../../src/gaming/facts.js';
import type { Measure, Measures } from '../../src/gaming/measure.js';
import type { World } from './population.js';

/** How far a threshold tells attackers from honest accounts. */
export interface Point {
  readonly threshold: string;
  /** Shares of the attackers' accounts and of the honest ones that are at it or above. */
  readonly truePositive: number;
  readonly falsePositive: number;
}

/** One detector: what it comes to at several thresholds. */
export interface Curve {
  readonly detector: string;
  readonly points: readonly Point[];
  /** Chance that it puts an attacker's account above an honest one: 0.5 knows nothing, 1 everything. */
  readonly area: number;
}

/** As the detectors take it: the smaller of the shares by weight and by heads. */
const share = ({ part, whole, found, among }: Measure): number => Math.min(part / whole, found / among);

/** What each detector looks at, as one number which is the higher the more there is of it, and its published threshold. */
const DETECTORS: readonly {
  readonly name: string;
  readonly at: readonly number[];
  readonly published: number;
  readonly statistic: (measures: Measures) => number;
  readonly shown?: (threshold: number) => string;
}[] = [
  {
    name: 'low-diversity (few issuers)',
    at: [-10, -5, -3],
    published: -4,
    statistic: ({ voices }) => -voices,
    shown: (threshold) => `${-threshold} or fewer`,
  },
  {
    name: 'low-diversity (one dominates)',
    at: [0.2, 0.3, 0.6],
    published: 0.4,
    statistic: ({ dominant, voices }) => (voices < 5 ? 0 : share(dominant)),
  },
  { name: 'reciprocal', at: [0.1, 0.2, 0.5], published: 0.3, statistic: ({ mutual }) => share(mutual) },
  { name: 'new-issuers', at: [0.2, 0.35, 0.8], published: 0.5, statistic: ({ young }) => share(young) },
  {
    name: 'perfect-scores',
    at: [0.8, 0.9, 1],
    published: 0.95,
    statistic: ({ ratings, perfect }) => (ratings < 10 ? 0 : share(perfect)),
  },
  {
    name: 'account-clustering',
    at: [0.1, 0.2, 0.5],
    published: 1 / 3,
    statistic: ({ together }) => (together.found < 3 ? 0 : share(together)),
  },
  {
    name: 'patterns together',
    at: [1, 2, 4],
    published: 3,
    statistic: (measures) => patternsOf(measures).length,
    shown: (threshold) => `${threshold} or more${threshold === 3 ? ' (quarantine)' : ''}`,
  },
];

const percent = (threshold: number): string => `${Math.round(threshold * 100)} %`;

/** Every rated account of the worlds, by whether it is honest. */
export interface Accounts {
  readonly honest: readonly Measures[];
  readonly attackers: readonly Measures[];
}

/**
 * Measures every account that somebody rated.
 *
 * @param isAttacker whose accounts are to be found
 * @param rooted whether patterns are shares of what trust from the roots lets be heard, or of heads
 */
export function measured(world: World, isAttacker: (did: Did) => boolean, rooted: boolean): Accounts {
  const graph = graphOf(world);
  const weights = rooted ? trustFlow(world, world.roots) : undefined;
  const [honest, attackers]: [Measures[], Measures[]] = [[], []];
  for (const [number, measures] of measuresOf(graph, weights, [])) {
    const did = graph.accounts[number];
    if (did !== undefined) (isAttacker(did) ? attackers : honest).push(measures);
  }
  return { honest, attackers };
}

/** Curves of all detectors. */
export function curves({ honest, attackers }: Accounts): readonly Curve[] {
  return DETECTORS.map(({ name, at, published, statistic, shown = percent }) => {
    const [good, bad] = [honest.map(statistic), attackers.map(statistic)];
    return {
      detector: name,
      points: [...at, published]
        .sort((a, b) => a - b)
        .map((threshold) => ({
          threshold: `${shown(threshold)}${threshold === published ? ' *' : ''}`,
          truePositive: above(bad, threshold),
          falsePositive: above(good, threshold),
        })),
      area: areaUnder(good, bad),
    };
  });
}

/** Statistics are ratios of whole numbers, thresholds decimal fractions: a hair keeps equal ones equal. */
const above = (statistics: readonly number[], threshold: number): number =>
  statistics.length === 0 ? 0 : statistics.filter((n) => n >= threshold - 1e-9).length / statistics.length;

/** The chance that a random member of `bad` is above one of `good`, ties halved (Mann and Whitney). */
function areaUnder(good: readonly number[], bad: readonly number[]): number {
  const sorted = [...good].sort((a, b) => a - b);
  const below = (n: number, orEqual: boolean): number => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const value = sorted[middle] ?? 0;
      if (value < n || (orEqual && value === n)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const wins = bad.reduce((sum, n) => sum + (below(n, false) + below(n, true)) / 2, 0);
  return wins / (good.length * bad.length);
}
