import { evaluate, loadPolicy, type Policy } from '@ttp/spl';
import type { Bar } from '../bar.ts';
import { type Contestant, type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';

/** A resource has at most 2048 bytes: these are half of that and all of it. */
const [HALF, WHOLE] = [1020, 2040];

/** Patterns and resources that nearly match, in very many ways: what backtracks over them does not come back. */
const ATTACKS: readonly {
  readonly name: string;
  readonly pattern: string;
  readonly resource: (bytes: number) => string;
}[] = [
  {
    name: 'seven wildcards in a segment',
    pattern: '*a*a*a*a*a*a*b/x',
    resource: (bytes) => `${'a'.repeat(bytes - 2)}/x`,
  },
  {
    name: 'a long needle that nearly fits',
    pattern: `*${'a'.repeat(500)}b*/x`,
    resource: (bytes) => `${'a'.repeat(bytes - 2)}/x`,
  },
  {
    name: 'four times any number of segments',
    pattern: '**/a/**/a/**/c/**/b',
    resource: (bytes) => `${'a/'.repeat(bytes / 2 - 1)}b`,
  },
  {
    name: 'any number, then wildcards in each',
    pattern: `**/${'*a/'.repeat(5)}c/b`,
    resource: (bytes) => `${'a/'.repeat(bytes / 2 - 1)}b`,
  },
];

const policyOf = (pattern: string): Policy =>
  loadPolicy({
    version: '1.0.0',
    rules: [{ id: 'nearly', effect: 'allow', resources: [pattern], actions: ['read'] }],
  });

function deciding(policy: Policy, resource: string): () => string {
  const request = { resource, action: 'read', now: 0, engine: {}, resolver: {}, registry: {}, caller: {} };
  return () => evaluate(policy, request).effect;
}

const named = (name: string, bytes: number): string => `${name}, ${bytes} B`;

/** How the time of a decision grows with the resource, where matching is made as hard as a policy can make it. */
export function matching(effort: Effort): Promise<RaceResult> {
  const contestants = ATTACKS.flatMap(({ name, pattern, resource }) => {
    const policy = policyOf(pattern);
    return [HALF, WHOLE].map((bytes): Contestant => {
      const run = deciding(policy, resource(bytes));
      const does = `evaluate, one rule for ${pattern.length > 40 ? 'a pattern of a long text' : pattern}`;
      return { name: named(name, bytes), ours: true, does, run, answer: run };
    });
  });
  const bars: Bar[] = [
    {
      bar: 'policy, matching: twice the resource takes at most 2.5x the time',
      value: (m) => Math.max(...ATTACKS.map(({ name }) => m.ratio(named(name, WHOLE), named(name, HALF)))),
      atMost: 2.5,
      unit: 'x',
      why: 'Other processes fall on single rounds; the tables have each ratio.',
    },
    {
      bar: 'policy, matching: no resource takes more than 50 ms, p99',
      value: (m) => Math.max(...ATTACKS.map(({ name }) => m.p99(named(name, WHOLE)))) / 1000,
      atMost: 50,
      unit: ' ms',
      why: 'Other processes fall on single calls.',
    },
  ];
  return race(
    {
      title: 'Matching where it is hardest',
      work: 'Resources that a pattern nearly covers, of half the largest size and of all of it. Checked before: none of them is permitted.',
      contestants,
      bars,
      single: true,
      rounds: 21,
    },
    effort,
  );
}
