import { proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const types = ({ entries }: Rig): string[] => entries.map((entry) => entry.type);

describe('a tool call', () => {
  it('returns value, decision and receipt when everything permits', async () => {
    const r = await rig();
    const outcome = await r.read('data/a.txt', { text: 'hello' });
    expect(outcome).toMatchObject({
      status: 'done',
      value: { text: 'hello' },
      decision: { outcome: 'allow' },
    });
    expect(r.effects()).toBe(1);
    const { trace, index = -1n } = outcome.receipt ?? {};
    expect(r.ttp.trace(trace).proof(index)).toMatchObject({
      proofType: 'inclusion',
      leafIndex: Number(index),
    });
  });

  it('records verified, decision and intent before the effect, the outcome after it', async () => {
    proves('spl.policy.before-every-action', 'sdk.flow.universal');
    const r = await rig();
    let before: string[] = [];
    await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async () => {
      before = types(r);
      return 'x';
    });
    expect(before.slice(-3)).toEqual(['evidence-gathered', 'decision-made', 'intent-recorded']);
    expect(types(r).slice(before.length)).toEqual(['effect-finished', 'interaction-settled']);
    // One event feeds listener and leaf; it holds commitments, never what was asked or answered.
    for (const entry of r.entries) expect(JSON.stringify(entry.data)).not.toMatch(/data\/a|"x"/);
  });

  it('costs two durable appends when it is permitted, and none to wait for when it is denied', async () => {
    const r = await rig();
    const { appends } = r;
    await r.read('data/a');
    expect(r.appends - appends).toBe(2);
    await r.read('etc/passwd');
    expect(r.appends - appends).toBe(2);
    await r.ttp.close();
    expect(types(r).filter((type) => type === 'decision-made')).toHaveLength(2);
  });

  it('tells done, blocked, failed and withheld apart, with decision and code', async () => {
    proves('sdk.flow.outcomes');
    const r = await rig();
    const call = { tool: 'read_file', input: { path: 'data/a' } };
    const key = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');
    const decision = { outcome: 'allow', reasons: expect.any(Array) };
    expect(await r.ttp.a2t(call, async () => 1)).toMatchObject({ status: 'done', value: 1, decision });
    expect(await r.read('etc/passwd')).toMatchObject({
      status: 'blocked',
      code: 'SDK_DENIED',
      decision: { effect: 'deny', outcome: 'deny-hard' },
    });
    const failed = await r.ttp.a2t(call, () => Promise.reject(new Error('disk')));
    expect(failed).toMatchObject({ status: 'failed', code: 'SDK_PERFORM_FAILED', decision });
    const withheld = await r.ttp.a2t(call, async () => key);
    expect(withheld).toMatchObject({ status: 'withheld', code: 'GUARD_DLP_BLOCKED', decision });
  });

  it('ends in interaction-settled on every path', async () => {
    const r = await rig();
    await r.read('data/a');
    await r.read('etc/passwd');
    await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/b' } }, () =>
      Promise.reject(new Error('disk')),
    );
    r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' });
    await r.read('data/c');
    await r.ttp.close();
    const settled = r.entries.filter((entry) => entry.type === 'interaction-settled');
    expect(settled.map((entry) => entry.data)).toEqual([
      { status: 'done' },
      { status: 'blocked', code: 'SDK_DENIED' },
      { status: 'failed', code: 'SDK_PERFORM_FAILED' },
      { status: 'blocked', code: 'GUARD_KILLED' },
    ]);
  });

  it.each([
    ['a denied resource', { path: 'data/keys/id' }, 'SDK_DENIED'],
    ['what no rule names', { path: 'etc/passwd' }, 'SDK_DENIED'],
    ['a path traversal', { path: 'data/../etc/passwd' }, 'SDK_DENIED'],
    ['an encoded traversal', { path: 'data/%2e%2e/etc/passwd' }, 'SDK_DENIED'],
    ['an argument that is missing', {}, 'SPL_BAD_CALL'],
    ['an argument of another type', { path: ['data/a'] }, 'SPL_BAD_CALL'],
  ])('is blocked for %s, before anything happens', async (_, input, code) => {
    proves('sdk.flow.prevention-first', 'spl.policy.before-every-action');
    const r = await rig();
    let happened = false;
    const outcome = await r.ttp.a2t({ tool: 'read_file', input }, async () => (happened = true));
    expect(outcome).toMatchObject({ status: 'blocked', code });
    expect(happened).toBe(false);
  });

  it('is blocked for arguments that are not plain JSON', async () => {
    const r = await rig();
    for (const input of [
      undefined,
      () => 1,
      { toJSON: () => 'data/a' },
      new Map(),
      {
        path: {
          get x() {
            return 1;
          },
        },
      },
    ]) {
      const outcome = await r.ttp.a2t({ tool: 'read_file', input: input as never }, async () => 1);
      expect(outcome).toMatchObject({
        status: 'blocked',
        code: expect.stringMatching(/^(CRYPTO_JSON|SPL_BAD_CALL)/),
      });
    }
  });

  it('is blocked after close', async () => {
    const r = await rig();
    await r.ttp.close();
    expect(await r.read('data/a')).toEqual({ status: 'blocked', code: 'SDK_CLOSED' });
    expect(r.effects()).toBe(0);
  });

  it('redacts what must not leave, and withholds what a rule blocks', async () => {
    proves('guard.dlp.both-directions', 'guard.dlp.rule-shape');
    const r = await rig();
    const card = await r.read('data/order', `pay with ${['4242', '4242', '4242', '4242'].join(' ')} today`);
    expect(card).toMatchObject({ status: 'done', value: 'pay with [REDACTED] today' });
    const key = await r.read('data/env', `id=${['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('')}`);
    expect(key).toMatchObject({ status: 'withheld', code: 'GUARD_DLP_BLOCKED' });
    expect(key).not.toHaveProperty('value');
    expect(r.effects()).toBe(2);
  });

  it('does not keep the arguments of a call that was refused for the secret in them', async () => {
    proves('flaw.L2', 'guard.dlp.both-directions');
    const r = await rig();
    const content = ['AKIA', 'IOSFODNN7', 'ABCDEFG'].join('');
    let happened = false;
    const call = { tool: 'write_file', input: { path: 'data/x', content } };
    const outcome = await r.ttp.a2t(call, async () => (happened = true));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'GUARD_DLP_BLOCKED' });
    expect(happened).toBe(false);
    expect(await r.ttp.exportBundle()).not.toContain(content);
  });

  it('names action, resource and mode once, in the words that policy, log and caller share', async () => {
    const r = await rig();
    const outcome = await r.ttp.a2t({ tool: 'unmapped', server: 'srv', input: {} }, async () => 1);
    expect(outcome).toMatchObject({ status: 'blocked', code: 'SDK_DENIED', decision: { effect: 'deny' } });
    await r.ttp.close();
    const gathered = r.entries.find((entry) => entry.type === 'evidence-gathered');
    expect(gathered?.data).toMatchObject({ mode: 'a2t', target: 'srv/unmapped' });
  });
});
