import type { JsonObject } from '@ttp/core';
import { loadPolicy, type Policy } from '../src/index.js';

/** A condition on one number, and what it means, written down once more. */
interface RandomTest {
  readonly test: JsonObject;
  readonly holds: (value: number) => boolean;
}

interface RandomPolicies {
  below(n: number): number;
  /** @param step units in one: 100 for amounts */
  test(step: number): RandomTest;
  policy(): { policy: Policy; name: string; step: number; caller: JsonObject };
}

/** Random policies about one window, from a seed. */
export function randomOf(seed: number): RandomPolicies {
  let state = seed;
  function below(n: number): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  }
  const pick = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];

  function test(step: number): RandomTest {
    const units = below(40);
    const a = units / step;
    const b = (units + below(10)) / step;
    const list = [a, (units + 12) / step];
    return pick<RandomTest>([
      { test: { lt: a }, holds: (v) => v < a },
      { test: { lte: a }, holds: (v) => v <= a },
      { test: { gt: a }, holds: (v) => v > a },
      { test: { gte: a }, holds: (v) => v >= a },
      { test: { eq: a }, holds: (v) => v === a },
      { test: { neq: a }, holds: (v) => v !== a },
      { test: { in: list }, holds: (v) => list.includes(v) },
      { test: { not_in: list }, holds: (v) => !list.includes(v) },
      { test: { between: [a, b] }, holds: (v) => v >= a && v <= b },
      { test: { not_between: [a, b] }, holds: (v) => v < a || v > b },
      { test: { gt: a, lte: b }, holds: (v) => v > a && v <= b },
      { test: { exists: true }, holds: () => true },
    ]);
  }

  return {
    below,
    test,
    policy() {
      const [name, step] = pick([
        ['sum(request.amount, 24h)', 100],
        ['count(request, 1h)', 1],
      ] as const);
      const rules = Array.from({ length: 1 + below(4) }, (_, i): JsonObject => {
        const effect = i === 0 ? 'allow' : pick(['allow', 'deny', 'warn', 'allow_with_approval']);
        const other: JsonObject = below(3) === 0 ? { purpose: pick(['care', 'research']) } : {};
        const conditions = { ...other, ...(below(5) === 0 ? {} : { [name]: test(step).test }) };
        return { id: `r${i}`, effect, resources: ['r'], actions: ['read'], conditions };
      });
      return { policy: loadPolicy({ version: '1.0.0', rules }), name, step, caller: { purpose: 'care' } };
    },
  };
}
