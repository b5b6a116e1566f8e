import { utf8 } from '@ttp/crypto';
import { codeRejectedBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { AGENT, OTHER } from '../interaction.js';
import { bench, open, reinstateOrder, restart, withStore } from './harness.js';

const KILL = { reason: 'manual_operator_action', by: 'test' } as const;

describe('the record', () => {
  it('keeps a kill over a restart', async () => {
    proves('flaw.K2', 'guard.kill.survives-restart');
    const first = await bench();
    await first.kill.kill(AGENT, KILL).durable;
    const { kill } = await restart(first);
    expect(kill.isKilled(AGENT)).toBe(true);
    expect(kill.status(AGENT)).toMatchObject({ epoch: 1, reasons: ['manual_operator_action'], by: 'test' });
  });

  it('keeps an agent alive over a restart', async () => {
    const { kill, events } = await restart(await bench());
    kill.permit(AGENT, kill.epochOf(AGENT)).enter();
    expect(events).toEqual([]);
  });

  it('keeps a kill of everybody over a restart', async () => {
    const first = await bench();
    await first.kill.kill('*', KILL).durable;
    expect((await restart(first)).kill.isKilled(AGENT)).toBe(true);
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['cut off', '{"epoch":0,"killed":fal'],
    ['not JSON', 'alive'],
    ['without its checksum', '{"at":0,"by":"","epoch":0,"killed":false,"message":"","reasons":[],"v":1}'],
    ['of another type', '[]'],
  ])('that is %s at boot is a kill, which two people lift', async (_how, text) => {
    proves('flaw.K2', 'guard.kill.survives-restart');
    const first = await bench();
    const key = `kill/${AGENT}`;
    if (text === undefined) await first.storage.store.delete(key);
    else await first.storage.store.put(key, utf8(text));
    const second = await restart(first);
    expect(second.kill.isKilled(AGENT)).toBe(true);
    const { epoch } = second.kill.status(AGENT);
    const about = { epoch, reason: 'security_violation' } as const;
    expect(await codeRejectedBy(second.kill.reinstate([await reinstateOrder(0, about)]))).toBe(
      'GUARD_QUORUM_MISSING',
    );
    await second.kill.reinstate([await reinstateOrder(0, about), await reinstateOrder(1, about)]);
    expect((await restart(second)).kill.isKilled(AGENT)).toBe(false);
  });

  it('that belongs to another agent, or was put together from two, is a kill', async () => {
    const first = await bench();
    const { store } = first.storage;
    await first.kill.enrol(OTHER, true);
    const other = await store.get(`kill/${OTHER}`);
    await store.put(`kill/${AGENT}`, other?.value ?? utf8(''));
    expect((await restart(first)).kill.isKilled(AGENT)).toBe(true);

    await first.kill.kill(OTHER, KILL).durable;
    const text = new TextDecoder().decode((await store.get(`kill/${OTHER}`))?.value);
    await store.put(`kill/${OTHER}`, utf8(text.replace('"killed":true', '"killed":false')));
    const second = await restart(first);
    await second.kill.enrol(OTHER, false);
    expect(second.kill.isKilled(OTHER)).toBe(true);
  });

  it('of a torn record leaves no room for an order of an epoch that was', async () => {
    const first = await bench();
    await first.kill.kill(AGENT, { reason: 'security_violation', by: 'test' }).durable;
    const old = await Promise.all([0, 1].map((by) => reinstateOrder(by, { reason: 'security_violation' })));
    await first.kill.reinstate(old);
    await first.storage.store.put(`kill/${AGENT}`, utf8('{'));
    const { kill } = await restart(first);
    expect(kill.status(AGENT).epoch).toBeGreaterThan(2);
    expect(await codeRejectedBy(kill.reinstate(old))).toBe('GUARD_ORDER_STALE');
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it('that cannot be read refuses to enrol, and the agent stays killed', async () => {
    proves('guard.kill.survives-restart');
    const first = await bench();
    const { store } = first.storage;
    const unreadable = withStore(first.storage, () => ({
      get: (key) => (key === 'kill/*' ? store.get(key) : Promise.reject(new Error('disk'))),
    }));
    const kill = await open(unreadable, fakeClock());
    expect(await codeRejectedBy(kill.enrol(AGENT, false))).toBe('GUARD_STORE_FAILED');
    expect(kill.isKilled(AGENT)).toBe(true);
    expect(kill.status(AGENT).fault).toBe('GUARD_STORE_FAILED');
  });

  it('of everybody that is missing beside others is a kill of everybody', async () => {
    proves('flaw.K2');
    const first = await bench();
    await first.storage.store.delete('kill/*');
    const { kill } = await restart(first);
    expect([kill.isKilled(AGENT), kill.status('*').killed]).toEqual([true, true]);
  });

  it('that is there is obeyed, even where the caller thinks that the identity is fresh', async () => {
    const first = await bench();
    await first.kill.kill(AGENT, KILL).durable;
    expect((await bench(first.storage)).kill.isKilled(AGENT)).toBe(true);
  });

  it('is not needed to close the latch, and failing to write it never opens it', async () => {
    proves('flaw.K2', 'law.K-3');
    const { storage, kill, events } = await bench();
    await kill.enrol(OTHER, true);
    let isFull = true;
    const { store } = storage;
    const full = withStore(storage, () => ({
      put: (key, value, expected) =>
        isFull ? Promise.reject(new Error('ENOSPC')) : store.put(key, value, expected),
    }));
    const { kill: second, events: told } = await bench(full, fakeClock(), false);
    const { durable } = second.kill(AGENT, KILL);
    expect(await codeRejectedBy(durable)).toBe('GUARD_KILL_NOT_DURABLE');
    expect(second.isKilled(AGENT)).toBe(true);
    expect(second.status(AGENT)).toMatchObject({ durable: false, fault: 'GUARD_STORE_FAILED' });
    expect(told.map(({ type }) => type)).toEqual(['agent-killed', 'finding-raised']);
    expect(await codeRejectedBy(second.refresh())).toBe('GUARD_KILL_NOT_DURABLE');
    expect(second.isKilled(AGENT)).toBe(true);
    expect(await codeRejectedBy(second.reinstate([await reinstateOrder(0)]))).toBe('GUARD_KILL_NOT_DURABLE');
    isFull = false;
    await second.refresh();
    expect(second.status(AGENT).durable).toBe(true);
    expect(events).toEqual([]);
    expect((await restart({ storage, kill, events, clock: fakeClock() })).kill.isKilled(AGENT)).toBe(true);
  });

  it('does not end the process when nobody waits for it', async () => {
    const { storage, clock } = await bench();
    const failing = withStore(storage, () => ({ put: () => Promise.reject(new Error('EIO')) }));
    const { kill } = await bench(failing, clock, false);
    kill.kill(AGENT, KILL);
    await clock.advance(10);
    expect(kill.status(AGENT).fault).toBe('GUARD_STORE_FAILED');
  });
});
