import { CAPABILITIES, type Capability } from '@ttp/core';
import { codeThrownBy, seededRandom, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { coversPattern, matchResource } from '../../../spl/src/index.js';
import { type DelegationScope, meetOf, requireNarrower } from '../../src/delegation/scope.js';

const soak =
  typeof globalThis.process === 'undefined' ? 1 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');
const random = seededRandom('delegation');

const PATTERNS = [
  '**',
  's:**',
  's:a/**',
  's:a/*',
  's:a/+',
  's:a/b',
  's:*/b',
  's:**/b',
  's:a/b*/c',
  's:a/*/c',
  't:a/**',
  'a/b',
];
const RESOURCES = [
  's:a',
  's:a/b',
  's:a/c',
  's:x/b',
  's:a/bb/c',
  's:a/b/c',
  's:x/y/b',
  't:a',
  't:a/b',
  'a/b',
  'c',
];

/** What covers what, asked once: the volume is in the chains. */
const COVERED = new Map(
  PATTERNS.flatMap((outer) => PATTERNS.map((inner) => [`${outer} ${inner}`, coversPattern(outer, inner)])),
);
const MATCHED = new Map(
  PATTERNS.flatMap((pattern) => RESOURCES.map((one) => [`${pattern} ${one}`, matchResource(pattern, one)])),
);
const covers = (outer: string, inner: string): boolean => COVERED.get(`${outer} ${inner}`) === true;

const some = <T>(list: readonly T[], most: number): readonly T[] =>
  list.filter(() => random.int(list.length) < most);

const scope = (): DelegationScope => ({
  capabilities: some(CAPABILITIES, 6),
  resources: some(PATTERNS, 3),
  budget: { currency: random.pick(['USD', 'USD', 'USD', 'EUR']), micros: random.int(5) },
  depth: random.int(8),
  notAfter: random.int(5),
});

/** A scope that is mostly narrower than another one, so that chains get long. */
function below(above: DelegationScope): DelegationScope {
  const next = scope();
  if (random.chance(0.1)) return next;
  return {
    capabilities: some(above.capabilities, 18),
    resources: PATTERNS.filter(
      (one) => random.chance(0.4) && above.resources.some((outer) => covers(outer, one)),
    ),
    budget: {
      currency: above.budget?.currency ?? 'USD',
      micros: random.int((above.budget?.micros ?? 0) + 1),
    },
    depth: Math.max(0, above.depth - 1),
    notAfter: random.int(above.notAfter + 1),
  };
}

interface Act {
  readonly capability: Capability;
  readonly resource: string;
  readonly currency: string;
  readonly micros: number;
  readonly now: number;
}

/** The naive reference: what a scope allows, one question at a time. */
const allows = (
  { capabilities, resources, budget, notAfter }: DelegationScope,
  { capability, resource, currency, micros, now }: Act,
): boolean =>
  capabilities.includes(capability) &&
  resources.some((pattern) => MATCHED.get(`${pattern} ${resource}`) === true) &&
  (micros === 0 || (budget !== undefined && budget.currency === currency && micros <= budget.micros)) &&
  now < notAfter;

const act = (): Act => ({
  capability: random.pick(CAPABILITIES),
  resource: random.pick(RESOURCES),
  currency: random.pick(['USD', 'EUR']),
  micros: random.int(5),
  now: random.int(5),
});

it('no chain allows what its root does not: 100 000 random links', () => {
  let links = 0;
  let longest = 0;
  let allowed = 0;
  while (links < 100_000 * Math.min(soak, 20)) {
    const root = { ...scope(), depth: 7, capabilities: CAPABILITIES, resources: some(PATTERNS, 6) };
    const chain: DelegationScope[] = [root];
    for (let last: DelegationScope = root; chain.length < 8; ) {
      const next = below(last);
      links++;
      if (codeThrownBy(() => requireNarrower(last, next, { covers, field: '' })) !== undefined) break;
      chain.push(next);
      last = next;
    }
    longest = Math.max(longest, chain.length);
    const last = chain.at(-1) ?? root;
    for (let i = 0; i < 10; i++) {
      const one = act();
      if (!allows(last, one)) continue;
      allowed++;
      for (const link of chain) if (!allows(link, one)) expect.unreachable(JSON.stringify({ chain, one }));
    }
    expect(last.depth).toBeLessThanOrEqual(root.depth - chain.length + 1);
  }
  expect(longest).toBeGreaterThan(6);
  expect(allowed).toBeGreaterThan(500);
}, 60_000);

it('a meet allows nothing that one of the two does not, and a link that only narrows is its own meet', () => {
  for (let i = 0; i < 10_000; i++) {
    const [above, wanted] = [scope(), scope()];
    const meet = meetOf(above, wanted, covers);
    for (let j = 0; j < 5; j++) {
      const one = act();
      if (allows(meet, one) && !(allows(above, one) && allows(wanted, one)))
        expect.unreachable(JSON.stringify({ above, wanted, one }));
    }
    const isNarrower =
      codeThrownBy(() => requireNarrower(above, wanted, { covers, field: '' })) === undefined;
    expect(isNarrower).toBe(JSON.stringify(meet) === JSON.stringify(wanted));
    if (meet.depth >= 0) requireNarrower(above, meet, { covers, field: '' });
  }
});

type Case = {
  readonly above: DelegationScope;
  readonly below: DelegationScope;
  readonly expect?: true;
  readonly code?: string;
  readonly field?: string;
};

it.for(vectors<Case>('delegation'))('$name', ({ above, below: link, code, field }) => {
  const narrow = () => requireNarrower(above, link, { covers: coversPattern, field: '[1]' });
  expect(codeThrownBy(narrow)).toBe(code);
  if (code !== undefined) expect(narrow).toThrow(expect.objectContaining({ field: `[1].body.${field}` }));
});
