import { type Did, TtpError } from '@ttp/core';
import { CASCADE_CAP, CASCADE_EDGES_MAX, CASCADE_MAX } from '../limits.js';

/** That one agent acts by leave of another, and stops with it: one link of a delegation, or a stated dependency. */
export interface DependencyEdge {
  readonly parent: Did;
  readonly child: Did;
  /** Id of the envelope that says so. */
  readonly id: string;
}

/** An agent that a cascade suspends. */
export interface CascadeStep {
  readonly agent: Did;
  /** How many edges away from what was killed: 1 or more. */
  readonly distance: number;
  /** What it waits for: those it depends on that stopped before it. */
  readonly causes: readonly Did[];
  /** The edges by which it was reached. */
  readonly via: readonly string[];
}

/** What a cascade would do. Making one changes nothing: it is the dry run. */
export interface CascadePlan {
  readonly root: Did;
  /** Nearest first, by DID among equals. Nobody stands in it twice, and the root never. */
  readonly steps: readonly CascadeStep[];
  /** How many more depend on it, beyond the cap: they go on until somebody raises it. */
  readonly beyond: number;
}

/**
 * Who stops with an agent (flaw.K6): everybody that depends on it, directly or through others, each once, however
 * often the edges meet or lead back, and never more than the cap. Linear in the edges but for the sort.
 *
 * An agent waits for those nearer to the root than itself, so that no two ever wait for each other.
 *
 * @param edges in any order, repeated or not; at most {@link CASCADE_EDGES_MAX}
 * @param cap the blast radius: how many agents it may suspend, 0 to {@link CASCADE_MAX}; {@link CASCADE_CAP} unless given
 * @throws GUARD_CASCADE_INVALID for a cap or a number of edges outside these bounds
 */
export function planCascade(
  root: Did,
  edges: readonly DependencyEdge[],
  cap: number = CASCADE_CAP,
): CascadePlan {
  if (!(Number.isSafeInteger(cap) && cap >= 0 && cap <= CASCADE_MAX))
    throw new TtpError('GUARD_CASCADE_INVALID', `a cap is 0 to ${CASCADE_MAX}`, { field: 'cap' });
  if (edges.length > CASCADE_EDGES_MAX)
    throw new TtpError('GUARD_CASCADE_INVALID', `more than ${CASCADE_EDGES_MAX} edges`, { field: 'edges' });
  const below = Map.groupBy(edges, ({ parent }) => parent);
  const distances = new Map<Did, number>([[root, 0]]);
  let frontier: readonly Did[] = [root];
  for (let distance = 1; frontier.length > 0; distance++) {
    const next = new Set<Did>();
    for (const parent of frontier)
      for (const { child } of below.get(parent) ?? []) if (!distances.has(child)) next.add(child);
    for (const child of next) distances.set(child, distance);
    frontier = [...next];
  }
  distances.delete(root);
  const reached = [...distances].sort(([a, i], [b, j]) => i - j || (a < b ? -1 : 1));
  const included = new Map<Did, number>([[root, 0], ...reached.slice(0, cap)]);
  const above = Map.groupBy(edges, ({ child }) => child);
  const steps = reached.slice(0, cap).map(([agent, distance]): CascadeStep => {
    const nearer = (above.get(agent) ?? []).filter(
      ({ parent }) => (included.get(parent) ?? distance) < distance,
    );
    return {
      agent,
      distance,
      causes: [...new Set(nearer.map(({ parent }) => parent))].sort(),
      via: [...new Set(nearer.map(({ id }) => id))].sort(),
    };
  });
  return { root, steps, beyond: reached.length - steps.length };
}
