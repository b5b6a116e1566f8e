import { memory } from '@ttp/adapters/memory';
import { type ObligationHandler, type Storage, type Timer, TtpError } from '@ttp/core';
import { createIdentity } from '@ttp/did';
import { createTtp } from '@ttp/sdk';
import { codeRejectedBy, fakeClock, proves, seededRandom } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { scene } from './profile.js';
import { CALL_MAP, closeAll, POLICY, rig } from './rig.js';

afterEach(closeAll);

const handler = (kind: string, order = 1): ObligationHandler => ({ kind, order, check: () => undefined });

describe('a handler', () => {
  it.each(['dlp', 'transform', 'alert', 'audit', 'approval'])(
    'of %s cannot be replaced by an option',
    async (kind) => {
      proves('guard.dlp.rule-shape');
      const r = await rig();
      await r.ttp.close();
      expect(await codeRejectedBy(r.restart({ handlers: [handler(kind)] }))).toBe('SDK_BAD_HANDLER');
    },
  );

  it.each([
    ['two of one kind', [handler('x'), handler('x')]],
    ['one without a kind', [handler('')]],
    ['one without an order', [handler('x', NaN)]],
    ['one that cannot check', [{ kind: 'x', order: 1 } as never]],
  ])('list with %s is refused', async (_, handlers) => {
    const r = await rig();
    expect(await codeRejectedBy(r.restart({ handlers }))).toBe('SDK_BAD_HANDLER');
  });

  it('that checks later than at once has not checked, and its fault goes nowhere else', async () => {
    const late = { ...handler('late'), check: (() => Promise.reject(new Error('planted'))) as never };
    const r = await rig({ handlers: [late] });
    expect(await r.ttp.run(...scene(r, { obligations: ['late'] }))).toMatchObject({
      status: 'blocked',
      code: 'SDK_OBLIGATION_FAILED',
    });
  });

  it('that holds nothing that could be ended blocks, and what others held is given back', async () => {
    const log: string[] = [];
    const sound: ObligationHandler = {
      ...handler('sound', 1),
      hold: async () => ({
        settle: async () => void log.push('settle'),
        release: async () => void log.push('release'),
      }),
    };
    const hollow: ObligationHandler = { ...handler('hollow', 2), hold: async () => undefined as never };
    const r = await rig({ handlers: [sound, hollow] });
    expect(await r.ttp.run(...scene(r, { obligations: ['sound', 'hollow'] }))).toMatchObject({
      status: 'blocked',
      code: 'SDK_OBLIGATION_FAILED',
    });
    expect(log).toEqual(['release']);
  });
});

describe('a fresh identity', () => {
  it('is none that was armed here before: a lost kill record stays a kill', async () => {
    proves('flaw.K2');
    const r = await rig();
    await r.ttp.kill(r.ttp.did, { reason: 'security_violation' }).durable;
    await r.storage.store.delete(`kill/${r.ttp.did}`);
    const again = await r.restart({ fresh: true });
    expect(again.ttp.isKilled()).toBe(true);
    expect(await again.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
  });

  it('is still one when the first attempt to arm it failed', async () => {
    const r = await rig();
    const { clock, random } = r;
    const identity = await createIdentity({ type: 'agent', random, clock });
    const options = { identity, storage: memory(), fresh: true, ports: { clock, timer: clock, random } };
    expect(await codeRejectedBy(createTtp({ ...options, policy: '{}' }))).toMatch(/^SPL_/);
    const ttp = await createTtp({ ...options, policy: POLICY });
    expect(ttp.isKilled()).toBe(false);
    await ttp.close();
  });
});

describe('opening', () => {
  it('that fails half-way leaves nothing running behind', async () => {
    const clock = fakeClock();
    let pending = 0;
    const timer: Timer = {
      after(ms, fn) {
        pending++;
        const dispose = clock.after(ms, fn);
        let isOver = false;
        return () => {
          if (!isOver) pending--;
          isOver = true;
          dispose();
        };
      },
    };
    const random = seededRandom('half');
    const identity = await createIdentity({ type: 'agent', random, clock });
    const inner = memory();
    const storage: Storage = { ...inner, shared: true };
    const options = { identity, storage, fresh: true, ports: { clock, timer, random } };
    const ttp = await createTtp({ ...options, policy: POLICY });
    expect(pending).toBeGreaterThan(0);
    await ttp.close();
    expect(pending).toBe(0);
    for (const policy of ['{}', ''])
      expect(await codeRejectedBy(createTtp({ ...options, policy }))).toBeDefined();
    const failing = { ...options, storage: { ...storage, log: broken }, policy: POLICY };
    expect(await codeRejectedBy(createTtp(failing))).toBe('STORE_POISONED');
    expect(pending).toBe(0);
  });
});

function broken(): never {
  throw new TtpError('STORE_POISONED', 'planted');
}

describe('the name of a policy', () => {
  it('stays pinned while other policies and agents come and go', async () => {
    const r = await rig();
    const { agentDid: _, ...nameless } = POLICY as { readonly agentDid: string } & typeof POLICY;
    const same = await r.restart({ policy: nameless });
    await same.ttp.close();
    const { clock, random, storage } = r;
    const other = await createIdentity({ type: 'agent', random, clock });
    const options = {
      identity: other,
      storage,
      callMap: CALL_MAP,
      fresh: true,
      ports: { clock, timer: clock, random },
    };
    const second = await createTtp({ ...options, policy: nameless });
    await second.close();
    expect(await codeRejectedBy(createTtp({ ...options, policy: POLICY }))).toBe('SDK_POLICY_REBOUND');
    const first = await same.restart();
    expect(first.ttp.isKilled()).toBe(false);
  });

  it('is no text without a policy', async () => {
    const r = await rig();
    expect(await codeRejectedBy(r.restart({ policy: null as never }))).toBe('SDK_POLICY_MISSING');
  });
});
