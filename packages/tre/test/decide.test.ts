import {
  type Decision,
  type Evidence,
  type Factor,
  type Interaction,
  type Json,
  RISK_LEVELS,
} from '@ttp/core';
import { loadPolicy, type Policy } from '@ttp/spl';
import { proves, vectors } from '@ttp/testkit';
import { decide, decisionHash, parseThresholds } from '@ttp/tre';
import { describe, expect, it } from 'vitest';
import { attestations, caseOf, evidence, fact, interaction, policyOf, trust } from './cases.js';

interface DecideCase {
  readonly interaction: Interaction;
  readonly evidence: Evidence;
  readonly policy: string;
  readonly thresholds: Json;
  readonly expect?: {
    readonly outcome: string;
    readonly score: number;
    readonly level: string;
    readonly confidence: number;
    readonly humanOverridable: boolean;
    readonly effect?: string;
    readonly obligations?: readonly string[];
    /** Codes of the reasons that are not the policy's own, in order. */
    readonly codes?: readonly string[];
  };
  readonly code?: string;
}

const own = (decision: Decision): string[] =>
  decision.reasons.map(({ code }) => code).filter((code) => code.startsWith('TRE_'));

describe('decide, by vectors', () => {
  for (const vector of vectors<DecideCase>('tre/decide'))
    it(vector.name, () => {
      const act = (): Decision =>
        decide({
          interaction: vector.interaction,
          evidence: vector.evidence,
          policy: loadPolicy(vector.policy),
          thresholds: parseThresholds(vector.thresholds),
        });
      if (vector.expect === undefined)
        return expect(act).toThrow(expect.objectContaining({ code: vector.code }));
      const decision = act();
      const { outcome, score, level, confidence, humanOverridable, effect, obligations, codes } =
        vector.expect;
      expect(decision).toMatchObject({ v: 1, outcome, risk: { score, level }, confidence, humanOverridable });
      if (effect !== undefined) expect(decision.effect).toBe(effect);
      if (obligations !== undefined)
        expect(decision.obligations.map(({ kind }) => kind)).toEqual(obligations);
      if (codes !== undefined) expect(own(decision)).toEqual(codes);
    });
});

const factorOf = (name: string, given: Evidence, effect = 'allow'): Factor | undefined =>
  decide(caseOf({ evidence: given, policy: policyOf(effect) })).factors.find(
    (factor) => factor.name === name,
  );

const rated = (rating: number): Evidence =>
  evidence({ trust: fact(trust({ attestations: attestations(10, { rating }) })) });

const withFraud = (risk: number): Decision =>
  decide(caseOf({ evidence: evidence({ fraud: fact({ risk, signals: [] }) }) }));

const zoneAt = (fraud: number): readonly [number, string, string] => {
  const { risk, outcome } = withFraud(fraud);
  return [risk.score, risk.level, outcome];
};

const without = (...sources: string[]): Decision =>
  decide(caseOf({ evidence: evidence(Object.fromEntries(sources.map((s) => [s, undefined]))) }));

describe('factors', () => {
  it('are five, with the shares 25, 25, 20, 30 % and none', () => {
    proves('decision.D22', 'tre.factors');
    const { factors } = decide(caseOf());
    expect(factors.map(({ name, weight }) => [name, weight])).toEqual([
      ['identity', 2500],
      ['reputation', 2500],
      ['behavioral', 2000],
      ['fraud', 3000],
      ['policy', 0],
    ]);
  });

  it('identity: nothing or everything, and how it was verified', () => {
    proves('tre.factor.identity');
    expect(factorOf('identity', evidence())).toMatchObject({ risk: 0, backed: true });
    expect(factorOf('identity', evidence())?.reason).toContain('challenge-response');
    const unverified = evidence({ identity: fact({ verified: false, method: 'none' }) });
    expect(factorOf('identity', unverified)).toMatchObject({ risk: 10_000, backed: true });
    expect(factorOf('identity', evidence({ identity: undefined }))).toMatchObject({
      risk: 10_000,
      backed: false,
    });
  });

  it('reputation: half while nobody rated, then with the posterior', () => {
    proves('tre.factor.reputation');
    const risks = [1, 2, 3, 4, 5].map((rating) => factorOf('reputation', rated(rating))?.risk);
    expect(risks).toEqual([8333, 6667, 5000, 3334, 1667]);
    expect(factorOf('reputation', evidence())?.risk).toBe(5000);
  });

  it('policy: no risk where all is met, and the outcome of its zone where it is violated', () => {
    proves('tre.factor.policy');
    const risks = ['allow', 'warn', 'allow_with_approval', 'deny'].map(
      (e) => factorOf('policy', evidence(), e)?.risk,
    );
    expect(risks).toEqual([0, 2500, 2500, 8000]);
    const unmet = policyOf('allow', { requirements: { minTrustScore: 90 } });
    const decision = decide(caseOf({ policy: unmet }));
    expect(decision).toMatchObject({ effect: 'deny', outcome: 'deny-hard', risk: { score: 8000 } });
  });
});

