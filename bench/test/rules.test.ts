import { expect, it } from 'vitest';
import { crowdedRequests, crowdedRules, disjointRules, requests, verdictOf } from '../src/policy/rules.ts';

it('draws the same rules and requests every time, some of them allowed and most denied', () => {
  for (const count of [10, 100, 1000]) {
    const rules = disjointRules(count);
    expect(disjointRules(count)).toEqual(rules);
    const verdicts = requests(rules).map((request) => verdictOf(rules, request));
    const allowed = verdicts.filter((verdict) => verdict === 'allow').length;
    expect(allowed).toBeGreaterThan(3);
    expect(allowed).toBeLessThan(20);
  }
});

it('crowds all rules onto one folder and lets none of them hold', () => {
  const rules = crowdedRules(50);
  expect(new Set(rules.map(({ folder }) => folder)).size).toBe(1);
  expect(crowdedRequests().map((request) => verdictOf(rules, request))).not.toContain('allow');
});

it('lets a deny rule win over an allow rule', () => {
  const request = {
    resource: 'a/b',
    action: 'read',
    amount: 1,
    trust: 1,
    rate: 1,
    region: 'eu',
    role: 'clerk',
  };
  const rule = { id: 'r', effect: 'allow', folder: 'a', actions: ['read'], conditions: [] } as const;
  expect(verdictOf([rule], request)).toBe('allow');
  expect(verdictOf([rule, { ...rule, id: 'd', effect: 'deny' }], request)).toBe('deny');
  expect(verdictOf([{ ...rule, folder: 'a/b' }], request)).toBe('deny');
});
