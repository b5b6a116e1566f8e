import { CLOSE_GRACE_MS } from '@ttp/sdk';
import { codeRejectedBy, codeThrownBy } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, type Rig, rig } from './rig.js';

afterEach(closeAll);

const call = { tool: 'read_file', input: { path: 'data/a' } };
const settled = ({ entries }: Rig) =>
  entries.filter(({ type }) => type === 'interaction-settled').map(({ data }) => data);

/** A call whose effect has begun and ends when `gate` says so. */
async function started(r: Rig) {
  const gate = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  const outcome = r.ttp.a2t(call, () => {
    begun.resolve();
    return gate.promise;
  });
  await begun.promise;
  return { outcome, gate };
}

describe('closing', () => {
  it('waits for the effect under way, whose outcome is recorded', async () => {
    const r = await rig();
    const { outcome, gate } = await started(r);
    const closed = r.ttp.close();
    gate.resolve('x');
    expect(await outcome).toMatchObject({ status: 'done', value: 'x' });
    expect(await outcome).not.toHaveProperty('auditFault');
    await closed;
    expect(settled(r)).toEqual([{ status: 'done' }]);
  });

  it('lets no effect begin: neither of a call that comes later nor of one that is on its way', async () => {
    const r = await rig();
    const early = r.read('data/a');
    const closed = r.ttp.close();
    expect(await r.read('data/b')).toEqual({ status: 'blocked', code: 'SDK_CLOSED' });
    expect(await early).toMatchObject({ status: 'blocked', code: 'SDK_CLOSED' });
    await closed;
    expect(r.effects()).toBe(0);
    expect(settled(r)).toEqual([{ status: 'blocked', code: 'SDK_CLOSED' }]);
  });

  it('lets an effect under way begin no further one', async () => {
    const r = await rig();
    let code: string | undefined;
    const outcome = await r.ttp.a2t(call, async (permit) => {
      void r.ttp.close();
      code = codeThrownBy(() => permit.enter());
      return 'x';
    });
    expect(code).toBe('SDK_CLOSED');
    expect(outcome.status).toBe('done');
  });

  it('aborts what takes too long, and records that', async () => {
    const r = await rig();
    const { outcome } = await started(r);
    const closed = r.ttp.close();
    await r.clock.advance(CLOSE_GRACE_MS);
    expect(await outcome).toMatchObject({ status: 'failed', code: 'SDK_CLOSED' });
    await closed;
    expect(settled(r)).toEqual([{ status: 'failed', code: 'SDK_CLOSED' }]);
  });

  it('does not wait for ever for what ignores even that, nor for itself', async () => {
    const r = await rig();
    const hanging = r.ttp.run(...scene(r, { feedback: () => new Promise(() => undefined) }));
    const waiting = r.ttp.a2t(call, async () => {
      await r.ttp.close();
      return 'x';
    });
    void hanging;
    await r.clock.advance(0);
    const closed = r.ttp.close();
    await r.clock.advance(CLOSE_GRACE_MS);
    await r.clock.advance(CLOSE_GRACE_MS);
    expect(await waiting).toMatchObject({
      status: expect.stringMatching(/^(failed|blocked)$/),
      code: 'SDK_CLOSED',
    });
    await closed;
  });

  it('still obeys a kill while it waits', async () => {
    const r = await rig();
    const { outcome } = await started(r);
    const closed = r.ttp.close();
    r.ttp.kill('*', { reason: 'manual_operator_action' });
    expect(await outcome).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
    await closed;
    expect(r.entries.map(({ type }) => type)).toContain('agent-killed');
  });

  it('is one closing, however often it is asked for', async () => {
    const r = await rig();
    const { outcome, gate } = await started(r);
    let done = 0;
    const both = [r.ttp.close().then(() => done++), r.ttp.close().then(() => done++)];
    await r.clock.advance(0);
    expect(done).toBe(0);
    gate.resolve('x');
    await Promise.all(both);
    expect((await outcome).status).toBe('done');
  });

  it('leaves nothing that would write afterwards', async () => {
    const r = await rig();
    await r.read('data/a');
    await r.ttp.close();
    const { appends } = r;
    expect(await codeRejectedBy(r.ttp.note('finding-raised', 'x', {}))).toBe('SDK_CLOSED');
    expect(await codeRejectedBy(r.ttp.reinstate([]))).toBe('SDK_CLOSED');
    await r.ttp.kill(r.ttp.did, { reason: 'manual_operator_action' }).durable;
    await r.clock.advance(3_600_000);
    expect(r.appends).toBe(appends);
    expect(r.ttp.isKilled()).toBe(true);
  });
});
