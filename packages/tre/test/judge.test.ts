import { EFFECTS } from '@ttp/core';
import { codeThrownBy, withSeed } from '@ttp/testkit';
import { decide, judge } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, draw, evidence, evidenceOf, fact, interaction, policyOf } from './cases.js';

const POLICIES = EFFECTS.map((effect) => policyOf(effect));

describe('judge', () => {
  it('decides as decide does, and gives the same decision when it is asked for', () =>
    withSeed('judgments', 200, (random) => {
      const input = caseOf({ policy: random.pick(POLICIES), evidence: evidenceOf(draw(random)) });
      const whole = decide(input);
      const { decision, reasons, ...judged } = judge(input);
      expect(whole).toMatchObject(judged);
      expect(reasons()).toEqual(whole.reasons);
      expect(decision()).toEqual(whole);
    }));

  it('needs no hash of what it looks at: only the record does', () => {
    const cyclic: { [name: string]: unknown } = {};
    cyclic['self'] = cyclic;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose no JSON
    const input = caseOf({ interaction: { ...interaction, tool: cyclic } as typeof interaction });
    const judged = judge(input);
    expect(judged.outcome).toBe('allow');
    expect(codeThrownBy(() => judged.decision())).toMatch(/^CRYPTO_JSON_/);
  });

  it('puts nothing into words before it is asked', () => {
    let asked = 0;
    const signals = ['a', 'b'];
    Object.defineProperty(signals, 'join', { value: () => `${asked++}` });
    const judged = judge(caseOf({ evidence: evidence({ fraud: fact({ risk: 1, signals }) }) }));
    expect([judged.outcome, asked]).toEqual(['allow', 0]);
  });

  it('throws for a moment or an epoch that is none', () => {
    const given = evidence();
    expect(codeThrownBy(() => judge(caseOf({ evidence: { ...given, now: -1 } })))).toBe('CORE_BAD_TIME');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- on purpose no epoch
    const epoch = 0.5 as typeof given.epoch;
    expect(codeThrownBy(() => judge(caseOf({ evidence: { ...given, epoch } })))).toBe('CORE_BAD_EPOCH');
  });
});
