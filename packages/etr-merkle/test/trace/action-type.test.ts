import { EVENT_TYPES } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { ACTION_TYPES, actionOf, recordOfProcessing } from '../../src/trace/index.js';
import { bench, entriesOf, event } from './fixture.js';

it('every entry has an action type of the closed list, which has those of the documents', async () => {
  proves('etr-merkle.trace.action-types');
  const { recorder } = await bench();
  const own = ['trace-sealed', 'payload-erased', 'mode-set', 'payload-superseded', 'payload-deleted'];
  const others = ['trace-archived', 'trace-restored', 'hold-placed', 'hold-released'];
  const types = EVENT_TYPES.filter((type) => ![...own, ...others].includes(type));
  await recorder.record(types.map((type) => event(type)));
  const entries = await entriesOf(recorder);
  expect(entries).toHaveLength(types.length);
  const actions = new Set(entries.map(actionOf));
  for (const action of actions) expect(ACTION_TYPES).toContain(action);
  expect([...actions]).toEqual(
    expect.arrayContaining([
      'message_send',
      'message_receive',
      'kill_switch',
      'reinstatement',
      'circuit_breaker',
      'cascade_kill',
      'decision',
      'approval',
      'handshake_step',
      'negotiation',
      'attestation',
      'access',
      'request',
      'execution',
      'notification',
      'checkpoint',
    ]),
  );
  expect(new Set(EVENT_TYPES.map((type) => actionOf({ type })))).toEqual(new Set(ACTION_TYPES));
});

it('groups action types for records of processing', () => {
  proves('etr-merkle.trace.action-types');
  const types = [
    'agent-killed',
    'decision-made',
    'decision-made',
    'message-sent',
    'breaker-tripped',
  ] as const;
  const record = recordOfProcessing(types.map((type) => ({ type })));
  expect([...record].map(([group, counts]) => [group, Object.fromEntries(counts)])).toEqual([
    ['security', { kill_switch: 1, circuit_breaker: 1 }],
    ['authorisation', { decision: 2 }],
    ['communication', { message_send: 1 }],
  ]);
});
