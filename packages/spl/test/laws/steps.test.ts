import { isJsonObject, type JsonObject } from '@ttp/core';
import { proves, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy, type Policy, type PolicyRequest } from '../../src/index.js';
import { compiledOf } from '../../src/load.js';
import { randomPolicy } from '../reference/generate.js';
import { randomRequest } from '../reference/requests.js';
import { BARE } from '../samples.js';

/** How often an evaluation did what takes time. */
interface Steps {
  /** Conditions tested. */
  tests: number;
  /** Patterns matched against the resource. */
  matches: number;
  /** Members of the request looked at. */
  reads: number;
}

/** Puts a counter around a function of the compiled policy. */
function count(owner: object, name: string, counted: () => void): void {
  const inner: unknown = Reflect.get(owner, name);
  if (typeof inner !== 'function') throw new Error(`${name} is no function`);
  const outer = (...args: unknown[]): unknown => {
    counted();
    return Reflect.apply(inner, owner, args);
  };
  if (!Reflect.set(owner, name, outer)) throw new Error(`${name} cannot be counted`);
}

/** The steps of the next evaluations, counted from now on. */
function counting(policy: Policy): Steps {
  const steps = { tests: 0, matches: 0, reads: 0 };
  const { rules, requirements } = compiledOf(policy);
  for (const one of [...requirements, ...rules.flatMap(({ conditions }) => conditions)])
    count(one, 'test', () => {
      steps.tests++;
    });
  for (const pattern of rules.flatMap(({ patterns = [] }) => patterns))
    count(pattern, 'matches', () => {
      steps.matches++;
    });
  return steps;
}

/** The same facts, each look at one of which is counted, at any depth. */
function watched(facts: JsonObject, steps: Steps): JsonObject {
  const look = (value: unknown): unknown => {
    steps.reads++;
    return value;
  };
  return new Proxy(facts, {
    get: (target, key) => {
      const value = target[String(key)] ?? null;
      return look(isJsonObject(value) ? watched(value, steps) : value);
    },
    has: (target, key) => look(Object.hasOwn(target, key)) === true,
  });
}

/** Rules that all cover one resource, with as many conditions that all hold. */
const crowd = (rules: number, conditions: number, more: JsonObject = {}): JsonObject => ({
  version: '1.0.0',
  rules: Array.from({ length: rules }, (_, i) => ({
    id: `r${i}`,
    effect: 'warn',
    resources: ['a/**/x*z'],
    actions: ['read'],
    conditions: {
      ...Object.fromEntries(
        Array.from({ length: conditions }, (_unused, n) => [`request.n${n}`, { gte: i }]),
      ),
      ...more,
    },
  })),
});

const request = (conditions: number): PolicyRequest => ({
  ...BARE,
  resource: 'a/b/c/xyz',
  caller: { request: Object.fromEntries(Array.from({ length: conditions }, (_, n) => [`n${n}`, 5000])) },
});

it('tests each condition of a policy at most once, and each pattern', () => {
  proves('law.P-8');
  for (const [rules, conditions] of [
    [1, 1],
    [10, 8],
    [100, 8],
    [200, 8],
    [1000, 2],
  ] as const) {
    const policy = loadPolicy(crowd(rules, conditions), { maxBytes: 1_048_576 });
    const steps = counting(policy);
    const { effect, rules: applied } = evaluate(policy, request(conditions));
    expect([effect, applied.length]).toEqual(['warn', rules]);
    expect(steps.tests).toBe(rules * conditions);
    expect(steps.matches).toBeLessThanOrEqual(rules);
  }
});

it('looks at a fact once, however many conditions ask for it', () => {
  proves('law.P-8');
  const reads = [1, 10, 100].map((rules) => {
    const policy = loadPolicy(crowd(rules, 4));
    const steps = { tests: 0, matches: 0, reads: 0 };
    const { caller } = request(4);
    expect(evaluate(policy, { ...request(4), caller: watched(caller, steps) }).effect).toBe('warn');
    return steps.reads;
  });
  // The path of each of the four, and the report of what was dropped: whatever the number of rules.
  expect(new Set(reads).size).toBe(1);
  expect(reads[0]).toBeLessThan(40);
});

it('tests conditions again for windows at most as often as there may be windows', () => {
  proves('law.P-8');
  const windows = Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [`count(request, ${i + 1}h)`, { lte: 9 }]),
  );
  const engine = Object.fromEntries(Object.keys(windows).map((name) => [name, 3]));
  for (const rules of [5, 10, 20]) {
    const policy = loadPolicy(crowd(rules, 4, windows), { maxBytes: 1_048_576 });
    const steps = counting(policy);
    expect(evaluate(policy, { ...request(4), engine }).obligations.length).toBe(rules + 16);
    expect(steps.tests).toBeLessThanOrEqual(17 * rules * (4 + 16));
  }
});

it('takes no more steps than that on random policies and requests', async () => {
  proves('law.P-8');
  let most = 0;
  await withSeed('P-8', 500, (random) => {
    const json = randomPolicy(random);
    const policy = loadPolicy(json);
    const { rules, requirements } = compiledOf(policy);
    const conditions = rules.flatMap((rule) => rule.conditions).length;
    const patterns = rules.flatMap((rule) => rule.patterns ?? []).length;
    const steps = counting(policy);
    evaluate(policy, randomRequest(random, json));
    const { tests, matches } = steps;
    if (tests > 17 * conditions + requirements.length || matches > patterns)
      expect.fail(JSON.stringify({ json, steps }));
    most = Math.max(most, tests);
  });
  expect(most).toBeGreaterThan(3);
});
