import { signReview } from '@ttp/oversight';
import { afterEach, describe, expect, it } from 'vitest';
import { ALICE, closeServers, type ServerRig, serverRig } from './rig.js';

afterEach(closeServers);

const PAYROLL = { tool: 'read_file', server: 'files', input: { path: 'data/payroll/may' } };

const approve = async (rig: ServerRig, verdict: 'approve' | 'deny'): Promise<void> => {
  const [review] = (await rig.ttp.oversight?.pending()) ?? [];
  if (review === undefined) throw new Error('nothing is pending');
  const signed = await signReview({
    review,
    verdict,
    reason: 'looked at it',
    signer: ALICE,
    now: rig.clock.now(),
  });
  await rig.ttp.oversight?.submit(signed);
};

describe('check_action', () => {
  it('says what a call would come to, by its tool', async () => {
    const rig = await serverRig();
    const call = { tool: 'read_file', server: 'files', input: { path: 'data/a' } };
    expect((await rig.ask('check_action', call)).said).toMatchObject({
      wouldPermit: true,
      effect: 'allow',
      outcome: 'allow',
      obligations: [
        { kind: 'breaker', from: 'profile:a2t' },
        { kind: 'dlp', from: 'profile:a2t' },
      ],
      advice: expect.stringContaining('no permission'),
    });
    const denied = await rig.ask('check_action', { ...call, input: { path: 'data/keys/x' } });
    expect(denied).toMatchObject({
      isError: false,
      said: { wouldPermit: false, code: 'SDK_DENIED', effect: 'deny', rules: ['no-keys', 'read'] },
    });
    expect(denied.said['reasons']).toContainEqual(expect.objectContaining({ code: expect.any(String) }));
    expect((await rig.ask('check_action', PAYROLL)).said['obligations']).toContainEqual({
      kind: 'approval',
      from: 'rule:payroll',
    });
  });

  it('says it by action and resource too', async () => {
    const rig = await serverRig();
    const asked = { action: 'read', resource: 'file:data/a' };
    expect((await rig.ask('check_action', asked)).said).toMatchObject({ wouldPermit: true, effect: 'allow' });
    const other = await rig.ask('check_action', { ...asked, action: 'write' });
    expect(other.said).toMatchObject({ wouldPermit: false, code: 'SDK_DENIED' });
  });

  it('is on the record as a check, opens no review, and does nothing', async () => {
    const rig = await serverRig();
    await rig.ask('check_action', PAYROLL);
    await rig.clock.advance(1000);
    const lines = rig.entries.filter(({ data }) => data['checked'] === true);
    expect(lines.map(({ type }) => type)).toEqual([
      'evidence-gathered',
      'decision-made',
      'interaction-settled',
    ]);
    expect(rig.entries.map(({ type }) => type)).not.toContain('intent-recorded');
    expect(await rig.ttp.oversight?.pending()).toEqual([]);
  });

  it.each([
    ['nothing', {}, 'tool'],
    ['an action on nothing', { action: 'read' }, 'resource'],
    ['a tool with an action of its own', { tool: 'read_file', action: 'read' }, 'action'],
    ['a server of an action', { server: 's', action: 'read', resource: 'file:a' }, 'server'],
    ['claims', { tool: 'read_file', claims: {} }, 'claims'],
    ['arguments that are none', { tool: 'read_file', input: [] }, 'input'],
    ['a name that is too long', { tool: 't'.repeat(513) }, 'tool'],
  ])('refuses %s', async (_, args, field) => {
    const rig = await serverRig();
    const told = await rig.ask('check_action', args);
    expect(told).toMatchObject({
      isError: true,
      meta: { 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': field },
    });
  });

  it('refuses for a killed agent, with what the code means', async () => {
    const rig = await serverRig();
    rig.ttp.kill(rig.ttp.did, { reason: 'security_violation', message: 'for operators' });
    expect((await rig.ask('check_action', PAYROLL)).said).toMatchObject({
      wouldPermit: false,
      code: 'GUARD_KILLED',
      meaning: expect.any(String),
    });
    const { said, text } = await rig.ask('kill_status');
    expect(said).toMatchObject({
      agent: rig.ttp.did,
      killed: true,
      own: { killed: true, reasons: ['security_violation'], epoch: 1 },
      all: { target: '*', killed: false },
    });
    expect(text).not.toContain('for operators');
  });
});

describe('request_approval', () => {
  it('asks once, tells the state, and leaves the use to the call', async () => {
    const rig = await serverRig();
    const first = await rig.ask('request_approval', PAYROLL);
    expect(first.said).toMatchObject({
      state: 'pending',
      reviews: [{ state: 'pending', level: 1, reason: 'payroll', usesLeft: 0 }],
    });
    expect((await rig.ask('request_approval', PAYROLL)).said).toEqual({
      ...first.said,
      decision: expect.any(String),
    });
    expect(await rig.ttp.oversight?.pending()).toHaveLength(1);
    await approve(rig, 'approve');
    for (let n = 0; n < 3; n++)
      expect((await rig.ask('request_approval', PAYROLL)).said).toMatchObject({
        state: 'approved',
        reviews: [{ usesLeft: 1 }],
      });
    expect((await rig.read('data/payroll/may')).status).toBe('done');
    expect((await rig.ask('request_approval', PAYROLL)).said).toMatchObject({ state: 'used' });
  });

  it('is about exactly this call', async () => {
    const rig = await serverRig();
    await rig.ask('request_approval', PAYROLL);
    await approve(rig, 'approve');
    expect(await rig.read('data/payroll/june')).toMatchObject({ code: 'OVERSIGHT_APPROVAL_PENDING' });
    const other = await rig.ask('request_approval', { ...PAYROLL, server: 'other' });
    expect(other.said).toMatchObject({ state: 'pending' });
  });

  it('tells a denial with its reason, and silence as the end', async () => {
    const rig = await serverRig();
    await rig.ask('request_approval', PAYROLL);
    await approve(rig, 'deny');
    expect((await rig.ask('request_approval', PAYROLL)).said).toMatchObject({
      state: 'denied',
      reviews: [{ reason: 'looked at it' }],
    });
    expect(await rig.read('data/payroll/may')).toMatchObject({ code: 'OVERSIGHT_APPROVAL_DENIED' });
  });

  it('asks nobody about what needs no approval, or is refused anyway', async () => {
    const rig = await serverRig();
    const state = async (path: string) =>
      (await rig.ask('request_approval', { ...PAYROLL, input: { path } })).said['state'];
    expect(await state('data/a')).toBe('not-needed');
    expect(await state('data/keys/a')).toBe('refused');
    rig.ttp.kill('*', { reason: 'manual_operator_action' });
    expect(await state('data/payroll/may')).toBe('refused');
    expect(await rig.ttp.oversight?.pending()).toEqual([]);
  });

  it('answers with a code where the queue is full', async () => {
    const rig = await serverRig();
    for (let n = 0; n < 20; n++)
      await rig.ask('request_approval', { ...PAYROLL, input: { path: `data/payroll/${n}` } });
    expect(await rig.ask('request_approval', PAYROLL)).toMatchObject({
      isError: true,
      meta: { 'ttp/code': 'OVERSIGHT_TOO_MANY_PENDING' },
    });
  });

  it('takes no action or resource of the caller: the call map says them', async () => {
    const rig = await serverRig();
    const told = await rig.ask('request_approval', { ...PAYROLL, resource: 'file:data/harmless' });
    expect(told.meta).toEqual({ 'ttp/code': 'GATEWAY_BAD_REQUEST', 'ttp/field': 'resource' });
  });
});

describe('explain_policy', () => {
  it('explains the armed policy and lints it', async () => {
    const rig = await serverRig();
    const request = { action: 'read', resource: 'file:data/keys/x', engine: { identityVerified: true } };
    const { said } = await rig.ask('explain_policy', request);
    expect(said).toMatchObject({
      policy: rig.ttp.policy.hash,
      effect: 'deny',
      explanation: { verdict: { rules: ['no-keys'] } },
    });
    expect(said['findings']).toContainEqual(expect.objectContaining({ code: 'SPL_NO_KILL_TRIGGER' }));
  });

  it('explains each layer where several are in force', async () => {
    const rule = { effect: 'allow', resources: ['file:data/**'], actions: ['read'] };
    const wide = { version: '1.0.0', rules: [{ id: 'wide', ...rule }] };
    const narrow = { version: '1.0.0', rules: [{ id: 'narrow', ...rule, resources: ['file:data/a'] }] };
    const rig = await serverRig({ ttp: { policy: [wide, narrow] } });
    const { said } = await rig.ask('explain_policy', { action: 'read', resource: 'file:data/b' });
    expect(said).toMatchObject({
      policy: rig.ttp.policy.hash,
      effect: 'deny',
      explanation: {
        verdict: { effect: 'deny' },
        layers: {
          agent: { nearest: { rule: 'narrow' } },
          organisation: { verdict: { effect: 'allow', rules: ['wide'] } },
        },
      },
    });
    expect(said['findings']).toContainEqual(
      expect.objectContaining({ code: 'SPL_NO_KILL_TRIGGER', layer: 'organisation' }),
    );
  });

  it('explains another one, with the nearest permit and what hides in its names', async () => {
    const rig = await serverRig();
    const rule = { id: 'named', effect: 'allow', resources: ['api/x'], actions: ['get'] };
    const policy = JSON.stringify({
      version: '1.0.0',
      rules: [{ ...rule, conditions: { 'request.name': { eq: 'sm\u200ball' } } }],
    });
    const request = { policy, action: 'get', resource: 'api/x', input: { name: 'small' } };
    const { said, text } = await rig.ask('explain_policy', request);
    expect(said).toMatchObject({
      effect: 'deny',
      explanation: { nearest: { rule: 'named', obstacles: [{ wanted: 'sm\\u{200b}all', actual: 'small' }] } },
    });
    expect(text).not.toContain('\u200b');
    expect(rig.ttp.policy.hash).not.toBe(said['policy']);
  });

  it('says what is wrong with a text that is no policy', async () => {
    const rig = await serverRig();
    const told = await rig.ask('explain_policy', {
      policy: '{"version":"1.0.0","rule":[]}',
      action: 'a',
      resource: 'r',
    });
    expect(told.isError).toBe(true);
    expect(told.meta['ttp/code']).toMatch(/^SPL_/);
    expect(told.text).toContain('rule');
  });
});
