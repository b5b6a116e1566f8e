import type { Json } from '@ttp/core';
import { loadPolicy } from '@ttp/spl';
import { decide } from '@ttp/tre';
import { expect, it } from 'vitest';
import { caseOf, evidence, fact, NOW } from './cases.js';

const SUM = 'sum(request.amount, 24h)';

const policy = loadPolicy({
  version: '1.0.0',
  requirements: { minTrustScore: 1 },
  rules: [
    {
      id: 'only',
      effect: 'allow',
      resources: ['file:reports/**'],
      actions: ['read'],
      conditions: { [SUM]: { lte: 100 } },
    },
  ],
});

const decided = (windows?: Json, at?: number) =>
  decide(
    caseOf({
      policy,
      evidence: evidence(windows === undefined ? {} : { windows: fact(windows, at) }),
    }),
  );

/** Why what is decided with these sums is a denial. */
function codes(windows: Json, at?: number): readonly string[] {
  const decision = decided(windows, at);
  expect(decision.effect, JSON.stringify(windows)).toBe('deny');
  return decision.reasons.map(({ code }) => code);
}

it('asks the policy with the sums that were gathered, and says how far they may grow', () => {
  expect(decided({ [SUM]: 40 })).toMatchObject({
    effect: 'allow',
    obligations: [{ kind: 'window', from: 'rule:only', params: { attribute: SUM, atMost: 100 } }],
  });
  expect(decided({ [SUM]: 100.01 }).effect).toBe('deny');
  expect(decided().effect).toBe('deny');
});

it('relies on none that is stale, and on none of a fact with another name or no amount in it', () => {
  expect(codes({ [SUM]: 40 }, NOW - 2000)).toContain('TRE_FACT_STALE');
  for (const windows of [
    { [SUM]: 40, trustScore: 100 },
    { [SUM]: 40, 'sum(trustScore, 24h)': 1 },
    { [SUM]: '40' },
    { [SUM]: -40 },
    [40],
    40,
  ])
    expect(codes(windows)).toContain('TRE_FACT_MALFORMED');
});
