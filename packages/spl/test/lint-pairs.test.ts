import type { JsonObject } from '@ttp/core';
import { vectors } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { LINT_CODES, type LintCode, lintPolicy, loadPolicy } from '../src/index.js';

interface Pair {
  readonly name: string;
  readonly code: LintCode;
  readonly rule?: string;
  readonly bad: JsonObject;
  readonly good: JsonObject;
}

const pairs = vectors<Pair>('spl/lint-pairs');
const findingsIn = (policy: JsonObject): readonly string[] =>
  lintPolicy(loadPolicy(policy)).map(({ code, rule = 'policy' }) => `${rule} ${code}`);

it.each(pairs)('$code: $name; and not where it is put right', ({ code, rule = 'policy', bad, good }) => {
  expect(findingsIn(bad)).toContain(`${rule} ${code}`);
  expect(findingsIn(good)).toEqual([]);
});

it('has a pair for every code that a policy alone shows', () => {
  const shown = new Set<string>(pairs.map(({ code }) => code));
  expect(Object.keys(LINT_CODES).filter((code) => !shown.has(code))).toEqual([
    'SPL_ROUTINE_APPROVAL',
    'SPL_SAME_SERIAL',
  ]);
});

it('says where the gap is', () => {
  const messages = pairs
    .filter(({ code }) => code === 'SPL_UNCOVERED_RANGE')
    .map(
      ({ bad }) => lintPolicy(loadPolicy(bad)).find(({ code }) => code === 'SPL_UNCOVERED_RANGE')?.message,
    );
  expect(messages).toEqual([
    'read on file:data/+: no rule covers request.amount 100.01 to 200',
    'read on file:data/+: no rule covers request.amount 100',
    'read on file:data/+: no rule covers request.rate 61',
    'read on file:data/+: no rule covers biasScore 0.11 to 0.2',
    'read on file:data/+: no rule covers request.amount 150.01 to 200',
    'read on file:data/+: no rule covers request.amount 100.01 to 200',
  ]);
});
