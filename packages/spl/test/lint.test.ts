import type { Json, JsonObject } from '@ttp/core';
import { proves, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { evaluate, LINT_CODES, lintPolicy, loadPolicy } from '../src/index.js';
import { BARE, SAMPLES, sample, textOf } from './samples.js';

type Found = readonly (readonly [code: string, rule: string])[];

const RULE: JsonObject = { id: 'a', effect: 'allow', resources: ['r'], actions: ['read'] };
const found = (rules: readonly Json[], top: JsonObject = {}): Found =>
  lintPolicy(loadPolicy({ version: '1.0.0', rules, ...top })).map(({ code, rule = '' }) => [code, rule]);
/** The codes found for one rule of a policy that is otherwise as it should be. */
const foundIn = (rules: readonly Json[], top: JsonObject = {}): readonly string[] =>
  found(rules, { ...TIDY, ...top }).map(([code]) => code);
const TIDY: JsonObject = {
  offers: { rateLimit: { requests: 1, windowMs: 1 } },
  killSwitch: {
    triggers: [{ condition: 'request.rate > 5', reason: 'rate_limit_exceeded', action: 'kill' }],
  },
};
const when = (conditions: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...RULE,
  conditions,
  ...more,
});

describe('the sample policies', () => {
  it.each(vectors<{ policy: string; expect: readonly JsonObject[] }>('spl/lint'))(
    '$name has the defects that are known',
    ({ policy, expect: expected }) => {
      proves('decision.D17', 'flaw.P7');
      const findings = lintPolicy(loadPolicy(textOf(policy)));
      expect(findings.map(({ code, rule }) => (rule === undefined ? { code } : { code, rule }))).toEqual(
        expected,
      );
    },
  );

  it('say of the emergency rule that its score is dead and that weekend days are uncovered', () => {
    proves('spl.samples.health-emergency', 'spl.linter.dead-rules');
    const findings = lintPolicy(sample('healthcare'));
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'SPL_DEAD_CONDITION', rule: 'rule-emergency-access' }),
    );
    const gap = findings.find(({ code }) => code === 'SPL_UNCOVERED_TIME');
    expect(gap?.message).toContain('read on fhir/Patient/*');
    expect(gap?.message).toContain('Sat Sun 08:00-18:00');
    const engine = {
      trustScore: 85,
      trustStage: 'established',
      identityVerified: true,
      capabilities: ['data:phi'],
    };
    const night = {
      ...BARE,
      resource: 'fhir/Patient/7',
      now: Date.parse('2026-11-23T20:00:00Z'),
      engine,
      caller: { purpose: 'treatment' },
    };
    expect(
      evaluate(sample('healthcare'), night).obligations.find(({ kind }) => kind === 'approval')?.params,
    ).toMatchObject({
      level: 2,
      timeoutMs: 900_000,
      requireJustification: true,
    });
    expect(evaluate(sample('healthcare'), { ...night, engine: { ...engine, trustScore: 79 } }).effect).toBe(
      'deny',
    );
    expect(evaluate(sample('healthcare'), { ...night, now: Date.parse('2026-11-28T12:00:00Z') }).effect).toBe(
      'deny',
    );
  });

  it('say that low-risk medical decisions pass, and that the warning asks for no trust', () => {
    proves('spl.samples.eu-low-risk', 'spl.samples.kill-warn');
    const medical = lintPolicy(sample('eu-ai-act')).find(({ code }) => code === 'SPL_EXCLUSION_GAP');
    expect([medical?.rule, medical?.message]).toEqual([
      'rule-low-risk',
      expect.stringContaining('"medical"'),
    ]);
    const engine = { trustScore: 70, trustStage: 'building', identityVerified: true };
    const passes = {
      ...BARE,
      resource: 'decisions/1',
      action: 'execute',
      engine,
      registry: { riskLevel: 'low', decisionType: 'medical' },
    };
    expect(evaluate(sample('eu-ai-act'), passes).effect).toBe('allow');
    const warning = lintPolicy(sample('kill-switch')).find(({ code }) => code === 'SPL_NO_TRUST_CONDITION');
    expect(warning?.rule).toBe('rule-high-volume-warning');
    const fast = {
      ...BARE,
      resource: 'db:customers/7',
      engine: { trustScore: 60, identityVerified: true, 'request.rate': 300 },
    };
    expect(evaluate(sample('kill-switch'), fast).effect).toBe('warn');
    expect(
      evaluate(sample('kill-switch'), { ...fast, engine: { ...fast.engine, trustScore: 59 } }).effect,
    ).toBe('deny');
  });
});

