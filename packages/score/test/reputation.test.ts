import {
  type AttestationFact,
  ISSUER_TIER_WEIGHTS_CENTI,
  ISSUER_TIERS,
  reputationOf,
  trustReport,
} from '@ttp/score';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { attestation, facts, randomAttestations } from './facts.js';
import { naivePosterior } from './naive.js';

const many = (count: number, changes: Partial<AttestationFact>, name = 'i'): AttestationFact[] =>
  Array.from({ length: count }, (_, i) => attestation(`${name}${i}`, changes));
const reputationBp = (attestations: readonly AttestationFact[]): number =>
  trustReport(facts({ attestations })).reputationBp;

const independent = (...list: AttestationFact[]): number => reputationOf(list).independentClusters;

describe('reputationOf', () => {
  it('agrees with the naive model', () => {
    proves('decision.D23');
    return withSeed('posterior against model', 1500, (random) => {
      const attestations = randomAttestations(random);
      expect(Math.abs(reputationOf(attestations).posterior - naivePosterior(attestations))).toBeLessThan(
        1.001,
      );
    });
  });

  it('is 0 without attestations', () => {
    proves('score.reputation.no-data');
    expect(reputationOf([])).toEqual({ posterior: 0, counted: [], independentClusters: 0 });
    expect(reputationBp([])).toBe(0);
  });

  it('weighs by the published tiers: more influential, more effect; unverified none at all', () => {
    proves('score.tiers.table');
    expect(ISSUER_TIER_WEIGHTS_CENTI).toEqual({
      institutional: 200,
      enhanced: 160,
      highTrust: 140,
      basic: 120,
      standard: 100,
      lowTrust: 40,
      provisional: 10,
      unverified: 0,
    });
    // Among ten standard issuers in clusters of their own no single one is cut.
    const effects = ISSUER_TIERS.map(
      (tier) => reputationOf([...many(10, {}), attestation('x', { tier })]).posterior,
    );
    expect(effects).toEqual([...effects].sort((a, b) => b - a));
    expect(new Set(effects).size).toBe(ISSUER_TIERS.length);
    expect(effects.at(-1)).toBe(reputationOf(many(10, {})).posterior);
  });

  it('stays bounded, and more or worse attestations can lower it', () => {
    const loved = reputationOf(many(1000, {})).posterior;
    const mixed = reputationOf([...many(1000, {}), ...many(1000, { rating: 2 }, 'w')]).posterior;
    expect([loved, mixed]).toEqual([9950, 2493]);
    expect(reputationOf(many(1000, { rating: 1 })).posterior).toBe(-9950);
  });

  it('counts the latest attestation of an issuer, once', () => {
    const changed = [
      attestation('a', { at: 1 }),
      attestation('a', { at: 3, rating: 2 }),
      attestation('a', { at: 2 }),
    ];
    expect(reputationOf(changed)).toEqual(reputationOf([attestation('a', { at: 3, rating: 2 })]));
    expect(reputationOf(Array.from({ length: 500 }, () => attestation('a')))).toEqual(
      reputationOf([attestation('a')]),
    );
  });

  it('gives one cluster a fifth of the weight at most, however many issuers it has', () => {
    proves('score.reputation.cluster-cap');
    const posteriors = [1, 2, 20, 2000].map((n) => reputationOf(many(n, { cluster: 'ring' })).posterior);
    expect(posteriors).toEqual([1666, 2000, 2000, 2000]);
    // Against ten honest clusters the ring holds a fifth: their 1000 and the prior's 500 are four fifths of 1875.
    const honest = many(10, { rating: 1 }, 'h');
    const ring = many(2000, { cluster: 'ring' });
    expect(reputationOf([...honest, ...ring]).posterior).toBe(Math.trunc((10_000 * (375 - 1000)) / 1875));
  });

  it('is not raised by 700 one-star ratings of small weight', () => {
    for (const tier of ['provisional', 'lowTrust'] as const) {
      expect(reputationOf(many(700, { tier, rating: 1 })).posterior).toBeLessThan(0);
      expect(reputationBp(many(700, { tier, rating: 1 }))).toBe(0);
    }
  });

  it('keeps all provisional and unverified identities together below one point, up and down', () => {
    proves('score.gaming.sybil');
    for (const k of [1, 10, 100, 10_000]) {
      const report = trustReport(facts({ attestations: many(k, { tier: 'provisional' }) }));
      expect([report.totalBp, report.stage, report.independentClusters]).toEqual([4049, 'provisional', 0]);
      expect(trustReport(facts({ attestations: many(k, { tier: 'unverified' }) })).totalBp).toBe(4000);
    }
    return withSeed('sybil effect', 200, (random) => {
      const honest = randomAttestations(random).filter((a) => a.tier !== 'provisional');
      const sybils = many(random.int(300), { tier: 'provisional', rating: random.pick([1, 5]) }, 'sybil');
      expect(Math.abs(reputationBp([...honest, ...sybils]) - reputationBp(honest))).toBeLessThan(100);
    });
  });

  it('counts as independent only clusters where a verified issuer speaks well of the agent', () => {
    expect(
      independent(attestation('a', { tier: 'basic' }), attestation('b', { tier: 'enhanced', rating: 4 })),
    ).toBe(2);
    expect(
      independent(
        attestation('a', { tier: 'basic', cluster: 'x' }),
        attestation('b', { tier: 'basic', cluster: 'x' }),
      ),
    ).toBe(1);
    expect(
      independent(attestation('a', { tier: 'basic', rating: 3 }), attestation('b', { tier: 'highTrust' })),
    ).toBe(0);
    expect(independent(...many(100, { tier: 'standard' }), ...many(100, { tier: 'provisional' }, 'p'))).toBe(
      0,
    );
  });

  it('never falls by a better rating or a further perfect one, never rises by a further bad one', () => {
    proves('law.S-2');
    return withSeed('reputation polarity', 600, (random) => {
      const attestations = randomAttestations(random);
      const now = reputationOf(attestations).posterior;
      const tier = random.pick(ISSUER_TIERS);
      const cluster = `c${random.int(12)}`;
      const fresh = (rating: number): number =>
        reputationOf([...attestations, attestation('fresh', { rating, tier, cluster })]).posterior;
      expect(fresh(5)).toBeGreaterThanOrEqual(now);
      expect(fresh(1)).toBeLessThanOrEqual(now);
      if (attestations.length === 0) return;
      const counted = reputationOf(attestations).counted;
      const better = counted.map((a) => (a === counted[0] ? { ...a, rating: Math.min(5, a.rating + 1) } : a));
      expect(reputationOf(better).posterior).toBeGreaterThanOrEqual(now);
    });
  });

  it('is the same for any order and any repetition', () =>
    withSeed('reputation order', 300, (random) => {
      const attestations = randomAttestations(random);
      const shuffled = random.shuffle([
        ...attestations,
        ...attestations.slice(0, random.int(attestations.length + 1)),
      ]);
      expect(reputationOf(shuffled)).toEqual(reputationOf(attestations));
    }));

  it('takes 10 000 attestations, and refuses what is beyond its cap', () => {
    const attestations = Array.from({ length: 10_000 }, (_, i) =>
      attestation(`i${i}`, {
        cluster: `c${i % 1000}`,
        tier: ISSUER_TIERS[i % 8] ?? 'standard',
        rating: 1 + (i % 5),
      }),
    );
    expect(trustReport(facts({ attestations })).attestationCount).toBeGreaterThan(0);
    const tooMany = Array.from({ length: 100_001 }, () => attestation('a'));
    expect(codeThrownBy(() => reputationOf(tooMany))).toBe('SCORE_TOO_MANY_ATTESTATIONS');
  });
});
