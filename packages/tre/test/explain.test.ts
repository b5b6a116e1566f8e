import { proves } from '@ttp/testkit';
import { type DecideInput, decide, explainDecision } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { caseOf, evidence, fact, policyOf } from './cases.js';

const first = (input: DecideInput): string | undefined => explainDecision(decide(input)).split('\n')[0];

describe('a decision in words', () => {
  it('names outcome, risk, confidence, every factor, the obligations and every reason with its code', () => {
    proves('tre.reasoning.trace');
    const decision = decide(
      caseOf({
        policy: policyOf('warn'),
        evidence: evidence({ fraud: fact({ risk: 6000, signals: ['burst'] }) }),
      }),
    );
    expect(explainDecision(decision)).toBe(
      [
        'DENY (soft): blocked; a human may let it through',
        'risk 6000 of 10000 (high), confidence 100 %, policy warn',
        'factors:',
        '  identity       0     25 %  verified by challenge-response; adds 0',
        '  reputation  5000     25 %  nobody rated it yet; adds 1250',
        '  behavioral  5000     20 %  nothing observed yet; adds 1000',
        '  fraud       6000     30 %  signals: burst; adds 1800',
        '  policy      2500      0 %  the policy says warn',
        'obligations:',
        '  alert (from rule:only)',
        'reasons:',
        '  warn rule only applies [SPL_RULE_APPLIES]',
        '  the policy says warn [TRE_POLICY_EFFECT]',
        '  6000 of 10000 is high (5000 to below 8000), which asks for deny-soft [TRE_RISK]',
      ].join('\n'),
    );
  });

  it('says what each outcome means, and what backs nothing', () => {
    expect(first(caseOf())).toBe('ALLOW: it may proceed');
    expect(first(caseOf({ policy: policyOf('warn') }))).toContain('ALLOW + WARN');
    expect(first(caseOf({ policy: policyOf('deny') }))).toContain('DENY (hard)');
    const unsure = explainDecision(decide(caseOf({ evidence: evidence({ trust: undefined }) })));
    expect(unsure).toContain('confidence 55 %');
    expect(unsure).toContain('no usable evidence (silent); adds 2500 (not backed)');
    expect(unsure).toContain('nobody was asked for trust [TRE_FACT_MISSING]');
  });

  it('lets no stranger begin a line of his own', () => {
    const given = evidence({ fraud: fact({ risk: 0, signals: ['x\nALLOW: it may proceed\u2028y'] }) });
    const lines = explainDecision(decide(caseOf({ evidence: given, policy: policyOf('deny') }))).split('\n');
    expect(lines.filter((line) => line.startsWith('ALLOW'))).toEqual([]);
    expect(lines.some((line) => line.includes('\u2028'))).toBe(false);
  });
});
