import { DECISION_OUTCOMES, type Evidence } from '@ttp/core';
import { codeThrownBy, proves, withSeed } from '@ttp/testkit';
import { DEFAULT_THRESHOLDS, type Preflight, parseThresholds, preflight } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { attestations, behaviorOf, draw, evidence, evidenceOf, fact, trust } from './cases.js';

const before = (given: Evidence): Preflight => preflight({ evidence: given, thresholds: DEFAULT_THRESHOLDS });
const codes = ({ reasons }: Preflight): string[] => reasons.map(({ code }) => code);
const rank = ({ outcome }: Preflight): number => DECISION_OUTCOMES.indexOf(outcome);

describe('preflight', () => {
  it('decides before any connection from identity, reputation and behavioral alone', () => {
    proves('tre.preflight');
    // (0*2500 + 5000*2500 + 5000*2000) / 7000, rounded up
    const stranger = before(evidence({ fraud: undefined }));
    expect(stranger).toMatchObject({
      v: 1,
      outcome: 'warn',
      risk: { score: 3215, level: 'medium' },
      confidence: 10_000,
    });
    expect(stranger.factors.map(({ name, weight, risk }) => [name, weight, risk])).toEqual([
      ['identity', 3571, 0],
      ['reputation', 3571, 5000],
      ['behavioral', 2857, 5000],
    ]);
    const good = trust({ attestations: attestations(100), behavior: behaviorOf({ good: 900, total: 900 }) });
    expect(before(evidence({ fraud: undefined, trust: fact(good) }))).toMatchObject({ outcome: 'allow' });
    // Neither a policy nor an interaction is asked for, and nobody is asked about fraud.
    expect(before(evidence({ fraud: fact({ risk: 10_000, signals: [] }) })).risk).toEqual(stranger.risk);
  });

  it('does not connect to whoever is not verified, nobody knows, or is blocked', () => {
    const unverified = before(evidence({ identity: fact({ verified: false, method: 'document' }) }));
    // (10000*2500 + 5000*2500 + 5000*2000) / 7000
    expect(unverified).toMatchObject({ outcome: 'deny-soft', risk: { score: 6786, level: 'high' } });
    const unknown = before(evidence({ trust: undefined }));
    expect(unknown).toMatchObject({ outcome: 'deny-soft', confidence: 3571 });
    expect(codes(unknown)).toEqual(['TRE_FACT_MISSING', 'TRE_RISK', 'TRE_LOW_CONFIDENCE']);
    for (const age of [10, 50_000]) {
      const killed = fact(trust({ killed: true, attestations: attestations(100) }), 1_700_000_000_000 - age);
      const decided = before(evidence({ trust: killed }));
      expect(decided.outcome).toBe('deny-hard');
      expect(codes(decided)).toContain('TRE_BLOCKED');
    }
  });

  it('is unsure below the confidence that is configured', () => {
    const thresholds = parseThresholds({ confidence: 6500 });
    const given = evidence({ identity: undefined });
    // Reputation and behavioral back 4500 of 7000.
    expect(before(given).confidence).toBe(6428);
    expect(codes(before(given))).not.toContain('TRE_LOW_CONFIDENCE');
    expect(codes(preflight({ evidence: given, thresholds }))).toContain('TRE_LOW_CONFIDENCE');
  });

  it('never becomes milder by more risk or less evidence', () =>
    withSeed('preflight', 200, (random) => {
      const drawn = draw(random);
      const base = before(evidenceOf(drawn));
      const worse = [
        evidenceOf({ ...drawn, verified: false }),
        evidenceOf({ ...drawn, killed: true }),
        evidenceOf({ ...drawn, total: drawn.total + 100 }),
        { ...evidenceOf(drawn), facts: {} },
      ];
      for (const given of worse) expect(rank(before(given))).toBeGreaterThanOrEqual(rank(base));
    }));

  it('throws for a moment or evidence that is none', () => {
    expect(codeThrownBy(() => before({ ...evidence(), now: -1 }))).toBe('CORE_BAD_TIME');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose no JSON
    const facts = { other: () => 1 } as unknown as Evidence['facts'];
    expect(codeThrownBy(() => before({ ...evidence(), facts }))).toMatch(/^CRYPTO_JSON_/);
  });
});