describe('a policy as a whole', () => {
  it('that is tidy has no findings', () => {
    expect(foundIn([RULE])).toEqual([]);
  });

  it.each([
    ['SPL_DEFAULT_ALLOW', [RULE], { defaultEffect: 'allow' }],
    ['SPL_NO_KILL_TRIGGER', [RULE], { killSwitch: { triggers: [] } }],
    ['SPL_NO_PURPOSE', [RULE], { requirements: { compliance: ['HIPAA'] } }],
    ['SPL_UNKNOWN_CAPABILITY', [RULE], { requirements: { requiredCapabilities: ['data:everything'] } }],
    ['SPL_NO_RATE_LIMIT', [RULE], { offers: {} }],
  ])('%s', (code, rules, top) => {
    proves(
      'spl.linter.default-deny',
      'spl.linter.purpose',
      'spl.linter.rate-limits',
      'spl.linter.kill-triggers',
    );
    expect(foundIn(rules, top)).toEqual([code]);
  });

  it('is bound to a purpose by a requirement or by each rule', () => {
    const bound = [when({ purpose: 'x' })];
    expect(foundIn(bound, { requirements: { compliance: ['HIPAA'] } })).toEqual([]);
    expect(foundIn([RULE], { requirements: { compliance: ['HIPAA'], purpose: 'x' } })).toEqual([]);
  });

  it('that requires an unknown capability permits nothing, whoever holds it', () => {
    proves('spl.requirements.capabilities');
    for (const [capability, effect] of [
      ['data:everything', 'deny'],
      ['data:read', 'allow'],
    ]) {
      const policy = loadPolicy({
        version: '1.0.0',
        rules: [RULE],
        requirements: { requiredCapabilities: [capability ?? ''] },
      });
      expect(evaluate(policy, { ...BARE, engine: { capabilities: [capability ?? ''] } }).effect).toBe(effect);
      expect(evaluate(policy, { ...BARE, engine: { capabilities: [] } }).effect).toBe('deny');
      const named = lintPolicy(policy).filter(({ code }) => code === 'SPL_UNKNOWN_CAPABILITY');
      expect(named.map(({ message }) => message)).toEqual(
        effect === 'deny' ? [expect.stringContaining('"data:everything"')] : [],
      );
    }
  });

  it('that requires several capabilities permits only who holds each of them', () => {
    proves('spl.requirements.capabilities');
    const policy = loadPolicy({
      version: '1.0.0',
      rules: [RULE],
      requirements: { requiredCapabilities: ['data:read', 'file:read'] },
    });
    const effectFor = (...capabilities: readonly string[]) =>
      evaluate(policy, { ...BARE, engine: { capabilities } }).effect;
    expect(effectFor('data:read', 'file:read', 'data:text')).toBe('allow');
    expect([effectFor('data:read'), effectFor('file:read'), effectFor()]).toEqual(['deny', 'deny', 'deny']);
  });

  it('is not advised to a rate limit without the word that somebody must enforce it', () => {
    const [finding] = lintPolicy(loadPolicy({ version: '1.0.0', rules: [RULE], ...TIDY, offers: {} }));
    expect(finding?.suggestion).toMatch(/^add a condition on request\.rate/);
    expect(finding?.suggestion).toContain('blocks every call');
  });
});

