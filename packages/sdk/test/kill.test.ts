import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, codeThrownBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { CALL_MAP, closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

const reason = 'security_violation';

describe('kill', () => {
  it('refuses the next effect in the same tick', async () => {
    proves('flaw.K1');
    const r = await rig();
    const outcome = await r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, async (permit) => {
      permit.enter();
      r.ttp.kill(r.ttp.did, { reason });
      expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
      return 'late';
    });
    expect(outcome).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
    expect(outcome).not.toHaveProperty('value');
    expect(await r.read('data/b')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(r.effects()).toBe(0);
  });

  it('aborts an effect under way, even one that ignores its signal', async () => {
    const r = await rig();
    let signal: AbortSignal | undefined;
    const call = r.ttp.a2t({ tool: 'read_file', input: { path: 'data/a' } }, (permit) => {
      signal = permit.signal;
      queueMicrotask(() => r.ttp.kill('*', { reason: 'manual_operator_action' }));
      return new Promise(() => undefined);
    });
    expect(await call).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
    expect(signal?.aborted).toBe(true);
  });

  it.each(['enforce', 'observe'] as const)(
    'stops 100 started calls (%s): none begins its effect',
    async (mode) => {
      const r = await rig({ mode });
      let effects = 0;
      let killed = false;
      const calls = Array.from({ length: 100 }, (_, n) =>
        r.ttp.a2t({ tool: 'read_file', input: { path: `data/${n}` } }, async () => {
          expect(killed).toBe(false);
          effects++;
          return 'x';
        }),
      );
      r.ttp.kill(r.ttp.did, { reason });
      killed = true;
      const outcomes = await Promise.all(calls);
      expect(outcomes.map(({ status }) => status)).not.toContain('done');
      expect(effects).toBe(0);
    },
  );

  it('survives a restart', async () => {
    proves('flaw.K2');
    const r = await rig();
    await r.ttp.kill(r.ttp.did, { reason }).durable;
    const again = await r.restart();
    expect(again.ttp.isKilled()).toBe(true);
    expect(await again.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    // Not even claiming that the identity is new brings it back.
    const fresh = await again.restart({ fresh: true });
    expect(await fresh.read('data/a')).toMatchObject({ code: 'GUARD_KILLED' });
  });

  it('counts as done when the record is lost', async () => {
    const r = await rig();
    await r.storage.store.delete(`kill/${r.ttp.did}`);
    const again = await r.restart();
    expect(await again.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  });

  it('takes a resolved DID, the name of the policy or *, and throws for anything else', async () => {
    const r = await rig();
    for (const target of ['did:tessorium:agent:other:v1', 'rig', '', 'did:key:z6Mk'])
      expect(codeThrownBy(() => r.ttp.kill(target, { reason }))).toBe('DID_UNRESOLVED');
    expect(r.ttp.isKilled()).toBe(false);
    expect(codeThrownBy(() => r.ttp.kill('*', { reason: 'because' as never }))).toBe('CORE_UNKNOWN_TERM');
    r.ttp.kill('did:tessorium:agent:rig:v1', { reason });
    expect(r.ttp.isKilled()).toBe(true);
  });

  it('is not undone without signed orders', async () => {
    const r = await rig();
    r.ttp.kill(r.ttp.did, { reason });
    expect(await codeRejectedBy(r.ttp.reinstate([]))).toBeDefined();
    expect(await codeRejectedBy(r.ttp.reinstate(['{}']))).toBeDefined();
    expect(r.ttp.isKilled()).toBe(true);
  });

  it('is recorded', async () => {
    const r = await rig();
    r.ttp.kill(r.ttp.did, { reason, message: 'exfiltration' });
    await r.ttp.close();
    const killed = r.entries.find((entry) => entry.type === 'agent-killed');
    expect(killed).toMatchObject({ component: 'guard', subject: r.ttp.did, data: { reasons: [reason] } });
  });
});

describe('the wall clock', () => {
  const YEAR = 365 * 24 * 3600 * 1000;

  it('set back blocks everything until it is right again', async () => {
    proves('flaw.H10');
    const r = await rig();
    expect((await r.read('data/a')).status).toBe('done');
    const now = r.clock.now();
    r.clock.setWall(now - YEAR);
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'CORE_CLOCK_REGRESSED' });
    r.clock.setWall(now + 1000);
    expect((await r.read('data/a')).status).toBe('done');
  });

  it('set back over a restart does not make it forget', async () => {
    const r = await rig();
    await r.clock.advance(60_000);
    await r.read('data/a');
    await r.ttp.close();
    r.clock.setWall(r.clock.now() - YEAR);
    expect(
      await codeRejectedBy(createTtp({ ...r, policy: POLICY, callMap: CALL_MAP, ports: { clock: r.clock } })),
    ).toBe('CORE_CLOCK_REGRESSED');
  });

  it.each([YEAR, -YEAR, 0])('moved by %d ms revives nobody', async (by) => {
    const r = await rig();
    r.ttp.kill(r.ttp.did, { reason });
    r.clock.setWall(Math.max(0, r.clock.now() + by));
    await r.clock.advance(600_000);
    expect(r.ttp.isKilled()).toBe(true);
    expect((await r.read('data/a')).status).toBe('blocked');
    r.clock.setWall(r.clock.now() + 2 * YEAR);
  });
});
