import type { Json } from '@ttp/core';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy } from '../src/index.js';
import { BARE } from './samples.js';

const BOUNDS = [0, 10, 10.5, 1000];
const COMPARED: { readonly [op: string]: (value: number, bound: number) => boolean } = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
};
/** Sixteen comparisons, and beside them what is no comparison with a number: all about one folder. */
const CONDITIONS: readonly { readonly [name: string]: Json }[] = [
  ...BOUNDS.flatMap((bound) =>
    Object.keys(COMPARED).map((op) => ({ 'request.amount': { [op]: bound }, trustScore: { gte: 50 } })),
  ),
  {},
  { 'request.amount': { gte: 0, lte: 10 } },
  { 'request.amount': { in: [10, 1000] } },
  { biasScore: { lt: 0.5 } },
  { 'request.amount': { gte: '{request.least}' } },
];
const idOf = (i: number): string => `r${String(i).padStart(2, '0')}`;
const ruleOf = (i: number, effect: string): { readonly [key: string]: Json } => ({
  id: idOf(i),
  effect,
  resources: ['inbox/**'],
  actions: ['read'],
  conditions: CONDITIONS[i] ?? {},
});

const AMOUNTS: readonly (Json | undefined)[] = [
  0,
  9.99,
  10,
  10.01,
  10.5,
  1000,
  1000.01,
  -1,
  0.001,
  '10',
  null,
  true,
  [10],
  undefined,
];

it.each(['deny', 'allow'])('says of many %s rules about one folder what it says of each', (effect) => {
  const many = loadPolicy({ version: '1.0.0', rules: CONDITIONS.map((_, i) => ruleOf(i, effect)) });
  const each = CONDITIONS.map((_, i) => loadPolicy({ version: '1.0.0', rules: [ruleOf(i, effect)] }));
  for (const amount of AMOUNTS)
    for (const biasScore of [0.4, 0.5, '0.4', null]) {
      const request = { least: 10, ...(amount === undefined ? {} : { amount }) };
      const asked = {
        ...BARE,
        resource: 'inbox/a',
        engine: { trustScore: 70 },
        caller: { biasScore, request },
      };
      const verdict = evaluate(many, asked);
      const alone = each.map((policy) => evaluate(policy, asked));
      const granted = alone.some((one) => one.effect === 'allow');
      const reasons = alone.map((one) => one.reasons[0]);
      expect(verdict.reasons.slice(0, CONDITIONS.length)).toEqual(reasons);
      expect(verdict.effect).toBe(granted ? 'allow' : 'deny');
      const standing = CONDITIONS.flatMap((_, i) =>
        reasons[i]?.code === 'SPL_CONDITION_FALSE' ? [] : [idOf(i)],
      );
      expect(verdict.rules).toEqual(granted || effect === 'deny' ? standing : []);
    }
});

it.each(AMOUNTS)('tells an amount of %j that is below a bound from one that cannot be told', (amount) => {
  const policy = loadPolicy({ version: '1.0.0', rules: CONDITIONS.map((_, i) => ruleOf(i, 'deny')) });
  const request: { readonly [name: string]: Json } = amount === undefined ? {} : { amount };
  const { reasons } = evaluate(policy, {
    ...BARE,
    resource: 'inbox/a',
    engine: { trustScore: 70 },
    caller: { request },
  });
  const isAmount = typeof amount === 'number' && amount >= 0 && amount !== 0.001;
  const expected = BOUNDS.flatMap((bound) =>
    Object.values(COMPARED).map((holds) => {
      if (!isAmount) return 'SPL_CONDITION_UNKNOWN';
      return holds(amount, bound) ? 'SPL_RULE_APPLIES' : 'SPL_CONDITION_FALSE';
    }),
  );
  expect(reasons.slice(0, expected.length).map(({ code }) => code)).toEqual(expected);
});
