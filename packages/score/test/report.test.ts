import { asTrustScore, isTtpError, type Json } from '@ttp/core';
import { isTrustReport, type TrustFacts, type TrustReport, trustReport } from '@ttp/score';
import { codeThrownBy, proves, vectors, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { attestation, behavior, breakOne, facts, randomFacts } from './facts.js';

interface ReportCase {
  readonly facts: TrustFacts;
  readonly expect?: Partial<TrustReport>;
  readonly code?: string;
  readonly field?: string;
}

describe('trustReport', () => {
  for (const vector of vectors<ReportCase>('score/trust'))
    it(vector.name, () => {
      if (vector.expect === undefined)
        expect(() => trustReport(vector.facts)).toThrow(
          expect.objectContaining({ code: vector.code, field: vector.field }),
        );
      else expect(trustReport(vector.facts)).toMatchObject(vector.expect);
    });

  it('sums 0 or 40, 0 to 35 and 0 to 25 in basis points, and shows whole points', () => {
    proves('decision.D23', 'score.total.formula');
    const report = trustReport(
      facts({ attestations: [attestation('a')], behavior: behavior({ good: 900, total: 900 }) }),
    );
    expect([report.identityBp, report.reputationBp, report.behavioralBp, report.totalBp]).toEqual([
      4000, 583, 2249, 6832,
    ]);
    expect([report.identityScore, report.reputationScore, report.behavioralScore, report.totalScore]).toEqual(
      [40, 5, 22, 68],
    );
    expect(trustReport(facts({ identityVerified: false })).identityBp).toBe(0);
  });

  it('never exceeds 100, nor 65 without peers', () => {
    proves('score.total.max', 'score.behavioral.single-agent');
    const perfect = behavior({ good: 1_000_000_000, total: 1_000_000_000 });
    const attestations = Array.from({ length: 10_000 }, (_, i) =>
      attestation(`i${i}`, { tier: 'institutional' }),
    );
    const alone = trustReport(facts({ behavior: perfect }));
    const liked = trustReport(facts({ behavior: perfect, attestations }));
    expect(alone.totalBp).toBe(6494);
    expect(alone.totalBp).toBeLessThanOrEqual(6500);
    expect(liked.totalBp).toBe(9992);
  });

  it('carries the score, its parts, the stage and a commitment to the facts that count', () => {
    proves('score.total.report');
    const given = facts({ attestations: [attestation('a', { at: 1 }), attestation('a', { at: 2 })] });
    const report = trustReport(given);
    expect(report).toMatchObject({
      totalScore: 45,
      identityScore: 40,
      reputationScore: 5,
      behavioralScore: 0,
      stage: 'new',
    });
    const onlyLatest = facts({ attestations: [attestation('a', { at: 2 })] });
    expect(trustReport(onlyLatest).inputs).toBe(report.inputs);
    const other = facts({ attestations: [attestation('a', { at: 3 })] });
    expect(trustReport(other).inputs).not.toBe(report.inputs);
  });

  it('is in range, whole and consistent for all facts', () => {
    proves('score.total.deterministic', 'law.S-1', 'law.S-5');
    return withSeed('score report', 400, (random) => {
      const given = randomFacts(random);
      const report = trustReport(given);
      for (const [name, value] of Object.entries(report))
        if (typeof value === 'number') expect(Number.isSafeInteger(value), name).toBe(true);
      const sum = report.identityBp + report.reputationBp + report.behavioralBp;
      expect(report.totalBp).toBe(Math.min(sum, report.capBp));
      expect(report.totalScore).toBe(Math.floor(report.totalBp / 100));
      expect(isTrustReport(JSON.parse(JSON.stringify(report)))).toBe(true);
      const shuffled = {
        ...given,
        attestations: random.shuffle([...given.attestations, ...given.attestations]),
      };
      expect(trustReport(shuffled)).toEqual(report);
      const events = { ...given, securityEvents: ['high', 'medium', 'high'] as const };
      const others = { ...given, securityEvents: ['medium', 'high'] as const };
      expect(trustReport(others)).toEqual(trustReport(events));
    });
  });

  it('refuses with a code whatever is broken, and never crashes or answers with NaN', () =>
    withSeed('score hostile facts', 400, (random) => {
      const junk = [null, -1, 0.5, Number.NaN, Infinity, '5', [], {}, true, undefined, 1e300];
      const broken = breakOne(randomFacts(random), random.pick(junk), random.int(1000));
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may hand in
        const report = trustReport(broken as TrustFacts);
        expect(report.totalBp >= 0 && report.totalBp <= 10_000).toBe(true);
      } catch (error) {
        expect(isTtpError(error)).toBe(true);
      }
    }));
});

