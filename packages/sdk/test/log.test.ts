import { memory } from '@ttp/adapters/memory';
import type { Storage } from '@ttp/core';
import { fromMultikey } from '@ttp/crypto';
import { verifyTrace } from '@ttp/etr-merkle/trace';
import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { CALL_MAP, closeAll, POLICY, type Rig, rig } from './rig.js';

afterEach(closeAll);

const KEY = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');
const perform = async () => 'x';
const ended = ({ entries }: Rig) => entries.filter(({ type }) => type === 'interaction-settled');

describe('the log', () => {
  it.each([
    ['a denied resource', { tool: 'read_file', input: { path: 'etc/passwd', note: KEY } }],
    ['an argument that cannot be mapped', { tool: 'read_file', input: { note: KEY } }],
    ['what no policy names', { tool: `other ${KEY}`, input: {} }],
    ['a claim', { tool: 'read_file', input: { path: 'data/a' }, claims: { purpose: KEY } }],
  ])('never holds a secret out of a call that was refused for %s', async (_, call) => {
    proves('flaw.L2');
    const r = await rig();
    expect((await r.ttp.a2t(call, perform)).status).toBe('blocked');
    const bundle = await r.ttp.exportBundle();
    expect(bundle).not.toContain(KEY);
    expect(ended(r)).toHaveLength(1);
  });

  it('holds a denial whose arguments are too large to be kept', async () => {
    const r = await rig();
    const call = { tool: 'read_file', input: { path: 'etc/passwd', blob: 'x'.repeat(5_000_000) } };
    const outcome = await r.ttp.a2t(call, perform);
    expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_DENIED' });
    expect(outcome).not.toHaveProperty('auditFault');
    await r.ttp.close();
    expect(ended(r).map(({ data }) => data)).toEqual([{ status: 'blocked', code: 'SDK_DENIED' }]);
    expect(r.entries.map(({ type }) => type)).toContain('decision-made');
  });

  it('takes from the embedding component what is its own to say, and nothing else', async () => {
    const r = await rig();
    const before = r.entries.length;
    for (const type of [
      'trace-opened',
      'policy-armed',
      'evidence-gathered',
      'decision-made',
      'intent-recorded',
      'effect-finished',
      'interaction-settled',
      'outcome-unknown',
      'agent-killed',
      'agent-reinstated',
      'approval-used',
      'trace-sealed',
    ] as const)
      expect(await codeRejectedBy(r.ttp.note(type, 'x', {}))).toBe('SDK_BAD_NOTE');
    expect(r.entries).toHaveLength(before);
    await r.ttp.note('finding-raised', 'x', { what: 1 });
    expect(r.entries.at(-1)).toMatchObject({
      type: 'finding-raised',
      component: 'sdk',
      data: { what: 1 },
    });
  });

  it('says which component it was that spoke', async () => {
    const r = await rig();
    await r.ttp.note('finding-raised', 'x', {}, 'gateway');
    expect(r.entries.at(-1)).toMatchObject({ type: 'finding-raised', component: 'gateway' });
    for (const component of ['', 'A', 'a b', `a${'b'.repeat(32)}`, '1'])
      expect(await codeRejectedBy(r.ttp.note('finding-raised', 'x', {}, component))).toBe('SDK_BAD_NOTE');
  });
});

const shared = (inner: Storage): Storage => ({ ...inner, shared: true });
const call = (n: number) => ({ tool: 'read_file', input: { path: `data/${n}` } });

describe('two instances of one agent on one storage', () => {
  it('record every outcome, each in a log of its own that verifies', async () => {
    const storage = shared(memory());
    const r = await rig({ storage });
    const { clock, random, identity } = r;
    const other = await createTtp({
      identity,
      policy: POLICY,
      callMap: CALL_MAP,
      storage,
      ports: { clock, timer: clock, random },
    });
    const outcomes = [];
    for (let n = 0; n < 6; n++)
      outcomes.push(...(await Promise.all([r.ttp.a2t(call(n), perform), other.a2t(call(n), perform)])));
    expect(outcomes.map(({ status, auditFault }) => auditFault ?? status)).toEqual(Array(12).fill('done'));
    expect(new Set(outcomes.map(({ receipt }) => receipt?.log)).size).toBe(2);
    for (const [n, { receipt }] of outcomes.entries()) {
      const ttp = n % 2 === 0 ? r.ttp : other;
      const { index = -1n, log = '' } = receipt ?? {};
      expect(ttp.trace().proof(index, log)).toMatchObject({ leafIndex: Number(index) });
      expect(codeThrownBy(() => ttp.trace().proof(index, 'elsewhere'))).toBe('ETR_NO_ENTRY');
    }
    for (const ttp of [r.ttp, other]) {
      const logKeys = [{ origin: ttp.did, kid: `${ttp.did}#log-1`, publicKey: fromMultikey(ttp.logKey) }];
      expect(verifyTrace(await ttp.exportBundle(), { logKeys })).toMatchObject({ valid: true, findings: [] });
    }
    await other.close();
  });

  it("are refused on a storage that is one instance's alone: a kill through one would not reach the other", async () => {
    const storage = memory();
    const { clock, random, identity } = await rig();
    const options = { identity, policy: POLICY, storage, ports: { clock, timer: clock, random } };
    const first = await createTtp({ ...options, fresh: true });
    expect(await codeRejectedBy(createTtp(options))).toBe('SDK_STORAGE_IN_USE');
    await first.close();
    const second = await createTtp(options);
    expect(second.isKilled()).toBe(false);
    await second.close();
  });
});