describe('a rule', () => {
  it.each<[string, readonly Json[], JsonObject]>([
    ['SPL_BROAD_PATTERN', [{ ...RULE, resources: ['*'] }], {}],
    ['SPL_BROAD_PATTERN', [{ ...RULE, resources: ['**/secrets'] }], {}],
    ['SPL_TAIL_SUBTREE', [{ ...RULE, resources: ['a/*'] }], {}],
    ['SPL_TAIL_SUBTREE', [{ ...RULE, resources: ['a/case-*'] }], {}],
    ['SPL_UNSCOPED_DENY', [RULE, { id: 'b', effect: 'deny', conditions: { purpose: 'x' } }], {}],
    ['SPL_SHADOWED_RULE', [RULE, { ...RULE, id: 'b', effect: 'deny' }], {}],
    [
      'SPL_SHADOWED_RULE',
      [
        { ...RULE, resources: ['a/b/c'] },
        { id: 'b', effect: 'deny', resources: ['a/**'] },
      ],
      {},
    ],
    ['SPL_OMITTABLE_GUARD', [RULE, when({ purpose: { exists: true } }, { id: 'b', effect: 'deny' })], {}],
    ['SPL_OMITTABLE_GUARD', [when({ riskLevel: { exists: false } })], {}],
    ['SPL_NOT_MONOTONE', [when({ trustScore: { lt: 50 } })], {}],
    ['SPL_NOT_MONOTONE', [when({ trustScore: { between: [50, 60] } })], {}],
    ['SPL_NOT_MONOTONE', [when({ trustScore: { neq: 50 } })], {}],
    ['SPL_NOT_MONOTONE', [when({ trustStage: { in: ['new'] } })], {}],
    ['SPL_NOT_MONOTONE', [when({ riskLevel: { in: ['high', 'critical'] } })], {}],
    ['SPL_NOT_MONOTONE', [RULE, when({ riskLevel: 'low' }, { id: 'b', effect: 'deny' })], {}],
    ['SPL_NO_CUMULATIVE_LIMIT', [when({ 'request.amount': { lte: 1000 } })], {}],
    [
      'SPL_DEAD_RULE',
      [when({ trustScore: { lt: 50 } }, { effect: 'deny' })],
      { requirements: { minTrustScore: 50 } },
    ],
    ['SPL_DEAD_RULE', [when({ purpose: 'y' })], { requirements: { purpose: 'x' } }],
    ['SPL_DEAD_CONDITION', [when({ trustScore: { gte: 49 } })], { requirements: { minTrustScore: 50 } }],
    [
      'SPL_DEAD_CONDITION',
      [when({ trustStage: { not_in: ['blocked', 'unverified'] } })],
      { requirements: { minTrustStage: 'building' } },
    ],
    ['SPL_UNSATISFIABLE', [when({ 'request.rate': { gt: 9, lt: 5 } })], {}],
    ['SPL_UNSATISFIABLE', [when({ dayOfWeek: { eq: 'Mon', neq: 'Mon' } })], {}],
    ['SPL_NO_AUDIT', [{ ...RULE, effect: 'allow_with_approval' }], {}],
    [
      'SPL_NO_AUDIT',
      [when({ dataClassification: 'phi', purpose: 'x' }, { outputTransformations: { redact: ['ssn'] } })],
      {},
    ],
    [
      'SPL_NO_TRANSFORMATION',
      [when({ dataClassification: 'phi', purpose: 'x' }, { audit: { level: 'basic' } })],
      {},
    ],
  ])('has %s: %j', (code, rules, top) => {
    proves(
      'spl.linter.broad-patterns',
      'spl.linter.audit-level',
      'spl.linter.output-transformations',
      'decision.D13',
      'decision.D15',
      'spl.linter.dead-rules',
    );
    expect(foundIn(rules, top)).toEqual([code]);
  });

  it.each<[string, readonly Json[], JsonObject]>([
    ['a pattern of one segment', [{ ...RULE, resources: ['a/+', 'a/**', 'a/*/c'] }], {}],
    [
      'a wide deny',
      [
        { ...RULE, resources: ['a/b'] },
        { id: 'b', effect: 'deny', resources: ['x/**'] },
      ],
      {},
    ],
    ['a deny under a condition', [RULE, when({ purpose: 'x' }, { id: 'b', effect: 'deny' })], {}],
    ['exists: true in an allow', [when({ purpose: { exists: true } })], {}],
    [
      'exists of a registry attribute in a deny',
      [RULE, when({ riskLevel: { exists: true } }, { id: 'b', effect: 'deny' })],
      {},
    ],
    ['more trust permits more', [when({ trustScore: { gte: 50 }, riskLevel: { in: ['none', 'low'] } })], {}],
    ['less trust denies', [RULE, when({ trustScore: { lt: 20 } }, { id: 'b', effect: 'deny' })], {}],
    [
      'more risk denies',
      [RULE, when({ riskLevel: { in: ['high', 'critical'] } }, { id: 'b', effect: 'deny' })],
      {},
    ],
    [
      'the requirement said again',
      [when({ trustScore: { gte: 50 }, purpose: 'x' })],
      { requirements: { minTrustScore: 50, purpose: 'x' } },
    ],
    ['hours of a single rule', [when({ timeOfDay: { between: ['08:00', '18:00'] } })], {}],
    ['internal data', [when({ dataClassification: 'internal' })], {}],
    ['a rate of its own', [when({ 'request.rate': { lte: 5 } })], { offers: {} }],
  ])('has nothing to say about %s', (_, rules, top) => {
    expect(foundIn(rules, top)).toEqual([]);
  });

  it('together with another leaves no gap in a week that they share whole', () => {
    const day = when({ timeOfDay: { between: ['08:00', '18:00'] } });
    const night = when({ timeOfDay: { not_between: ['08:00', '18:00'] } }, { id: 'b' });
    expect(foundIn([day, night])).toEqual([]);
    const evening = when({ timeOfDay: { between: ['18:00', '23:00'] } }, { id: 'b' });
    const [gap] = lintPolicy(loadPolicy({ version: '1.0.0', rules: [day, evening], ...TIDY }));
    expect(gap?.message).toContain('Mon Tue Wed Thu Fri Sat Sun 00:00-08:00');
    expect(gap?.message).toContain('23:00-24:00');
  });
});

it('reports codes of one closed list, in the order of rule ids', () => {
  for (const name of SAMPLES) {
    const findings = lintPolicy(sample(name));
    expect(findings.every(({ code }) => Object.hasOwn(LINT_CODES, code))).toBe(true);
    const ids = findings.map(({ rule = '' }) => rule);
    expect(ids).toEqual([...ids].sort());
  }
});
