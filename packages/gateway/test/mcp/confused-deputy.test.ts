import type { JsonObject } from '@ttp/core';
import { codeRejectedBy, proves } from '@ttp/testkit';
import { afterEach, expect, it } from 'vitest';
import { closeHttp, httpRig, initialize, refusalOf } from '../http-rig.js';
import { closeAll, POLICY, ROSTER, rig } from '../rig.js';

afterEach(closeAll);
afterEach(closeHttp);

/** Whatever writes needs a person. */
const WRITING: JsonObject = {
  ...POLICY,
  rules: [
    { id: 'writing', effect: 'allow_with_approval', resources: ['mcp:rig/echo'], actions: ['call'] },
    {
      id: 'the-best',
      effect: 'allow',
      resources: ['mcp:rig/**'],
      actions: ['call'],
      conditions: { trustScore: { gte: 0 } },
    },
  ],
};

it('each agent has a credential of its own, and what one does is not the other to have done', async () => {
  proves('flaw.T3');
  const [one, two] = [
    await httpRig({ front: { token: 'the-token-of-agent-one' } }),
    await httpRig({ front: { token: 'the-token-of-agent-two' } }),
  ];
  const headers = { authorization: 'Bearer the-token-of-agent-one' };
  expect(await refusalOf(await two.send(initialize(), headers))).toEqual([401, 'GATEWAY_HTTP_UNAUTHORIZED']);
  const { client } = await one.agent({ headers });
  await client.callTool({ name: 'echo', arguments: {} });
  const done = one.entries.filter(({ type }) => type === 'interaction-settled');
  expect(done.map(({ agent }) => agent)).toEqual([one.ttp.did]);
  expect(two.entries.filter(({ type }) => type === 'interaction-settled')).toEqual([]);
});

it('no trust, however high, stands in for the person whom a rule asks for', async () => {
  proves('flaw.T3');
  const r = await rig({ ttp: { policy: WRITING, operators: ROSTER, approvalWaitMs: 50 } });
  const call = r.agent.callTool({ name: 'echo', arguments: {} });
  await expect.poll(() => r.entries.some(({ type }) => type === 'approval-requested')).toBe(true);
  await r.clock.advance(100);
  const { isError, _meta } = await call;
  expect([isError, _meta?.['ttp/outcome']]).toEqual([true, 'blocked']);
  expect(r.upstream.count('tools/call')).toBe(0);
});

it('there is nothing to set above which an approval is no longer asked for', async () => {
  proves('flaw.T3');
  const policy = { ...WRITING, autoApprovalThreshold: 80 };
  expect(await codeRejectedBy(rig({ ttp: { policy } }))).toBe('SPL_UNKNOWN_KEY');
  const thresholds = { autoApprovalThreshold: 80 };
  expect(await codeRejectedBy(rig({ ttp: { thresholds } }))).toBe('TRE_BAD_THRESHOLDS');
});
