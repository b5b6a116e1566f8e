import type { Json, JsonObject } from '@ttp/core';
import { proves, vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import type { PolicyRequest } from '../src/index.js';
import { reference } from './reference/reference.js';
import { covers, partsOf } from './reference/resources.js';
import { BARE, textOf } from './samples.js';

/* What is written from the specification page alone says what the vectors say. */

interface Verdict {
  readonly policy: string;
  readonly request: PolicyRequest;
  readonly expect: { readonly effect: string; readonly rules: readonly string[]; readonly obligations: Json };
}

it('the page decides the sample policies as decided, with each attribute there, removed and of another type', () => {
  proves('spl.samples.load', 'spl.conditions.missing-attribute', 'spl.conditions.wrong-type');
  const cases = vectors<Verdict>('spl/verdicts');
  for (const { name, policy, request, expect: expected } of cases) {
    const { effect, rules, obligations } = reference(JSON.parse(textOf(policy)), request);
    expect({ effect, rules, obligations }, name).toEqual(expected);
  }
  const denied = cases.filter(({ expect: { effect } }) => effect === 'deny');
  expect(cases.length).toBeGreaterThan(300);
  expect(denied.length * 2).toBeGreaterThan(cases.length);
});

it('the page reads resources and patterns as decided', () => {
  for (const { name, resource, expect: expected } of vectors<{ resource: string; expect?: string }>(
    'spl/resources',
  )) {
    const parts = partsOf(resource);
    const text =
      parts === undefined ? undefined : [parts.scheme, parts.segments.join('/')].filter(Boolean).join(':');
    expect(text, name).toBe(expected);
  }
  for (const { name, pattern, resource, expect: expected } of vectors<{
    pattern: string;
    resource: string;
    expect?: boolean;
  }>('spl/match')) {
    const parts = partsOf(resource);
    if (expected !== undefined && parts !== undefined) expect(covers(pattern, parts), name).toBe(expected);
  }
});

it('the page judges conditions as decided', () => {
  for (const { name, conditions, facts, expect: expected } of vectors<{
    conditions: JsonObject;
    facts: Partial<PolicyRequest>;
    expect: boolean | 'unknown';
  }>('spl/conditions')) {
    const rule = { id: 'a', effect: 'allow', resources: ['r'], actions: ['read'] };
    const effectOf = (rules: readonly JsonObject[]): string =>
      reference({ version: '1.0.0', rules }, { ...BARE, ...facts }).effect;
    const permits = effectOf([{ ...rule, conditions }]) === 'allow';
    const denies = effectOf([rule, { id: 'b', effect: 'deny', conditions }]) === 'deny';
    expect(permits ? true : denies ? 'unknown' : false, name).toBe(expected);
  }
});
