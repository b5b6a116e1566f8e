import { DECISION_OUTCOMES, type Decision, EFFECTS, type Evidence, type Fact, type Json } from '@ttp/core';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { canonicalDecision, decide, decisionHash, parseThresholds } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, type Drawn, draw, evidence, evidenceOf, fact, NOW, policyOf } from './cases.js';

const POLICIES = EFFECTS.map((effect) => policyOf(effect));
const rank = ({ outcome }: Decision): number => DECISION_OUTCOMES.indexOf(outcome);
const permits = ({ outcome }: Decision): boolean => outcome === 'allow' || outcome === 'warn';

/** Changes for the worse, one at a time: more risk, less trust, or a more sensitive resource. */
const WORSE: readonly ((drawn: Drawn, random: SeededRandom) => Drawn)[] = [
  (d) => ({ ...d, verified: false }),
  (d) => ({ ...d, killed: true }),
  (d) => ({ ...d, vouched: false }),
  (d, random) => ({ ...d, fraud: d.fraud + random.int(10_001 - d.fraud) }),
  (d, random) => ({ ...d, good: random.int(d.good + 1) }),
  (d, random) => ({ ...d, total: d.total + random.int(500) }),
  (d) => ({ ...d, ratings: d.ratings.map((a) => ({ ...a, rating: Math.max(1, a.rating - 1) })) }),
  (d) => ({ ...d, classification: 'restricted' }),
];

describe('a decision', () => {
  it('never becomes milder by more risk or less trust, with the verdict of the policy fixed', () => {
    proves('law.P-9');
    return withSeed('monotone decisions', 250, (random) => {
      const drawn = draw(random);
      const policy = random.pick(POLICIES);
      const before = decide(caseOf({ policy, evidence: evidenceOf(drawn) }));
      for (const worsen of WORSE) {
        const after = decide(caseOf({ policy, evidence: evidenceOf(worsen(drawn, random)) }));
        expect(after.effect).toBe(before.effect);
        expect(after.risk.score).toBeGreaterThanOrEqual(before.risk.score);
        expect(rank(after)).toBeGreaterThanOrEqual(rank(before));
      }
    });
  });

  it('gets more risk, and no permission, from evidence that is missing, stale, malformed or failed', () => {
    proves('tre.missing-evidence', 'decision.D22');
    return withSeed('missing evidence', 150, (random) => {
      const given = evidenceOf(draw(random));
      const policy = random.pick(POLICIES);
      const thresholds = parseThresholds({ low: 1000, medium: 3500, high: 6000, critical: 9000 });
      const before = decide(caseOf({ policy, thresholds, evidence: given }));
      for (const source of ['identity', 'trust', 'fraud', 'vouch'])
        for (const spoil of SPOIL) {
          const after = decide(caseOf({ policy, thresholds, evidence: spoil(given, source) }));
          expect(after.risk.score).toBeGreaterThanOrEqual(before.risk.score);
          expect(after.confidence).toBeLessThanOrEqual(before.confidence);
          expect(
            !permits(before) && permits(after),
            `${source}: ${before.outcome} became ${after.outcome}`,
          ).toBe(false);
        }
      if (!Object.hasOwn(given.facts, 'resource')) return;
      // What is spoiled about the resource makes it sensitive; only a registry that nobody asked says nothing.
      for (const spoil of SPOIL.slice(1))
        expect(rank(decide(caseOf({ policy, evidence: spoil(given, 'resource') })))).toBeGreaterThanOrEqual(
          rank(decide(caseOf({ policy, evidence: given }))),
        );
    });
  });

  it('is total: any JSON under any name gives a decision, and not a milder one than that of a fresh agent', () =>
    withSeed('junk evidence', 600, (random) => {
      const names = [
        'identity',
        'trust',
        'fraud',
        'agent',
        'resource',
        'activity',
        'capabilities',
        'labels',
        'vouch',
      ];
      const junk = Object.fromEntries(
        names
          .filter(() => random.chance(0.5))
          .map((name) => [name, fact(randomJson(random, 3), NOW - random.int(3000))]),
      );
      const decision = decide(caseOf({ evidence: evidence(junk) }));
      expect(DECISION_OUTCOMES).toContain(decision.outcome);
      expect(decision.risk.score >= 2250 && decision.risk.score <= 10_000).toBe(true);
      expect(
        decision.factors.every(({ risk }) => Number.isInteger(risk) && risk >= 0 && risk <= 10_000),
      ).toBe(true);
    }));

  it('is the same bytes for the same input, whatever the order of its members', () =>
    withSeed('same bytes', 150, (random) => {
      const given = evidenceOf(draw(random));
      const policy = random.pick(POLICIES);
      const reordered: Evidence = {
        absent: {},
        facts: Object.fromEntries(random.shuffle(Object.entries(given.facts))),
        epoch: given.epoch,
        now: given.now,
      };
      const [a, b] = [given, reordered].map((e) => decide(caseOf({ policy, evidence: e })));
      if (a === undefined || b === undefined) throw new Error('two decisions');
      expect(canonicalDecision(b)).toBe(canonicalDecision(a));
      expect(decisionHash(b)).toBe(decisionHash(a));
    }));
});

type Spoil = (given: Evidence, source: string) => Evidence;

const without: Spoil = (given, source) => ({
  ...given,
  facts: Object.fromEntries(Object.entries(given.facts).filter(([name]) => name !== source)),
});

const change =
  (spoiled: (f: Fact) => Fact): Spoil =>
  (given, source) => ({
    ...given,
    facts: Object.fromEntries(
      Object.entries(given.facts).map(([name, f]) => [name, name === source ? spoiled(f) : f]),
    ),
  });

/** Each way to lose a fact. */
const SPOIL: readonly Spoil[] = [
  without,
  (given, source) => ({ ...without(given, source), absent: { [source]: 'FETCH_TIMEOUT' } }),
  change((f) => ({ ...f, at: NOW - 2000, validFor: 1000 })),
  change((f) => ({ ...f, at: NOW + 100_000 })),
  change((f) => ({ ...f, value: null })),
  change((f) => ({ ...f, value: [f.value] })),
];

function randomJson(random: SeededRandom, depth: number): Json {
  const scalars: readonly Json[] = [
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    750,
    1e300,
    '',
    'public',
    'verified',
    'constructor',
  ];
  if (depth === 0 || random.chance(0.4)) return random.pick(scalars);
  if (random.chance(0.3)) return Array.from({ length: random.int(3) }, () => randomJson(random, depth - 1));
  const names = [
    'verified',
    'method',
    'risk',
    'signals',
    'vouched',
    'dataClassification',
    'resource',
    'toString',
    'requestRate',
  ];
  return Object.fromEntries(
    names.filter(() => random.chance(0.4)).map((name) => [name, randomJson(random, depth - 1)]),
  );
}