describe('caps', () => {
  const best = {
    attestations: Array.from({ length: 20 }, (_, i) => attestation(`i${i}`, { tier: 'institutional' })),
    behavior: behavior({ good: 100_000, total: 100_000 }),
  };

  it('caps by the severity of an open event: even the best agent falls to the kill threshold of 20 or below', () => {
    proves('score.cap.security-event', 'decision.D24', 'flaw.S4');
    const totals = (['medium', 'high', 'critical'] as const).map((severity) =>
      trustReport(facts({ ...best, securityEvents: [severity] })),
    );
    expect(trustReport(facts(best)).totalScore).toBe(96);
    expect(totals.map((r) => r.totalScore)).toEqual([20, 10, 0]);
    expect(totals.map((r) => r.stage)).toEqual(['blocked', 'blocked', 'blocked']);
    expect(trustReport(facts({ ...best, killed: true })).totalBp).toBe(0);
    expect(trustReport(facts({ ...best, revoked: true })).totalBp).toBe(0);
  });

  it('never rises by a further event', () =>
    withSeed('score events', 100, (random) => {
      const given = randomFacts(random);
      const before = trustReport({ ...given, securityEvents: [] }).totalBp;
      for (const severity of ['medium', 'high', 'critical'] as const)
        expect(trustReport({ ...given, securityEvents: [severity] }).totalBp).toBeLessThanOrEqual(before);
    }));

  it('lifts the cap when the event is closed, and computes the score from the facts again', () => {
    const open = trustReport(facts({ ...best, securityEvents: ['critical'] }));
    const closed = trustReport(facts(best));
    expect([open.totalScore, closed.totalScore]).toEqual([0, 96]);
  });
});

describe('isTrustReport', () => {
  const report = trustReport(facts({ attestations: [attestation('a')] }));
  const forged = (changes: { readonly [name: string]: Json }): Json => ({ ...report, ...changes });

  it('takes what trustReport made', () => {
    expect(isTrustReport(report)).toBe(true);
    expect(isTrustReport(trustReport(facts({ killed: true })))).toBe(true);
    expect(isTrustReport(trustReport(facts({ identityVerified: false })))).toBe(true);
  });

  it('refuses a score of the 0-1000 scale, which would pass every gate', () => {
    proves('flaw.S9');
    expect(codeThrownBy(() => asTrustScore(750))).toBe('CORE_BAD_SCORE');
    expect(isTrustReport(forged({ totalScore: 750 }))).toBe(false);
    expect(isTrustReport(forged({ totalScore: 750, totalBp: 75_000 }))).toBe(false);
  });

  it('refuses numbers out of range and parts that do not fit together', () => {
    for (const changes of [
      { totalBp: 4584 },
      { totalBp: 4583.5 },
      { totalScore: 46 },
      { identityBp: 4100, identityScore: 41, totalBp: 4683, totalScore: 46 },
      { posterior: 10_001 },
      { conduct: null },
      { observed: -1 },
      { attestationCount: '1' },
      { stage: 'established' },
      { stage: 'established', access: 'full' },
      { stage: 'constructor' },
      { access: 'full' },
      { inputs: 'sha256:0' },
      { inputs: {} },
      { capBp: 4000 },
    ])
      expect(isTrustReport(forged(changes)), JSON.stringify(changes)).toBe(false);
    for (const junk of [null, [], 'report', 45, {}, true]) expect(isTrustReport(junk)).toBe(false);
  });
});
