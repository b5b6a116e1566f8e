import type { JsonObject } from '@ttp/core';
import { proves, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, explain, loadPolicy, type PolicyRequest } from '../src/index.js';
import { BARE } from './samples.js';

it('explains verdicts: each rule, what fails in it, and the nearest permit', () => {
  for (const { name, policy, request, expect: expected } of vectors<{
    policy: JsonObject;
    request: Partial<PolicyRequest>;
    expect: JsonObject;
  }>('spl/explain')) {
    const loaded = loadPolicy(policy);
    const asked = { ...BARE, ...request };
    const { verdict, ...said } = explain(loaded, asked);
    expect(JSON.parse(JSON.stringify({ effect: verdict.effect, ...said })), name).toEqual(expected);
    expect(verdict, name).toEqual(evaluate(loaded, asked));
  }
});

it('names the effect, the rules that matched, those that failed with the condition, obligations and hash', () => {
  proves('spl.verdict.explain');
  const policy = loadPolicy({
    version: '1.0.0',
    rules: [
      { id: 'a', effect: 'warn', resources: ['r'], actions: ['read'] },
      {
        id: 'b',
        effect: 'allow',
        resources: ['r'],
        actions: ['read'],
        conditions: { trustScore: { gte: 9 } },
      },
    ],
  });
  const { verdict, rules } = explain(policy, { ...BARE, engine: { trustScore: 8 } });
  expect(verdict).toMatchObject({ effect: 'warn', rules: ['a'], policy: policy.hash });
  expect(verdict.obligations.map(({ kind }) => kind)).toEqual(['alert']);
  expect(rules[1]).toEqual({
    rule: 'b',
    effect: 'allow',
    truth: false,
    failed: [{ attribute: 'trustScore', source: 'engine', op: 'gte', wanted: 9, actual: 8, truth: false }],
  });
});

const rule = (id: string, resource: string, conditions: JsonObject) => ({
  id,
  effect: 'allow',
  resources: [resource],
  actions: ['read'],
  conditions,
});
const nearest = (...rules: JsonObject[]) =>
  explain(loadPolicy({ version: '1.0.0', rules }), BARE).nearest?.rule;

it('takes the permit with the fewest obstacles, and of equals the one for this action and resource', () => {
  expect(nearest(rule('a', 'r', { trustScore: 1, purpose: 'x' }), rule('b', 'other', {}))).toBe('b');
  expect(nearest(rule('a', 'other', {}), rule('b', 'r', { trustScore: 1 }))).toBe('b');
  expect(nearest(rule('b', 'r', { purpose: 'x' }), rule('a', 'r', { trustScore: 1 }))).toBe('a');
});