describe('outcomes', () => {
  it('follow the level: none and low allow, medium warns, high is a soft deny, critical a hard one', () => {
    proves('tre.outcome.allow', 'tre.outcome.deny-soft', 'tre.outcome.deny-hard', 'tre.risk.levels');
    const best = trust({ attestations: attestations(100) });
    const none = decide(caseOf({ evidence: evidence({ trust: fact({ ...best, conduct: 9000 }) }) }));
    const all = [none, withFraud(0), withFraud(4000), withFraud(5000), withFraud(8000)];
    expect(all.map(({ risk }) => risk.level)).toEqual([...RISK_LEVELS]);
    expect(all.map(({ outcome }) => outcome)).toEqual(['allow', 'allow', 'warn', 'deny-soft', 'deny-hard']);
    expect(all.map(({ humanOverridable }) => humanOverridable)).toEqual([false, false, false, true, false]);
  });

  it('change level at 500, 2500, 5000 and 8000, in integers from 0 to 10000', () => {
    expect([4999, 5000, 7999, 8000, 10_000].map(zoneAt)).toEqual([
      [4999, 'medium', 'warn'],
      [5000, 'high', 'deny-soft'],
      [7999, 'high', 'deny-soft'],
      [8000, 'critical', 'deny-hard'],
      [10_000, 'critical', 'deny-hard'],
    ]);
    expect([830, 831].map(zoneAt)).toEqual([
      [2499, 'low', 'allow'],
      [2500, 'medium', 'warn'],
    ]);
  });

  it('a warning obliges to an alert, unless the policy has somebody look already', () => {
    proves('tre.outcome.warn');
    expect(withFraud(4000).obligations).toEqual([
      { kind: 'alert', from: 'risk', params: { level: 'medium' } },
    ]);
    const medium = evidence({ fraud: fact({ risk: 4000, signals: [] }) });
    const kinds = (effect: string): string[] =>
      decide(caseOf({ evidence: medium, policy: policyOf(effect) })).obligations.map(
        ({ kind, from }) => `${kind} ${from}`,
      );
    expect(kinds('warn')).toEqual(['alert rule:only']);
    expect(kinds('allow_with_approval')).toEqual(['approval rule:only']);
  });

  it('are the stricter of risk and policy, in every combination', () => {
    const rank = ['allow', 'warn', 'deny-soft', 'deny-hard'];
    const byEffect = { allow: 0, warn: 1, allow_with_approval: 1, deny: 3 };
    for (const [risk, atLeast] of [
      [0, 0],
      [4000, 1],
      [6000, 2],
      [9000, 3],
    ] as const)
      for (const [effect, rule] of Object.entries(byEffect)) {
        const given = evidence({ fraud: fact({ risk, signals: [] }) });
        const { outcome } = decide(caseOf({ evidence: given, policy: policyOf(effect) }));
        expect(rank.indexOf(outcome), `${risk} ${effect}`).toBe(Math.max(atLeast, rule));
      }
  });
});

describe('confidence', () => {
  it('is the share of the weights that fresh evidence backs; below 60 % a human decides', () => {
    proves('tre.confidence');
    expect(without().confidence).toBe(10_000);
    expect(without('identity').confidence).toBe(7500);
    expect(without('fraud').confidence).toBe(7000);
    expect(without('identity', 'trust', 'fraud').confidence).toBe(0);
    const unsure = without('trust');
    expect(unsure).toMatchObject({
      confidence: 5500,
      risk: { level: 'medium' },
      outcome: 'deny-soft',
      humanOverridable: true,
    });
    const sure = decide(caseOf({ thresholds: parseThresholds({ confidence: 10_000 }) }));
    expect(sure).toMatchObject({ confidence: 10_000, outcome: 'allow' });
  });
});

