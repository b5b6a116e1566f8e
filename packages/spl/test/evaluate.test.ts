import type { Json, JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { evaluate, explainVerdict, loadPolicy, type PolicyRequest } from '../src/index.js';

const REQUEST: PolicyRequest = {
  resource: 'r',
  action: 'read',
  now: 1_700_000_000_000,
  engine: { trustScore: 80 },
  resolver: {},
  registry: {},
  caller: { purpose: 'x' },
};
const SCOPE = { resources: ['r'], actions: ['read'] };
/** Conditions that are true, false and unknown for {@link REQUEST}. */
const TRUTH: { readonly [truth: string]: JsonObject } = {
  true: { purpose: 'x' },
  false: { purpose: 'y' },
  unknown: { biasScore: { lt: 0.5 } },
};

const rule = (effect: string, truth = 'true', more: JsonObject = {}): JsonObject => ({
  id: `${effect}-${truth}`,
  effect,
  ...SCOPE,
  conditions: TRUTH[truth] ?? {},
  ...more,
});
const verdictOf = (rules: readonly Json[], top: JsonObject = {}, request: Partial<PolicyRequest> = {}) =>
  evaluate(loadPolicy({ version: '1.0.0', rules, ...top }), { ...REQUEST, ...request });

describe('the lattice', () => {
  it('is deny over approval over warn over allow over default', () => {
    proves('decision.D12', 'spl.verdict.lattice', 'spl.effects.allow', 'spl.effects.deny', 'flaw.P1');
    const [allow, warn, approval, deny] = ['allow', 'warn', 'allow_with_approval', 'deny'].map((e) =>
      rule(e),
    );
    expect(verdictOf([allow ?? {}]).effect).toBe('allow');
    expect(verdictOf([allow ?? {}, warn ?? {}]).effect).toBe('warn');
    expect(verdictOf([allow ?? {}, approval ?? {}, warn ?? {}]).effect).toBe('allow_with_approval');
    expect(verdictOf([allow ?? {}, approval ?? {}, warn ?? {}, deny ?? {}]).effect).toBe('deny');
    expect(verdictOf([rule('allow', 'false')]).effect).toBe('deny');
    expect(verdictOf([rule('allow', 'false')], { defaultEffect: 'allow' }).effect).toBe('allow');
  });

  it.each([
    // A rule that is unknown never grants ...
    [['allow-unknown'], 'deny', []],
    [['warn-unknown'], 'deny', []],
    [['allow_with_approval-unknown'], 'deny', []],
    [['allow-unknown', 'allow_with_approval-unknown', 'warn-unknown'], 'deny', []],
    // ... it denies in a deny rule ...
    [['allow-true', 'deny-unknown'], 'deny', ['deny-unknown']],
    [['allow-unknown', 'deny-unknown'], 'deny', ['deny-unknown']],
    // ... and adds to what something else granted.
    [
      ['allow-true', 'allow_with_approval-unknown'],
      'allow_with_approval',
      ['allow-true', 'allow_with_approval-unknown'],
    ],
    [['allow-true', 'warn-unknown'], 'warn', ['allow-true', 'warn-unknown']],
    [
      ['warn-true', 'allow_with_approval-unknown'],
      'allow_with_approval',
      ['allow_with_approval-unknown', 'warn-true'],
    ],
    [['allow-true', 'allow-unknown'], 'allow', ['allow-true', 'allow-unknown']],
    // A rule that is false does neither.
    [['allow-true', 'deny-false', 'warn-false', 'allow_with_approval-false'], 'allow', ['allow-true']],
  ])('%j is %s', (ids, effect, rules) => {
    proves('decision.D13', 'spl.conditions.missing-attribute');
    const written = ids.map((id) => rule(id.split('-')[0] ?? '', id.split('-')[1] ?? ''));
    expect(verdictOf(written)).toMatchObject({ effect, rules });
  });

  it('lets a default of allow be a grant like any other: unknown rules add to it, requirements stand before it', () => {
    proves('decision.D13');
    const open = { defaultEffect: 'allow' };
    expect(verdictOf([rule('allow_with_approval', 'unknown')], open).effect).toBe('allow_with_approval');
    expect(verdictOf([rule('warn', 'unknown')], open).effect).toBe('warn');
    expect(verdictOf([rule('deny', 'unknown')], open).effect).toBe('deny');
    expect(verdictOf([rule('deny', 'false')], { ...open, requirements: { minTrustScore: 81 } }).effect).toBe(
      'deny',
    );
    expect(verdictOf([rule('deny', 'false')], { ...open, requirements: { minTrustScore: 80 } }).effect).toBe(
      'allow',
    );
  });
});

describe('requirements', () => {
  it('stand before every permit, and deny rules apply all the same', () => {
    proves('spl.requirements.and', 'flaw.P7');
    const requirements = { minTrustScore: 90 };
    for (const effect of ['allow', 'warn', 'allow_with_approval'])
      expect(verdictOf([rule(effect)], { requirements })).toMatchObject({
        effect: 'deny',
        rules: [],
        obligations: [],
      });
    expect(verdictOf([rule('deny'), rule('allow')], { requirements }).rules).toEqual(['deny-true']);
  });

  it.each([
    ['minTrustScore', 80, 'engine', 'trustScore', [80, 100], [79, 79.9, '80', 101]],
    [
      'minTrustStage',
      'building',
      'engine',
      'trustStage',
      ['building', 'established'],
      ['blocked', 'unverified', 'provisional', 'new', 'Building'],
    ],
    [
      'requiredCapabilities',
      ['data:read', 'data:pii'],
      'engine',
      'capabilities',
      [['data:pii', 'data:read', 'x']],
      [['data:read'], [], 'data:read data:pii'],
    ],
    ['requireIdentityVerification', true, 'engine', 'identityVerified', [true], [false, 'true', 1]],
    ['purpose', 'support', 'caller', 'purpose', ['support'], ['Support', 'other', '', ['support']]],
  ])('%s', (key, wanted, source, attribute, met, unmet) => {
    proves(
      'spl.requirements.fields',
      'spl.requirements.min-trust-score',
      'spl.requirements.min-trust-stage',
      'spl.requirements.purpose',
    );
    const effectOf = (facts: JsonObject): string =>
      verdictOf(
        [rule('allow', '', { conditions: {} })],
        { requirements: { [key]: wanted } },
        { engine: {}, caller: {}, [source]: facts },
      ).effect;
    for (const value of met) expect(effectOf({ [attribute]: value }), JSON.stringify(value)).toBe('allow');
    for (const value of [...unmet, null])
      expect(effectOf({ [attribute]: value }), JSON.stringify(value)).toBe('deny');
    expect(effectOf({})).toBe('deny');
  });

  it('of identity ask for nothing when false', () => {
    expect(verdictOf([rule('allow')], { requirements: { requireIdentityVerification: false } }).effect).toBe(
      'allow',
    );
  });
});

describe('obligations', () => {
  it('of every permit that is true or unknown are united with those of the policy', () => {
    proves(
      'decision.D12',
      'spl.verdict.obligations-union',
      'spl.output.levels',
      'spl.offers.rate-limit-obligation',
      'spl.audit.rule-level',
      'spl.audit.policy-level',
      'spl.offers.fields',
      'spl.effects.allow-with-approval',
      'spl.human-approval.timeout',
      'spl.output.redact',
      'spl.output.mask',
      'spl.output.truncate',
      'spl.output.footer',
      'spl.human-approval.escalation-level',
    );
    const { effect, obligations } = verdictOf(
      [
        rule('allow', 'true', {
          outputTransformations: { redact: ['a.b'] },
          audit: { level: 'basic', logQuery: true },
        }),
        rule('warn', 'unknown', { outputTransformations: { mask: ['c'] } }),
        rule('allow_with_approval', 'unknown', {
          humanApproval: { reason: 'big', escalationLevel: 3, timeout: 60, notifyChannels: ['slack'] },
        }),
        rule('allow', 'false', { outputTransformations: { redact: ['never'] } }),
      ],
      {
        offers: { capabilities: ['data:read'], rateLimit: { requests: 5, windowMs: 1000 } },
        outputTransformations: { watermark: true, addFooter: 'f', truncate: { field: 'd', length: 9 } },
        audit: { retainDecisions: '7years', includeReasoningTrace: true },
      },
    );
    expect(effect).toBe('allow_with_approval');
    expect(obligations).toEqual([
      { kind: 'rate', from: 'policy', params: { requests: 5, windowMs: 1000 } },
      {
        kind: 'transform',
        from: 'policy',
        params: { watermark: true, addFooter: 'f', truncate: { field: 'd', length: 9 } },
      },
      { kind: 'audit', from: 'policy', params: { retainDecisions: '7years', includeReasoningTrace: true } },
      { kind: 'transform', from: 'rule:allow-true', params: { redact: ['a.b'] } },
      { kind: 'audit', from: 'rule:allow-true', params: { level: 'basic', logQuery: true } },
      {
        kind: 'approval',
        from: 'rule:allow_with_approval-unknown',
        params: {
          reason: 'big',
          level: 3,
          timeoutMs: 60_000,
          requireJustification: false,
          requireOperatorId: false,
          notifyChannels: ['slack'],
        },
      },
      { kind: 'alert', from: 'rule:warn-unknown', params: {} },
      { kind: 'transform', from: 'rule:warn-unknown', params: { mask: ['c'] } },
    ]);
  });

  it('of an approval without settings are an operator within five minutes', () => {
    const [approval] = verdictOf([rule('requireHumanApproval', 'true', { description: 'why' })]).obligations;
    expect(approval).toMatchObject({
      kind: 'approval',
      params: { level: 1, timeoutMs: 300_000, reason: 'why' },
    });
  });

  it('of a deny are none', () => {
    const wall = rule('deny', 'true', { audit: { level: 'basic' } });
    expect(verdictOf([wall], { offers: { rateLimit: { requests: 1, windowMs: 1 } } }).obligations).toEqual(
      [],
    );
  });
});

describe('a verdict', () => {
  it('says why, rule by rule, with the policy, and repeats nothing that the caller sent', () => {
    proves('spl.verdict.explain');
    const policy = loadPolicy({
      version: '1.0.0',
      requirements: { minTrustScore: 90 },
      rules: [
        rule('allow', 'false'),
        rule('allow', 'unknown'),
        rule('allow', 'true', { audit: { level: 'basic' } }),
      ],
    });
    const verdict = evaluate(policy, { ...REQUEST, caller: { purpose: 'x', trustScore: 'SECRET' } });
    expect(verdict.policy).toBe(policy.hash);
    expect(verdict.reasons.map(({ code, rule: id }) => [code, id])).toEqual([
      ['SPL_CONDITION_FALSE', 'allow-false'],
      ['SPL_RULE_APPLIES', 'allow-true'],
      ['SPL_CONDITION_UNKNOWN', 'allow-unknown'],
      ['SPL_REQUIREMENT_UNMET', undefined],
      ['SPL_NO_PERMIT', undefined],
    ]);
    const text = explainVerdict(verdict);
    for (const part of [
      policy.hash,
      'allow-false: purpose eq does not hold',
      'minTrustScore',
      'dropped "trustScore"',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('SECRET');
    const permitted = explainVerdict(verdictOf([rule('allow', 'true', { audit: { level: 'basic' } })]));
    expect(permitted).toContain('allow, by allow-true');
    expect(permitted).toContain('obliges to audit, because of rule:allow-true');
  });

  it('does not change with a description', () => {
    proves('spl.policy.description');
    const plain = verdictOf([rule('allow')]);
    const told = verdictOf([rule('allow', 'true', { description: 'deny everything' })], {
      description: 'deny',
    });
    expect({ ...told, policy: plain.policy }).toEqual(plain);
  });

  it('of an action needs its exact spelling', () => {
    proves('spl.rules.actions');
    for (const action of ['Read', 'READ', 'read ', '', 'rea', 'reads', 'constructor', '__proto__'])
      expect(verdictOf([rule('allow')], {}, { action }).effect, action).toBe('deny');
    expect(verdictOf([rule('allow', 'true', { actions: ['search', 'read'] })]).effect).toBe('allow');
  });

  it('of a deny rule without resources or actions covers everything', () => {
    proves('spl.rules.permit-needs-scope');
    const wall = { id: 'wall', effect: 'deny', conditions: TRUTH['true'] ?? {} };
    for (const more of [{}, { resources: ['r'] }, { actions: ['read'] }])
      expect(verdictOf([rule('allow'), { ...wall, ...more }]).rules).toEqual(['wall']);
    for (const resource of ['r', 'x/y', 'mcp:s/t'])
      expect(verdictOf([wall], {}, { resource, action: 'anything' }).rules).toEqual(['wall']);
    expect(() => verdictOf([{ id: 'a', effect: 'warn', actions: ['read'] }])).toThrow(
      'names resources and actions',
    );
    expect(() => verdictOf([{ id: 'a', effect: 'allow', resources: ['r'] }])).toThrow(
      'names resources and actions',
    );
  });
});
