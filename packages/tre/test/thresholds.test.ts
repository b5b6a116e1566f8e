import type { Json } from '@ttp/core';
import { vectors } from '@ttp/testkit';
import { DEFAULT_THRESHOLDS, decide, parseThresholds } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { attestations, caseOf, evidence, fact, trust } from './cases.js';

interface ThresholdCase {
  readonly input: Json;
  readonly expect?: { readonly [name: string]: number };
  readonly code?: string;
  readonly field?: string;
}

describe('parseThresholds', () => {
  for (const { name, input, expect: expected, code, field } of vectors<ThresholdCase>('tre/thresholds'))
    it(name, () => {
      if (expected !== undefined) expect(parseThresholds(input)).toEqual(expected);
      else
        expect(() => parseThresholds(input)).toThrow(
          expect.objectContaining(field === undefined ? { code } : { code, field }),
        );
    });

  it('gives thresholds that nobody can change afterwards', () => {
    expect(Object.isFrozen(DEFAULT_THRESHOLDS)).toBe(true);
    expect(Object.isFrozen(parseThresholds({ low: 600 }))).toBe(true);
  });

  it('keeps every level in reach at both ends of the bounds', () => {
    const known = fact({ ...trust({ attestations: attestations(100) }), conduct: 9000 });
    for (const thresholds of [
      parseThresholds({ low: 100, medium: 1000, high: 2500, critical: 5000 }),
      parseThresholds({ low: 1000, medium: 3500, high: 6000, critical: 9000 }),
    ]) {
      const levelAt = (risk: number): string => {
        const given = evidence({ trust: known, fraud: fact({ risk, signals: [] }) });
        return decide(caseOf({ thresholds, evidence: given })).risk.level;
      };
      const { medium, high, critical } = thresholds;
      const edges = [medium, high - 1, high, critical - 1, critical];
      expect(edges.map(levelAt)).toEqual(['medium', 'medium', 'high', 'high', 'critical']);
    }
  });

  it('that hold no number at all make everything critical', () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may hand in
    const broken = {
      ...DEFAULT_THRESHOLDS,
      low: '',
      medium: {},
      high: {},
      critical: {},
    } as unknown as typeof DEFAULT_THRESHOLDS;
    expect(decide(caseOf({ thresholds: broken })).risk.level).toBe('critical');
  });
});
