import { asDid, type Did } from '@ttp/core';
import { codeThrownBy, proves, seededRandom } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { CASCADE_CAP, CASCADE_EDGES_MAX, type DependencyEdge, planCascade } from '../../src/index.js';

const did = (name: string): Did => asDid(`did:ttp:agent:${name}`);
const edge = (parent: string, child: string): DependencyEdge => ({
  parent: did(parent),
  child: did(child),
  id: `${parent}-${child}`,
});
const edges = (...pairs: readonly string[]): DependencyEdge[] =>
  pairs.map((pair) => edge(pair[0] ?? '', pair[1] ?? ''));
const names = (root: string, graph: readonly DependencyEdge[], cap?: number): string[] =>
  planCascade(did(root), graph, cap).steps.map(({ agent }) => agent.slice('did:ttp:agent:'.length));

describe('a cascade', () => {
  it('reaches whoever depends on the root, nearest first, and nobody else', () => {
    expect(planCascade(did('a'), edges('ab', 'ac', 'bd', 'xy', 'xa'))).toEqual({
      root: did('a'),
      steps: [
        { agent: did('b'), distance: 1, causes: [did('a')], via: ['a-b'] },
        { agent: did('c'), distance: 1, causes: [did('a')], via: ['a-c'] },
        { agent: did('d'), distance: 2, causes: [did('b')], via: ['b-d'] },
      ],
      beyond: 0,
    });
    expect(planCascade(did('y'), edges('xy'))).toEqual({ root: did('y'), steps: [], beyond: 0 });
  });

  it('visits each once, where the edges meet, repeat and lead back', () => {
    proves('flaw.K6');
    expect(names('a', edges('ab', 'ac', 'bd', 'cd', 'da', 'db', 'aa', 'bb', 'ab'))).toEqual(['b', 'c', 'd']);
    const [, , last] = planCascade(did('a'), edges('ab', 'ac', 'bd', 'cd', 'db')).steps;
    expect(last).toEqual({
      agent: did('d'),
      distance: 2,
      causes: [did('b'), did('c')],
      via: ['b-d', 'c-d'],
    });
  });

  it('lets no two wait for each other', () => {
    proves('flaw.K6');
    // b and c depend on each other, both on a.
    const { steps } = planCascade(did('a'), edges('ab', 'bc', 'cb', 'ac'));
    expect(steps.map(({ causes }) => causes)).toEqual([[did('a')], [did('a')]]);
  });

  it('stops at its cap: a shared tool takes no more with it than that', () => {
    proves('flaw.K6');
    const shared = Array.from({ length: 5_000 }, (_, n) => edge('tool', `n${String(n).padStart(4, '0')}`));
    expect(planCascade(did('tool'), shared)).toMatchObject({ beyond: 5_000 - CASCADE_CAP });
    expect(names('tool', shared, 3)).toEqual(['n0000', 'n0001', 'n0002']);
    expect(names('tool', shared, 0)).toEqual([]);
    // Nobody waits for one that the cap left alone.
    expect(planCascade(did('a'), edges('ab', 'ac', 'bd', 'cd'), 3).steps.at(-1)?.causes).toEqual([
      did('b'),
      did('c'),
    ]);
    expect(planCascade(did('a'), edges('ab', 'ac', 'cd'), 2)).toMatchObject({ beyond: 1 });
  });

  it.each([-1, 0.5, Number.NaN, 10_001])('refuses a cap of %s', (cap) => {
    expect(codeThrownBy(() => planCascade(did('a'), [], cap))).toBe('GUARD_CASCADE_INVALID');
  });

  it('refuses more edges than it looks at', () => {
    const many = Array.from({ length: CASCADE_EDGES_MAX + 1 }, () => edge('a', 'b'));
    expect(codeThrownBy(() => planCascade(did('a'), many))).toBe('GUARD_CASCADE_INVALID');
  });

  it('is what a search that tries every path finds, whatever the order of the edges', () => {
    proves('flaw.K6');
    const random = seededRandom('cascades');
    for (let run = 0; run < 2_000; run++) {
      const size = 2 + random.int(7);
      const name = (): string => `n${random.int(size)}`;
      const graph = Array.from({ length: random.int(16) }, () => edge(name(), name()));
      const cap = random.int(size);
      const plan = planCascade(did('n0'), graph, cap);
      const distances = shortest(did('n0'), graph);
      const order = [...distances].filter(([agent]) => agent !== did('n0'));
      order.sort(([a, i], [b, j]) => i - j || (a < b ? -1 : 1));
      expect(plan.steps.map(({ agent, distance }) => [agent, distance])).toEqual(order.slice(0, cap));
      expect(plan.beyond).toBe(order.length - plan.steps.length);
      const before = new Set<Did>([did('n0')]);
      for (const step of plan.steps) {
        expect(step.causes.length).toBeGreaterThan(0);
        for (const cause of step.causes) expect(before.has(cause)).toBe(true);
        before.add(step.agent);
      }
      expect(planCascade(did('n0'), random.shuffle(graph), cap)).toEqual(plan);
    }
  });
});

/** Distances by relaxing every edge until nothing changes: slow, and with nothing in common with the plan. */
function shortest(root: Did, graph: readonly DependencyEdge[]): Map<Did, number> {
  const distances = new Map<Did, number>([[root, 0]]);
  for (let changes = 1; changes > 0; ) {
    changes = 0;
    for (const { parent, child } of graph) {
      const next = (distances.get(parent) ?? Infinity) + 1;
      if (next >= (distances.get(child) ?? Infinity)) continue;
      distances.set(child, next);
      changes++;
    }
  }
  return distances;
}
