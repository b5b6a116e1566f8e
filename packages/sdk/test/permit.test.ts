import type { ObligationHandler, Permit } from '@ttp/core';
import { codeThrownBy, proves } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

const reason = 'security_violation';
const call = { tool: 'read_file', input: { path: 'data/a' } };
const never = () => new Promise<never>(() => undefined);

describe('a permit', () => {
  it('ends with its interaction, whatever came of it', async () => {
    proves('law.E-5');
    const r = await rig();
    const kept: Permit[] = [];
    await r.ttp.a2t(call, async (permit) => void kept.push(permit));
    await r.ttp.a2t(call, (permit) => {
      kept.push(permit);
      return Promise.reject(new Error('planted'));
    });
    expect(kept).toHaveLength(2);
    for (const permit of kept) expect(codeThrownBy(() => permit.enter())).toBe('SDK_PERMIT_ENDED');
    expect(kept.map(({ signal }) => signal.aborted)).toEqual([false, true]);
  });

  it('is its own: what one call does to its permit or signal reaches no other', async () => {
    const r = await rig();
    const gate = Promise.withResolvers<string>();
    let other: Permit | undefined;
    let isFixed = false;
    const waiting = r.ttp.a2t(call, (permit) => {
      other = permit;
      return gate.promise;
    });
    const rude = await r.ttp.a2t(call, async (permit) => {
      isFixed = Object.isFrozen(permit);
      permit.signal.dispatchEvent(new Event('abort'));
      throw new Error('planted');
    });
    expect(rude.status).toBe('failed');
    expect(isFixed).toBe(true);
    other?.enter();
    gate.resolve('x');
    expect((await waiting).status).toBe('done');
  });
});

describe('a kill', () => {
  it('ends an effect that ordered it and never comes back', async () => {
    proves('flaw.K1');
    const r = await rig();
    const outcome = await r.ttp.a2t(call, () => {
      r.ttp.kill(r.ttp.did, { reason });
      return never();
    });
    expect(outcome).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
  });

  it('is the code of an effect that heeds its signal', async () => {
    const r = await rig();
    const outcome = await r.ttp.a2t(call, ({ signal }) => {
      queueMicrotask(() => r.ttp.kill(r.ttp.did, { reason }));
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
      });
    });
    expect(outcome).toMatchObject({ status: 'failed', code: 'GUARD_KILLED' });
  });

  it('ends a hold that ignores its signal, and what that holds later is given back', async () => {
    const held = Promise.withResolvers<void>();
    const log: string[] = [];
    const slow: ObligationHandler = {
      kind: 'slow',
      order: 1,
      check: () => undefined,
      hold: async () => {
        queueMicrotask(() => r.ttp.kill(r.ttp.did, { reason }));
        await held.promise;
        return { settle: async () => void log.push('settle'), release: async () => void log.push('release') };
      },
    };
    const r = await rig({ handlers: [slow] });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['slow'] }));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    held.resolve();
    await r.clock.advance(0);
    expect(log).toEqual(['release']);
  });

  it.each(['that goes on', 'that hangs'])('withholds a result from a handler %s', async (how) => {
    const after: ObligationHandler = {
      kind: 'after',
      order: 1,
      check: () => undefined,
      after: async (_, value) => {
        r.ttp.kill(r.ttp.did, { reason });
        return how === 'that hangs' ? never() : value;
      },
    };
    const r = await rig({ handlers: [after] });
    const outcome = await r.ttp.run(...scene(r, { obligations: ['after'] }));
    expect(outcome).toMatchObject({ status: 'withheld', code: 'GUARD_KILLED' });
    expect(outcome).not.toHaveProperty('value');
  });

  it('by a listener of the intent comes before the effect', async () => {
    const r = await rig({
      onEvent: ({ type }) => void (type === 'intent-recorded' && r.ttp.kill(r.ttp.did, { reason })),
    });
    let happened = false;
    const outcome = await r.ttp.a2t(call, async () => (happened = true));
    expect(outcome).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(happened).toBe(false);
    expect(r.entries.findLast(({ type }) => type === 'effect-finished')?.data).toEqual({
      status: 'not-performed',
      code: 'GUARD_KILLED',
    });
  });

  it.each([
    ['throws', undefined],
    ['says no number', NaN],
  ])('is in force, durable and on record with a wall clock that %s', async (_, time) => {
    let isBroken = false;
    const r = await rig({
      ports: {
        clock: {
          monotonic: () => 0,
          now() {
            if (!isBroken) return 1_700_000_000_000;
            if (time === undefined) throw new Error('no clock');
            return time;
          },
        },
      },
    });
    isBroken = true;
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked' });
    await r.ttp.kill(r.ttp.did, { reason }).durable;
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(r.effects()).toBe(0);
    isBroken = false;
    await r.ttp.close();
    expect(r.entries.map(({ type }) => type)).toContain('agent-killed');
  });

  it('is on record although the trace of the instance was sealed', async () => {
    const r = await rig();
    await r.ttp.trace().seal();
    r.ttp.kill(r.ttp.did, { reason });
    await r.ttp.close();
    expect(r.entries.findLast(({ type }) => type === 'agent-killed')?.subject).toBe(r.ttp.did);
  });
});

describe('re-entrancy', () => {
  it('lets an effect make calls of its own', async () => {
    const r = await rig();
    const outcome = await r.ttp.a2t(call, async () => (await r.read('data/b', 'inner')).status);
    expect(outcome).toMatchObject({ status: 'done', value: 'done' });
  });
});
