import { codeThrownBy } from '@ttp/testkit';
import { expect, it } from 'vitest';
import {
  coverPolicy,
  layerPolicies,
  loadCallMap,
  loadPolicy,
  parsePolicyTests,
  requestsOfCalls,
  requestsOfTests,
} from '../src/index.js';

const policy = loadPolicy({
  version: '1.0.0',
  rules: [
    {
      id: 'pay',
      effect: 'allow',
      resources: ['api/pay'],
      actions: ['create'],
      conditions: { 'request.amount': { gte: 1, lte: 100 }, 'request.owner': '{agent.id}' },
    },
    { id: 'read', effect: 'allow', resources: ['api/**'], actions: ['read'] },
    { id: 'stop', effect: 'deny', conditions: { trustScore: { lt: 20 } } },
  ],
});
const facts = { now: 0, registry: {} };
const pay = (amount: number, owner?: string, trustScore = 50) => ({
  ...facts,
  resource: 'api/pay',
  action: 'create',
  engine: { trustScore },
  resolver: { agent: { id: 'a' } },
  caller: { request: { amount, ...(owner === undefined ? {} : { owner }) } },
});

it('counts which rules apply and which of their tests ever fail', () => {
  const requests = [pay(5, 'a'), pay(500, 'a'), pay(5), pay(5, 'a', 10)];
  expect(coverPolicy(policy, requests)).toEqual({
    requests: 4,
    rules: [
      {
        rule: 'pay',
        effect: 'allow',
        reached: 4,
        applied: 2,
        tests: [
          { attribute: 'request.amount', op: 'gte', wanted: 1, failed: 0 },
          { attribute: 'request.amount', op: 'lte', wanted: 100, failed: 1 },
          { attribute: 'request.owner', op: 'eq', wanted: '{agent.id}', failed: 1 },
        ],
      },
      { rule: 'read', effect: 'allow', reached: 0, applied: 0, tests: [] },
      {
        rule: 'stop',
        effect: 'deny',
        reached: 4,
        applied: 1,
        tests: [{ attribute: 'trustScore', op: 'lt', wanted: 20, failed: 3 }],
      },
    ],
    covered: 5,
    total: 7,
  });
});

it('is nothing for no request and all of it for enough', () => {
  expect(coverPolicy(policy, [])).toMatchObject({ requests: 0, covered: 0, total: 7 });
  const read = { ...pay(5, 'a'), action: 'read', caller: {} };
  expect(coverPolicy(policy, [pay(5, 'a'), pay(0, 'a'), pay(500, 'b'), pay(5, 'a', 10), read])).toMatchObject(
    {
      covered: 7,
      total: 7,
    },
  );
});

it('takes what tests ask, and leaves out calls that cannot be named', () => {
  const { tests } = parsePolicyTests({
    version: 1,
    tests: [
      { name: 'a request', request: { resource: 'api/x', action: 'read' }, expect: { effect: 'allow' } },
      {
        name: 'a call',
        call: { server: 's', tool: 'get', input: { path: 'y' } },
        expect: { effect: 'allow' },
      },
      { name: 'none', call: { server: 's', tool: 'get', input: {} }, expect: { effect: 'deny' } },
    ],
  });
  const callMap = loadCallMap({
    version: 1,
    tools: { get: { action: 'read', resource: { path: 'input.path' } } },
  });
  const requests = requestsOfTests(tests, callMap);
  expect(requests.map(({ action, resource }) => [action, resource])).toEqual([
    ['read', 'api/x'],
    ['read', 'y'],
  ]);
  const call = {
    id: '1',
    server: 's',
    tool: 'get',
    input: { path: 'api/z' },
    request: pay(1),
    effect: 'deny',
    went: false,
    isSensitive: false,
  } as const;
  const observed = { calls: [call, { ...call, input: {} }], unread: [] };
  expect(requestsOfCalls(observed, callMap).map(({ resource }) => resource)).toEqual(['api/z']);
});

it('wants a policy of this package', () => {
  expect(codeThrownBy(() => coverPolicy({ ...policy }, []))).toBe('SPL_NOT_LOADED');
});

const counted = (count: number) => ({
  ...pay(5, 'a'),
  engine: { trustScore: 50, 'count(request, 1h)': count },
});

it('covers each layer by itself, with its name before its rules', () => {
  const organisation = loadPolicy({
    version: '1.0.0',
    rules: [
      {
        id: 'all',
        effect: 'allow',
        resources: ['api/**'],
        actions: ['create'],
        conditions: { 'count(request, 1h)': { lte: 3 } },
      },
    ],
  });
  const layers = layerPolicies([
    { layer: 'organisation', policy: organisation },
    { layer: 'agent', policy },
  ]);
  const requests = [counted(1), counted(4)];
  const covered = coverPolicy(layers, requests);
  const [alone, above] = [coverPolicy(policy, requests), coverPolicy(organisation, requests)];
  expect(covered.rules).toEqual([
    ...alone.rules.map((one) => ({ ...one, rule: `agent/${one.rule}` })),
    ...above.rules.map((one) => ({ ...one, rule: `organisation/${one.rule}` })),
  ]);
  expect(covered.requests).toBe(2);
  expect(above.rules).toMatchObject([{ reached: 2, applied: 1, tests: [{ failed: 1 }] }]);
  expect([covered.covered, covered.total]).toEqual([
    alone.covered + above.covered,
    alone.total + above.total,
  ]);
});
