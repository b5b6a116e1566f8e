import type { Json, JsonObject } from '@ttp/core';
import { vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import {
  layerPolicies,
  loadCallMap,
  loadPolicy,
  POLICY_TESTS_MAX,
  parsePolicyTests,
  testPolicy,
} from '../src/index.js';

it('runs the tests of a policy, and refuses what is no test', () => {
  for (const { name, policy, callMap, tests, expect: expected, code, field } of vectors<{
    policy?: JsonObject;
    callMap?: JsonObject;
    tests: Json;
    expect?: readonly { name: string; passed: boolean; differs: string[]; code?: string }[];
    code?: string;
    field?: string;
  }>('spl/tests')) {
    const text = JSON.stringify(tests);
    if (policy === undefined || expected === undefined) {
      expect(() => parsePolicyTests(text), name).toThrow(expect.objectContaining({ code, field }));
      continue;
    }
    const map = callMap === undefined ? undefined : loadCallMap(callMap);
    const results = testPolicy(loadPolicy(policy), parsePolicyTests(text).tests, map);
    const said = results.map(({ name: test, passed, differs, actual }) => ({
      name: test,
      passed,
      differs,
      ...(actual.code === undefined ? {} : { code: actual.code }),
    }));
    expect(said, name).toEqual(expected);
  }
});

it('keeps the names of the files it is about', () => {
  const tests = [
    { name: 'a', request: { resource: 'x', action: 'read' }, expect: { effect: 'deny' } },
  ] as const;
  const { policy, callMap } = parsePolicyTests({ version: 1, policy: 'p.json', callMap: 'c.json', tests });
  expect({ policy, callMap }).toEqual({ policy: 'p.json', callMap: 'c.json' });
});

const file = (count: number) => {
  const tests = Array.from({ length: count }, (_, i) => ({
    name: `${i}`,
    request: { resource: 'x', action: 'a' },
    expect: { effect: 'deny' },
  }));
  return parsePolicyTests(JSON.stringify({ version: 1, tests }));
};

it('takes so many tests and no more', () => {
  expect(file(POLICY_TESTS_MAX).tests).toHaveLength(POLICY_TESTS_MAX);
  expect(() => file(POLICY_TESTS_MAX + 1)).toThrow(
    expect.objectContaining({ code: 'SPL_TOO_LONG', field: 'tests' }),
  );
});

const asked = (count: number): JsonObject => ({
  resource: 'x',
  action: 'a',
  engine: { 'count(request, 1h)': count },
});

it('runs tests against layers, whose rules have the name of their layer', () => {
  const rule = { id: 'r', effect: 'allow', resources: ['x'], actions: ['a'] };
  const limited = { ...rule, conditions: { 'count(request, 1h)': { lte: 3 } } };
  const layers = layerPolicies([
    { layer: 'agent', policy: loadPolicy({ version: '1.0.0', rules: [rule] }) },
    { layer: 'team', policy: loadPolicy({ version: '1.0.0', rules: [limited] }) },
  ]);
  const { tests } = parsePolicyTests({
    version: 1,
    tests: [
      { name: 'few', request: asked(3), expect: { effect: 'allow', rules: ['team/r', 'agent/r'] } },
      { name: 'many', request: asked(4), expect: { effect: 'deny', rules: [], reasons: ['SPL_NO_PERMIT'] } },
      { name: 'wrong', request: asked(3), expect: { effect: 'allow', rules: ['r'] } },
    ],
  });
  expect(testPolicy(layers, tests).map(({ passed, differs }) => [passed, differs])).toEqual([
    [true, []],
    [true, []],
    [false, ['rules']],
  ]);
});
