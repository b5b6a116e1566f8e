import { STAGES, type Stage } from '@ttp/core';
import { ACCESS_LEVELS, type AccessLevel, accessOf, type Gates, stageOf, trustReport } from '@ttp/score';
import { proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { attestation, behavior, facts } from './facts.js';

interface StageCase {
  readonly bp: number;
  readonly gates: Gates;
  readonly expect?: { readonly stage: Stage; readonly access: AccessLevel };
  readonly code?: string;
}

const OPEN: Gates = { identityVerified: true, killed: false, revoked: false };

describe('stageOf and accessOf', () => {
  for (const { name, bp, gates, expect: expected, code } of vectors<StageCase>('score/stages'))
    it(name, () => {
      if (expected === undefined) expect(() => stageOf(bp, gates)).toThrow(expect.objectContaining({ code }));
      else {
        const stage = stageOf(bp, gates);
        expect({ stage, access: accessOf(stage) }).toEqual(expected);
      }
    });

  it('has the half-open intervals of the table', () => {
    proves(
      'decision.D24',
      'score.stages.provisional',
      'score.stages.new',
      'score.stages.building',
      'score.stages.established',
    );
    const runs: [number, Stage][] = [];
    for (let bp = 0; bp <= 10_000; bp++) {
      const stage = stageOf(bp, OPEN);
      if (runs.at(-1)?.[1] !== stage) runs.push([bp, stage]);
    }
    expect(runs).toEqual([
      [0, 'blocked'],
      [4000, 'provisional'],
      [4100, 'new'],
      [5600, 'building'],
      [7500, 'established'],
    ]);
    expect(runs.map(([, stage]) => accessOf(stage))).toEqual([...ACCESS_LEVELS]);
  });

  it('answers for every score and every combination of gates, without a gap', () => {
    proves('score.stages.total', 'flaw.S5', 'law.S-3');
    for (const identityVerified of [true, false])
      for (const killed of [true, false])
        for (const revoked of [true, false])
          for (let bp = 0; bp <= 10_000; bp += 25) {
            const stage = stageOf(bp, { identityVerified, killed, revoked });
            expect(STAGES).toContain(stage);
            expect(ACCESS_LEVELS).toContain(accessOf(stage));
            if (killed || revoked || !identityVerified) expect(accessOf(stage)).toBe('blocked');
          }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may hand in
    expect(accessOf(undefined as unknown as Stage)).toBe('blocked');
  });

  it('leaves an unverified agent unverified and without access, whatever its record', () => {
    proves('flaw.S3', 'score.stages.unverified');
    const attestations = Array.from({ length: 30 }, (_, i) =>
      attestation(`i${i}`, { tier: 'institutional' }),
    );
    const report = trustReport(
      facts({ identityVerified: false, attestations, behavior: behavior({ good: 99_999, total: 99_999 }) }),
    );
    expect(report.totalBp).toBeGreaterThanOrEqual(5600);
    expect([report.stage, report.access]).toEqual(['unverified', 'blocked']);
  });

  it('blocks the killed and the revoked, whatever their score', () => {
    proves('score.stages.blocked');
    for (const gates of [
      { ...OPEN, killed: true },
      { ...OPEN, revoked: true },
    ])
      expect(accessOf(stageOf(10_000, gates))).toBe('blocked');
    expect(ACCESS_LEVELS).toEqual(['blocked', 'limited', 'cautious', 'standard', 'full']);
  });
});
