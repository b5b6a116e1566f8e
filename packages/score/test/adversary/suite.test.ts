import { stageOf as trustStageOf } from '@ttp/score';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { patternsOf } from '../../src/gaming/analyse.js';
import { badMouthing, bridge, extortion, framing, slowPoison, sybilRing, whitewash } from './attacks.js';
import { read } from './pipeline.js';
import { account, honestPopulation, joined } from './population.js';
import { type Curve, curves, measured } from './roc.js';
import { attacksOn, crowds, foolsOf, play, stageOf } from './suite.js';

/** One point of reputation. */
const POINT = 100;

const stage = stageOf(200);
const { world, victim } = stage;

const open = { identityVerified: true, killed: false, revoked: false };

describe('free identities without an honest account', () => {
  it('add less than a point together, ten thousand of them too, and stay provisional', () => {
    proves('law.S-4', 'flaw.S2', 'score.gaming.sybil', 'score.gaming.collusion');
    const rings = [1, 10, 1000].map((count) => sybilRing(count, 'hasty'));
    for (const attack of [...rings, sybilRing(10_000, 'patient')]) {
      const { before, after } = play(stage, attack);
      expect(after - before, `${attack.cost.identities} ${attack.name}`).toBeLessThan(POINT);
      expect(trustStageOf(4000 + after, open), `${attack.cost.identities} ${attack.name}`).toBe(
        'provisional',
      );
    }
    // Whatever tier somebody gave them, and whether there are roots or not: nobody answers for them.
    const loud = joined(world, sybilRing(1000, 'patient'));
    for (const tier of ['institutional', 'highTrust'] as const)
      expect(read(loud, world.roots, () => tier).reputationBp(account('target')), tier).toBeLessThan(POINT);
    expect(read(loud, []).reputationBp(account('target'))).toBeLessThan(POINT);
  });

  it('take less than a point from an honest account, by blame or by praise', () => {
    for (const count of [10, 2000])
      for (const attack of [badMouthing(world, victim, count, 0), framing(world, victim, count, 0)]) {
        const { before, after, flags } = play(stage, attack);
        expect(Math.abs(after - before), `${attack.name} ${count}`).toBeLessThan(POINT);
        expect(flags, `${attack.name} ${count}`).toBe('');
      }
  });
});

describe('free identities behind honest accounts', () => {
  it('gain what the honest accounts allow, however many they are', () => {
    for (const edges of [1, 3, 10]) {
      const fools = foolsOf(stage, edges);
      const gains = [10, 100, 1000].map((count) => play(stage, bridge(fools, count, 'patient')).after);
      expect(Math.max(...gains) - Math.min(...gains), `${edges} edges`).toBeLessThan(POINT / 2);
      // An honest account that is served well, and as much again from those behind.
      expect(Math.max(...gains), `${edges} edges`).toBeLessThan((3500 * 2 * edges) / (5 + 2 * edges) + POINT);
      expect(Math.max(...gains), `${edges} edges`).toBeGreaterThan(POINT);
    }
  });

  it('a duped root is one edge too: beyond it everything weighs together two attestations at most', () => {
    const [root = victim] = world.roots;
    for (const count of [1, 30, 300]) {
      const attack = bridge([root], count, 'hasty');
      const { weights } = read(joined(world, attack));
      const theirs = [...attack.createdAt.keys()].reduce(
        (sum, did) => sum + (weights.flow?.get(did) ?? 0),
        0,
      );
      expect(theirs, `${count} identities`).toBeLessThanOrEqual(200);
    }
  });
});

describe('what a year of honest accounts shows', () => {
  it('hardly a pattern where nothing is wrong, and no quarantine', () => {
    for (const seed of ['one', 'two', 'three'])
      for (const rooted of [true, false]) {
        const { honest } = measured(honestPopulation(seed, 300), () => false, rooted);
        const flags = honest.map((one) => ({
          voices: one.voices,
          found: patternsOf(one).map(({ pattern }) => pattern),
        }));
        expect(honest.length).toBeGreaterThan(280);
        // Few issuers are few issuers: that is a fact of every newcomer, and no suspicion.
        const suspected = flags.filter(({ voices, found }) =>
          found.some((one) => one !== 'low-diversity' || voices >= 5),
        );
        expect(suspected.length / honest.length, seed).toBeLessThanOrEqual(0.02);
        expect(flags.filter(({ found }) => found.length > 2)).toEqual([]);
      }
  });

  it('and every hasty crowd, in quarantine', () => {
    for (const { kind, attackers } of crowds(stage, false)) {
      const out = attackers.filter((one) => patternsOf(one).length > 2).length;
      // Who takes a year's time is not found by patterns. The flow holds whoever they are.
      expect(out === attackers.length, kind).toBe(kind.startsWith('hasty'));
    }
  });

  it('is told from an attack by most detectors, and by the number of patterns best', () => {
    const [ring] = crowds(stage, false);
    const found = curves(ring ?? { honest: [], attackers: [] });
    const area = (detector: string): number => found.find((one) => one.detector === detector)?.area ?? 0;
    for (const detector of ['reciprocal', 'new-issuers', 'account-clustering', 'patterns together'])
      expect(area(detector), detector).toBeGreaterThan(0.98);
    for (const { points, detector } of found) expect(isFalling(points), detector).toBe(true);
  });
});

/** A higher threshold finds no more. */
const isFalling = (points: Curve['points']): boolean =>
  points.every(({ truePositive, falsePositive }, i) => {
    const next = points[i + 1];
    return next === undefined || (next.truePositive <= truePositive && next.falsePositive <= falsePositive);
  });

describe('strategies of one', () => {
  it('a new key has no reputation, whatever the old one had', () => {
    expect(play(stage, whitewash())).toMatchObject({ before: 0, after: 0, flags: '' });
  });

  it('whoever turns bad after a good year falls with each partner that is cheated', () => {
    const after = [0, 5, 10, 30].map((cheated) => play(stage, slowPoison(world, 40, cheated)).after);
    expect(after[0]).toBeGreaterThan(2000);
    expect(after).toEqual([...after].sort((a, b) => b - a));
    expect(after[3]).toBe(0);
  });

  it('one issuer that turns on an account takes no more than it weighs', () => {
    const { before, after } = play(stage, extortion(world, victim, 1));
    expect(after).toBeLessThan(before);
    // From five to one is four steps of two in a fifth of the weight, at the very most.
    expect(before - after).toBeLessThan((3500 * 4) / 2 / 5);
  });
});

it('prints a row for every attack of the issue', () => {
  const names = new Set(attacksOn(stage).map(({ name }) => name));
  for (const name of [
    'hasty ring',
    'patient ring',
    'patient bridge',
    'whitewash',
    'slow poison',
    'bad-mouthing',
    'extortion',
  ])
    expect(names, name).toContain(name);
});
