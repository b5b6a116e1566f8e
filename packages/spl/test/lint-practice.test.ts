import type { JsonObject } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import {
  lintChange,
  lintPolicy,
  lintTraffic,
  loadCallMap,
  loadPolicy,
  type Observation,
  type ObservedCalls,
  tryWarnAs,
} from '../src/index.js';
import { ROUTINE_CALLS_MIN } from '../src/limits.js';
import { BARE } from './samples.js';

const RULE: JsonObject = { id: 'a', effect: 'allow', resources: ['mcp:**'], actions: ['call'] };
const policyOf = (...rules: readonly JsonObject[]) => loadPolicy({ version: '1.0.0', rules });
const when = (conditions: JsonObject, more: JsonObject = {}): JsonObject => ({
  ...RULE,
  ...more,
  conditions,
});
const codes = (...rules: readonly JsonObject[]): readonly string[] =>
  lintPolicy(policyOf(...rules)).map(({ code, rule = '' }) => `${rule} ${code}`);

const NO_MAP = loadCallMap({ version: 1, tools: {} });
const observed = (calls: number, tool: (i: number) => string): ObservedCalls => ({
  calls: Array.from({ length: calls }, (_, i): Observation => {
    const request = { ...BARE, resource: `mcp:s/${tool(i)}`, action: 'call' };
    return {
      id: `${i}`,
      server: 's',
      tool: tool(i),
      input: {},
      request,
      effect: 'allow',
      went: true,
      isSensitive: false,
    };
  }),
  unread: [],
});

it('names rules that list subjects where a condition would do', () => {
  proves('spl.linter.hardcoding');
  const listed = 'SPL_LITERAL_SUBJECTS';
  expect(codes(when({ 'agent.id': { in: ['alice', 'bob'] } }))).toContain(`a ${listed}`);
  expect(codes(when({ 'request.to': { not_in: ['a@example.org', 'b@example.org'] } }))).toContain(
    `a ${listed}`,
  );
  // A rule for each of them is the same list.
  const twice = codes(when({ 'agent.userId': 'alice' }), when({ 'agent.userId': 'bob' }, { id: 'b' }));
  expect(twice.filter((code) => code.includes(listed))).toEqual([`a ${listed}`, `b ${listed}`]);
  for (const conditions of [
    { 'agent.id': 'alice' },
    { 'agent.role': { in: ['nurse', 'doctor'] } },
    { 'request.owner': '{agent.id}' },
    { 'agent.id': { in: '{resource.members}' } },
    { 'request.country': { in: ['DE', 'FR'] } },
  ])
    expect(codes(when(conditions)), JSON.stringify(conditions)).not.toContain(`a ${listed}`);
});

const sum = (limit: JsonObject) => ({ 'sum(request.amount, 24h)': limit });

it('asks for a sum beside a limit on single amounts, and is content with one', () => {
  const amount = { 'request.amount': { lte: 10 } };
  const missing = 'a SPL_NO_CUMULATIVE_LIMIT';
  expect(codes(when(amount))).toContain(missing);
  expect(codes(when({ ...amount, ...sum({ lte: 100 }) }))).not.toContain(missing);
  const deny = when(sum({ gt: 100 }), { id: 'total', effect: 'deny' });
  expect(codes(when(amount), deny)).not.toContain(missing);
  expect(codes(when(amount), { ...deny, actions: ['other'] })).toContain(missing);
  expect(codes(when(amount))).toContain('a SPL_NO_RATE_LIMIT');
  expect(codes(when({ ...amount, 'count(request, 1h)': { lte: 60 } }))).not.toContain('a SPL_NO_RATE_LIMIT');
});

it('names an approval rule that most of the traffic would meet', () => {
  proves('spl.linter.routine-approval');
  const ask = { ...RULE, id: 'ask', effect: 'allow_with_approval', resources: ['mcp:s/pay'] };
  const policy = policyOf(RULE, ask);
  const half = observed(ROUTINE_CALLS_MIN, (i) => (i % 2 === 0 ? 'pay' : 'read'));
  const most = observed(ROUTINE_CALLS_MIN, (i) => (i < ROUTINE_CALLS_MIN / 2 + 1 ? 'pay' : 'read'));
  expect(lintTraffic(policy, NO_MAP, most)).toEqual([
    {
      code: 'SPL_ROUTINE_APPROVAL',
      rule: 'ask',
      message: 'it would ask a human about 11 of 20 recorded calls',
      suggestion: 'allow what is routine, and ask about the rest',
    },
  ]);
  expect(lintTraffic(policy, NO_MAP, half)).toEqual([]);
  expect(
    lintTraffic(
      policy,
      NO_MAP,
      observed(ROUTINE_CALLS_MIN - 1, () => 'pay'),
    ),
  ).toEqual([]);
});

it('says what a rule tried with warn would cost as a denial or an approval', () => {
  proves('spl.linter.warn-first');
  const tried = { ...RULE, id: 'tried', effect: 'warn', resources: ['mcp:s/pay'] };
  const policy = policyOf({ ...RULE, resources: ['mcp:s/read'] }, tried);
  const traffic = observed(3, (i) => (i === 1 ? 'pay' : 'read'));
  const becomes = (effect: 'deny' | 'allow_with_approval') =>
    tryWarnAs(policy, effect, NO_MAP, traffic).map((one) => [one.call.id, one.call.effect, one.becomes]);
  expect(becomes('deny')).toEqual([['1', 'warn', 'deny']]);
  expect(becomes('allow_with_approval')).toEqual([['1', 'warn', 'allow_with_approval']]);
  expect(tryWarnAs(policyOf(RULE), 'deny', NO_MAP, traffic)).toEqual([]);
});

it('warns of a changed policy that keeps its serial', () => {
  proves('spl.linter.semver');
  const [one, other] = [policyOf(RULE), policyOf({ ...RULE, actions: ['read'] })];
  expect(lintChange({ policy: one, serial: 3 }, { policy: other, serial: 3 })).toEqual([
    {
      code: 'SPL_SAME_SERIAL',
      message: 'the policy changed and its serial went from 3 to 3',
      suggestion: 'sign it with serial 4 or higher',
    },
  ]);
  expect(lintChange({ policy: one, serial: 3 }, { policy: other, serial: 2 })).toHaveLength(1);
  expect(lintChange({ policy: one, serial: 3 }, { policy: other, serial: 4 })).toEqual([]);
  expect(lintChange({ policy: one, serial: 3 }, { policy: one, serial: 3 })).toEqual([]);
});