describe('humanOverridable', () => {
  it('is true for a soft deny and for configured high-risk permissions, never for a hard deny', () => {
    proves('tre.human-overridable');
    const risky = evidence({ fraud: fact({ risk: 4000, signals: [] }) });
    expect(decide(caseOf({ evidence: risky })).humanOverridable).toBe(false);
    const asked = decide(caseOf({ evidence: risky, thresholds: parseThresholds({ overridable: 4000 }) }));
    expect(asked).toMatchObject({ outcome: 'warn', humanOverridable: true });
    const soft = decide(caseOf({ evidence: evidence({ fraud: fact({ risk: 6000, signals: [] }) }) }));
    expect(soft).toMatchObject({ outcome: 'deny-soft', humanOverridable: true });
    for (const hard of [
      caseOf({ policy: policyOf('deny') }),
      caseOf({ evidence: evidence({ identity: undefined }) }),
    ])
      expect(decide({ ...hard, thresholds: parseThresholds({ overridable: 1000 }) })).toMatchObject({
        outcome: 'deny-hard',
        humanOverridable: false,
      });
  });
});

describe('reasoning', () => {
  it('names every factor with value, weight, contribution and reason, the verdict, the risk and the input hashes', () => {
    proves('tre.purpose', 'tre.reasoning.trace');
    const decision = decide(
      caseOf({ evidence: evidence({ trust: fact(trust({ attestations: attestations(2) })) }) }),
    );
    expect(decision.factors).toEqual([
      {
        name: 'identity',
        risk: 0,
        weight: 2500,
        backed: true,
        reason: 'verified by challenge-response; adds 0',
      },
      {
        name: 'reputation',
        risk: 3572,
        weight: 2500,
        backed: true,
        reason: '2 issuers say 2857 of 10000; adds 893',
      },
      {
        name: 'behavioral',
        risk: 5000,
        weight: 2000,
        backed: true,
        reason: 'nothing observed yet; adds 1000',
      },
      {
        name: 'fraud',
        risk: 0,
        weight: 3000,
        backed: true,
        reason: 'no signal of fraud or collusion; adds 0',
      },
      { name: 'policy', risk: 0, weight: 0, backed: true, reason: 'the policy says allow' },
    ]);
    expect(decision.reasons.find(({ rule }) => rule === 'only')).toBeDefined();
    expect(own(decision)).toEqual(['TRE_POLICY_EFFECT', 'TRE_RISK']);
    expect(decision.reasons.at(-1)?.text).toBe(
      '1893 of 10000 is low (500 to below 2500), which asks for allow',
    );
    for (const hash of Object.values(decision.inputs)) expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(decision.inputs.policy).toBe(caseOf().policy.hash);
  });

  it('commits to each input: another one gives another hash', () => {
    const base = decide(caseOf());
    const changed = [
      decide(caseOf({ interaction: { ...interaction, at: interaction.at + 1 } })),
      decide(caseOf({ evidence: { ...evidence(), absent: { agent: 'FETCH_TIMEOUT' } } })),
      decide(caseOf({ policy: policyOf('allow', { description: 'another' }) })),
      decide(caseOf({ thresholds: parseThresholds({ low: 501 }) })),
    ];
    const names = ['interaction', 'evidence', 'policy', 'thresholds'] as const;
    changed.forEach((decision, i) => {
      expect(names.filter((name) => decision.inputs[name] !== base.inputs[name])).toEqual([names[i]]);
      expect(decisionHash(decision)).not.toBe(decisionHash(base));
    });
  });

  it('carries no half character of an argument name into what is hashed', () => {
    const name = `${'x'.repeat(79)}\u{1F600}`;
    const decision = decide(caseOf({ interaction: { ...interaction, claims: { [name]: 1 } } }));
    expect(own(decision)).toContain('TRE_ATTRIBUTE_DROPPED');
    expect(decisionHash(decision)).toMatch(/^sha256:/);
  });

  it('is a denial with the code where the evaluation of the policy breaks off', () => {
    const broken = { ...policyOf('allow'), compiled: undefined };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a policy that no loader made
    const decision = decide(caseOf({ policy: broken as unknown as Policy }));
    expect(decision).toMatchObject({ effect: 'deny', outcome: 'deny-hard', obligations: [] });
    expect(decision.reasons).toContainEqual({
      code: 'TRE_POLICY_FAILED',
      text: 'broke off with SPL_NOT_LOADED',
    });
  });
});
