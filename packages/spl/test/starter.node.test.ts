import { readFileSync } from 'node:fs';
import { proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import type { Rule } from '../src/document.js';
import {
  coverPolicy,
  evaluate,
  lintPolicy,
  loadPolicy,
  type Policy,
  type PolicyRequest,
  parsePolicyTests,
  testPolicy,
} from '../src/index.js';
import { requestOfTest } from '../src/policy-test.js';
import { sample } from './samples.js';

/** The policies that users start from, one for each scenario of the documents. */
const STARTERS = ['payments', 'healthcare', 'legal', 'eu-ai-act', 'kill-switch', 'coding-agent'] as const;

const textOf = (file: string): string =>
  readFileSync(new URL(`../policies/${file}`, import.meta.url), 'utf8');
const starter = (name: (typeof STARTERS)[number]): Policy => loadPolicy(textOf(`${name}.json`));
const testsOf = (name: (typeof STARTERS)[number]) => parsePolicyTests(textOf(`${name}.tests.json`));

/** The request of one test of a starter policy, changed. */
function asked(
  name: (typeof STARTERS)[number],
  test: string,
  change: Partial<PolicyRequest> = {},
): PolicyRequest {
  const found = testsOf(name).tests.find((one) => one.name === test);
  if (found === undefined) throw new Error(`no test ${test}`);
  const request = requestOfTest(found);
  return {
    ...request,
    ...change,
    engine: { ...request.engine, ...change.engine },
    registry: { ...request.registry, ...change.registry },
  };
}

describe.each(STARTERS)('the starter policy %s', (name) => {
  it('has no defect that the linter knows', () => {
    expect(lintPolicy(starter(name))).toEqual([]);
  });

  it('passes its tests, of which half or more are about what it refuses', () => {
    const { policy, tests } = testsOf(name);
    expect(policy).toBe(`${name}.json`);
    expect(testPolicy(starter(name), tests).filter(({ passed }) => !passed)).toEqual([]);
    const refused = tests.filter(({ expect: { effect } }) => effect === 'deny');
    expect(refused.length * 2).toBeGreaterThanOrEqual(tests.length);
    expect(refused.length).toBeLessThan(tests.length);
  });

  it('has a test for each rule and each of its conditions', () => {
    const { covered, total } = coverPolicy(
      starter(name),
      testsOf(name).tests.map((test) => requestOfTest(test)),
    );
    expect(covered).toBe(total);
  });

  it('obliges to nothing that an enforcement point cannot do by itself', () => {
    const policy = starter(name);
    const kinds = testsOf(name).tests.flatMap((test) =>
      evaluate(policy, requestOfTest(test)).obligations.map(({ kind }) => kind),
    );
    // A rate obligation has no handler: one of these policies with offers.rateLimit would block every call.
    for (const kind of new Set(kinds))
      expect(['alert', 'audit', 'transform', 'approval', 'window']).toContain(kind);
  });

  it('is about every agent until somebody names one', () => {
    expect(starter(name).document.agentDid).toBeUndefined();
  });
});

const ofBias = ({ document }: Policy): Rule | undefined =>
  document.rules.find(({ id }) => id.includes('bias'));

describe('what the documents have wrong', () => {
  it('is put right: nobody gets in by speeding up', () => {
    proves('flaw.P8');
    const fast = asked('kill-switch', 'the 101st warns', { engine: { trustScore: 60 } });
    expect(evaluate(sample('kill-switch'), fast).effect).toBe('warn');
    expect(evaluate(starter('kill-switch'), fast).effect).toBe('deny');
  });

  it('is put right: medicine has a human', () => {
    proves('flaw.P8');
    const medical = asked('eu-ai-act', 'medicine asks at low risk, too');
    expect(evaluate(sample('eu-ai-act'), medical).effect).toBe('allow');
    expect(evaluate(starter('eu-ai-act'), medical).effect).toBe('allow_with_approval');
  });

  it('is put right: a weekend by day is covered, and score 75 is enough to ask at night', () => {
    proves('flaw.P8');
    const weekend = asked('healthcare', 'Saturday by day asks');
    expect(evaluate(sample('healthcare'), weekend).effect).toBe('deny');
    expect(evaluate(starter('healthcare'), weekend).effect).toBe('allow_with_approval');
    const night = asked('healthcare', 'score 75 at night is enough to ask');
    expect(evaluate(sample('healthcare'), night).effect).toBe('deny');
    expect(evaluate(starter('healthcare'), night).effect).toBe('allow_with_approval');
  });

  it('is put right: the denial of bias says where it holds', () => {
    proves('flaw.P8');
    const elsewhere = asked('eu-ai-act', 'without a bias score it is denied', { resource: 'reports/r-1' });
    expect(ofBias(sample('eu-ai-act'))?.resources).toBeUndefined();
    expect(ofBias(starter('eu-ai-act'))).toMatchObject({ resources: ['decisions/**'], actions: ['execute'] });
    expect(evaluate(starter('eu-ai-act'), elsewhere).rules).toEqual([]);
  });

  it('is put right: 51 charges of 1000 do not pass', () => {
    proves('flaw.P8');
    const effects = Array.from({ length: 51 }, (_, i) => {
      const sum = { 'sum(request.amount, 24h)': 1000 * (i + 1) };
      const request = asked('payments', '1000, up to the limit of the day', { engine: sum });
      // The documents ask for nothing that adds up.
      expect(evaluate(sample('payment'), request).effect).toBe('allow');
      return evaluate(starter('payments'), request).effect;
    });
    expect(effects.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'allow'));
    expect(new Set(effects.slice(5))).toEqual(new Set(['allow_with_approval']));
  });

  it('is refused at load: a permit of everything; a denial of everything is none', () => {
    proves('flaw.P8');
    const rule = { id: 'a', effect: 'allow', actions: ['read'] };
    expect(() => loadPolicy({ version: '1.0.0', rules: [rule] })).toThrow('names resources and actions');
    const deny = loadPolicy({
      version: '1.0.0',
      rules: [{ id: 'a', effect: 'deny' }],
      defaultEffect: 'allow',
    });
    expect(evaluate(deny, asked('legal', 'a document of an assigned case')).rules).toEqual(['a']);
  });
});
