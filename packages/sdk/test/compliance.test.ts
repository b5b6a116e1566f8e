import type { JsonObject, Operators } from '@ttp/core';
import { proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const operators: Operators = { byKid: async () => undefined };
const tagged = (compliance: readonly string[]): JsonObject => ({
  ...POLICY,
  requirements: { requireIdentityVerification: true, compliance },
});

/** The tags in every line since the policy was armed, by the type of the line. */
const tagsIn = ({ entries }: Rig): ReadonlyMap<string, unknown> =>
  new Map(
    entries
      .slice(entries.findIndex(({ type }) => type === 'trace-opened'))
      .map(({ type, data }) => [type, data['compliance']]),
  );

it('the frameworks of a policy are in every decision and in every line of the log that it leads to', async () => {
  proves('spl.requirements.compliance');
  const r = await rig({ policy: tagged(['HIPAA', 'HITRUST']), operators, approvalWaitMs: 0 });
  const done = await r.read('data/a');
  expect(done.decision?.obligations).toContainEqual({
    kind: 'audit',
    from: 'policy',
    params: { compliance: ['HIPAA', 'HITRUST'] },
  });
  await r.read('data/keys/x');
  await r.read('data/payroll/x');
  await r.ttp.check({ tool: 'read_file', input: { path: 'data/a' } });
  await r.ttp.a2t({ tool: 'read_file', input: { path: '../x' } }, async () => 1);
  await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, () => Promise.reject(new Error('no')));
  await r.ttp.note('finding-raised', 'x', {});
  await r.clock.advance(1000);
  const tags = tagsIn(r);
  expect([...tags.keys()].sort()).toEqual([
    'approval-requested',
    'decision-made',
    'effect-finished',
    'evidence-gathered',
    'finding-raised',
    'intent-recorded',
    'interaction-settled',
    'policy-armed',
    'trace-opened',
  ]);
  for (const [type, found] of tags) expect(found, type).toEqual(['HIPAA', 'HITRUST']);
  const decisions = r.entries.filter(({ type }) => type === 'decision-made');
  expect(new Set(decisions.map(({ data }) => data['effect']))).toEqual(
    new Set(['allow', 'allow_with_approval', 'deny']),
  );
  for (const { data } of decisions) expect(data['compliance']).toEqual(['HIPAA', 'HITRUST']);
});

it('those of layers are united, and a policy without any says nothing', async () => {
  const layered = await rig({ policy: [tagged(['SOC2', 'HIPAA']), tagged(['HIPAA'])] });
  await layered.read('data/a');
  for (const [type, found] of tagsIn(layered)) expect(found, type).toEqual(['HIPAA', 'SOC2']);
  const plain = await rig({ seed: 'plain' });
  await plain.read('data/a');
  for (const [type, found] of tagsIn(plain)) expect(found, type).toBeUndefined();
});
