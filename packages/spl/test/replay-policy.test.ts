import type { JsonObject } from '@ttp/core';
import { layerPolicies, loadCallMap, loadPolicy, type Observation, replayPolicy, tryWarnAs } from '@ttp/spl';
import { describe, expect, it } from 'vitest';

const policy = loadPolicy({
  version: '1.0.0',
  rules: [
    { id: 'read', effect: 'allow', resources: ['file:data/**'], actions: ['read'] },
    { id: 'keys', effect: 'deny', resources: ['file:data/keys/**'], actions: ['read'] },
    {
      id: 'pay',
      effect: 'allow_with_approval',
      resources: ['file:pay/**'],
      actions: ['read'],
    },
    {
      id: 'busy',
      effect: 'warn',
      resources: ['file:slow/**'],
      actions: ['read'],
      conditions: { 'request.rate': { lte: 10 }, dataClassification: 'internal' },
    },
  ],
});
const callMap = loadCallMap({
  version: 1,
  tools: {
    get: {
      action: 'read',
      resource: { scheme: 'file', path: 'input.path' },
      attributes: { dataClassification: 'internal' },
    },
  },
});

const call = (id: string, input: JsonObject, more: Partial<Observation> = {}): Observation => ({
  id,
  server: 'files',
  tool: 'get',
  input,
  request: {
    action: 'call',
    resource: 'mcp:files/get',
    now: 1_700_000_000_000,
    engine: { 'request.rate': 3 },
    resolver: {},
    registry: {},
    caller: { request: input },
  },
  effect: 'deny',
  went: true,
  isSensitive: false,
  ...more,
});

describe('replaying a policy', () => {
  it('says of each call what would be decided, with the action and resource of the new call map', () => {
    const { calls, summary } = replayPolicy(policy, callMap, {
      calls: [
        call('a', { path: 'data/a' }),
        call('b', { path: 'data/keys/b' }),
        call('c', { path: 'pay/c' }),
        call('d', { path: 'slow/d' }),
        call('e', { path: 'data/../e' }),
        call('f', {}),
        call('g', { path: 'data/g' }, { went: false, code: 'SDK_DENIED' }),
        call('h', { path: 'data/h' }, { went: false, code: 'GUARD_KILLED' }),
        call('i', { path: 'x' }, { went: false, code: 'SDK_DENIED' }),
      ],
      unread: [
        { id: 'u', went: true },
        { id: 'v', went: false },
      ],
    });
    expect(calls.map(({ id, effect, change, rules, code }) => [id, effect, change, rules, code])).toEqual([
      ['a', 'allow', 'same', ['read'], undefined],
      ['b', 'deny', 'lost', ['keys'], undefined],
      ['c', 'allow_with_approval', 'asks', ['pay'], undefined],
      ['d', 'warn', 'same', ['busy'], undefined],
      ['e', 'deny', 'lost', [], undefined],
      ['f', 'deny', 'lost', [], 'SPL_BAD_CALL'],
      ['g', 'allow', 'opened', ['read'], undefined],
      ['h', 'allow', 'same', ['read'], undefined],
      ['i', 'deny', 'same', [], undefined],
    ]);
    expect(calls[0]).toMatchObject({
      action: 'read',
      resource: 'file:data/a',
      recorded: { effect: 'deny', went: true },
    });
    expect(summary).toEqual({ permitted: 4, asks: 1, denied: 4, lost: 3, opened: 1, unread: 1 });
  });

  it('uses the facts of that time', () => {
    const slow = call('d', { path: 'slow/d' });
    const busy = { ...slow, request: { ...slow.request, engine: { 'request.rate': 11 } } };
    const { summary } = replayPolicy(policy, callMap, { calls: [slow, busy], unread: [] });
    expect(summary).toMatchObject({ permitted: 1, lost: 1 });
  });
});

describe('replaying layers', () => {
  const slow = { id: 'slow', effect: 'warn', resources: ['file:slow/**', 'file:data/**'], actions: ['read'] };
  const layers = layerPolicies([
    { layer: 'agent', policy },
    { layer: 'team', policy: loadPolicy({ version: '1.0.0', rules: [slow] }) },
  ]);
  const observed = {
    calls: [call('a', { path: 'data/a' }), call('b', { path: 'pay/a' }), call('c', { path: 'slow/a' })],
    unread: [],
  };

  it('asks them all', () => {
    const { calls, summary } = replayPolicy(layers, callMap, observed);
    expect(calls.map(({ effect, rules, change }) => [effect, rules, change])).toEqual([
      ['warn', ['agent/read', 'team/slow'], 'same'],
      // The agent's policy would ask a human, and the team's permits nothing there.
      ['deny', [], 'lost'],
      ['warn', ['agent/busy', 'team/slow'], 'same'],
    ]);
    expect(summary).toMatchObject({ permitted: 2, denied: 1, lost: 1 });
  });

  const becomes = (effect: 'deny' | 'allow_with_approval') =>
    tryWarnAs(layers, effect, callMap, observed).map((one) => [one.call.id, one.becomes]);

  it('tries the warnings of every layer as something else', () => {
    expect(becomes('deny')).toEqual([
      ['a', 'deny'],
      ['c', 'deny'],
    ]);
    expect(becomes('allow_with_approval')).toEqual([
      ['a', 'allow_with_approval'],
      ['c', 'allow_with_approval'],
    ]);
  });
});
