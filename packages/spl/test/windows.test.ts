import type { Json, JsonObject, Obligation } from '@ttp/core';
import { codeThrownBy, vectors } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { evaluate, loadPolicy, POLICY_MAX_WINDOWS, type Policy, type PolicyRequest } from '../src/index.js';
import { BARE } from './samples.js';
import { randomOf } from './windows-random.js';

const rule = (conditions: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: 'a',
  effect: 'allow',
  resources: ['r'],
  actions: ['read'],
  conditions,
  ...more,
});

const policyOf = (...rules: JsonObject[]): Policy => loadPolicy({ version: '1.0.0', rules });

const allAtMost5 = (names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, { lte: 5 }]));

const windowsIn = (obligations: readonly Obligation[]): readonly Json[] =>
  obligations
    .filter(({ kind }) => kind === 'window')
    .map(({ from, params }): Json => ({ from, params: { ...params } }));

describe('names of windows', () => {
  it('are read in one spelling, and refused in every other', () => {
    interface Case {
      readonly attribute: string;
      readonly expect?: JsonObject;
      readonly code?: string;
    }
    for (const { name, attribute, expect: expected, code } of vectors<Case>('spl/window-names')) {
      const load = (): Policy => policyOf(rule({ [attribute]: { lte: 1 } }));
      if (code === undefined) expect(load().windows, name).toEqual([{ attribute, ...expected }]);
      else expect(codeThrownBy(load), name).toBe(code);
    }
  });

  it('are explained where they were meant', () => {
    expect(() => policyOf(rule({ 'sum(request.amount,24h)': { lte: 1 } }))).toThrow(
      /a window is written sum\(request\.amount, 24h\)/,
    );
  });

  it('are at most so many in a policy', () => {
    const names = Array.from({ length: POLICY_MAX_WINDOWS + 1 }, (_, i) => `count(request, ${i + 1}m)`);
    expect(policyOf(rule(allAtMost5(names.slice(1)))).windows).toHaveLength(POLICY_MAX_WINDOWS);
    expect(codeThrownBy(() => policyOf(rule(allAtMost5(names))))).toBe('SPL_TOO_MANY_WINDOWS');
  });

  it('are compared and never referred to, and a bound is an amount', () => {
    const sum = 'sum(request.amount, 24h)';
    const refused: readonly [JsonObject, string][] = [
      [{ 'request.amount': { lte: `{${sum}}` } }, 'SPL_BAD_REFERENCE'],
      [{ [sum]: { contains: 'x' } }, 'SPL_BAD_OPERAND'],
      [{ [sum]: { lte: 0.001 } }, 'SPL_BAD_OPERAND'],
      [{ [sum]: { lte: -1 } }, 'SPL_BAD_OPERAND'],
      [{ [sum]: { lte: 1e12 + 1 } }, 'SPL_BAD_OPERAND'],
      [{ [sum]: { lte: '5' } }, 'SPL_BAD_OPERAND'],
      [{ [sum]: { between: ['08:00', '09:00'] } }, 'SPL_BAD_OPERAND'],
    ];
    for (const [conditions, code] of refused)
      expect(
        codeThrownBy(() => policyOf(rule(conditions))),
        JSON.stringify(conditions),
      ).toBe(code);
  });
});

describe('the obligation', () => {
  it('says how far a window may grow', () => {
    interface Case extends Pick<PolicyRequest, 'engine' | 'resolver' | 'caller'> {
      readonly policy: JsonObject;
      readonly expect: { readonly effect: string; readonly windows: readonly Json[] };
    }
    for (const { name, policy, expect: expected, engine, resolver, caller } of vectors<Case>('spl/windows')) {
      const verdict = evaluate(loadPolicy(policy), { ...BARE, engine, resolver, caller });
      const windows = windowsIn(verdict.obligations);
      expect({ effect: verdict.effect, windows }, name).toEqual(expected);
    }
  });

  it('is no obligation of a policy without windows', () => {
    const { obligations } = evaluate(policyOf(rule({})), BARE);
    expect(obligations).toEqual([]);
  });

  it('reports a sum of the caller as dropped', () => {
    const caller = { 'sum(request.amount, 24h)': 1, request: {} };
    expect(evaluate(policyOf(rule({})), { ...BARE, caller }).dropped).toEqual([
      { name: 'sum(request.amount, 24h)', source: 'caller', reason: 'foreign' },
    ]);
  });

  it('bounds a window before any rule changes its answer, whatever the rules', () => {
    const random = randomOf(20);
    let bounded = 0;
    for (let round = 0; round < 400; round++) {
      const { policy, name, step, caller } = random.policy();
      const at = (units: number): { rules: readonly string[]; effect: string; rest: Json } => {
        const verdict = evaluate(policy, { ...BARE, engine: { [name]: units / step }, caller });
        const rest = verdict.obligations.filter(({ kind }) => kind !== 'window');
        return { rules: verdict.rules, effect: verdict.effect, rest: JSON.stringify(rest) };
      };
      const now = random.below(30);
      const { obligations } = evaluate(policy, { ...BARE, engine: { [name]: now / step }, caller });
      const [window] = obligations.filter(({ kind }) => kind === 'window');
      if (window === undefined) continue;
      const { atMost } = window.params;
      const last = typeof atMost === 'number' ? Math.round(atMost * step) : 60;
      if (typeof atMost === 'number') bounded++;
      expect(last, 'what is permitted now is within the bound').toBeGreaterThanOrEqual(now);
      for (let units = now; units <= last; units++) expect(at(units)).toEqual(at(now));
    }
    expect(bounded).toBeGreaterThan(100);
  });

  it('bounds a single rule no earlier than it changes', () => {
    const random = randomOf(21);
    for (let round = 0; round < 400; round++) {
      const { test, holds } = random.test(1);
      const policy = policyOf(rule({ 'count(request, 1h)': test }));
      for (let now = 0; now < 40; now++) {
        const engine = { 'count(request, 1h)': now };
        const { effect, obligations } = evaluate(policy, { ...BARE, engine });
        expect(effect === 'allow', `${JSON.stringify(test)} at ${now}`).toBe(holds(now));
        if (effect === 'deny') continue;
        let last: number | undefined = now;
        while (last !== undefined && holds(last + 1)) last = last > 60 ? undefined : last + 1;
        const [window] = obligations;
        expect(window?.params['atMost'], `${JSON.stringify(test)} at ${now}`).toBe(last);
      }
    }
  });
});
