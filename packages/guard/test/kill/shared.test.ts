import { memory } from '@ttp/adapters/memory';
import { asEpoch, type Storage } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { encodeRecord } from '../../src/kill/record.js';
import { AGENT, OTHER } from '../interaction.js';
import { bench, reinstateOrder, restart, shared, withStore } from './harness.js';

const KILL = { reason: 'manual_operator_action', by: 'test' } as const;

describe('a shared store', () => {
  it('brings a kill of another process at the next read', async () => {
    proves('guard.kill.latch');
    const storage = shared();
    const one = await bench(storage);
    const two = await bench(storage, fakeClock(), false);
    const permit = two.kill.permit(AGENT, two.kill.epochOf(AGENT));
    await one.kill.kill(AGENT, KILL).durable;
    permit.enter();
    await two.clock.advance(250);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect(permit.signal.aborted).toBe(true);
    expect(two.events.map(({ type }) => type)).toEqual(['agent-killed']);
  });

  it('brings a kill and reinstatement between two reads as a new epoch', async () => {
    const storage = shared();
    const one = await bench(storage);
    const two = await bench(storage, fakeClock(), false);
    const permit = two.kill.permit(AGENT, two.kill.epochOf(AGENT));
    one.kill.kill(AGENT, KILL);
    await one.kill.reinstate([await reinstateOrder(0)]);
    await two.clock.advance(250);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_STALE_EPOCH');
    expect(permit.signal.aborted).toBe(true);
  });

  it('gives a lease of 5 s on the monotonic clock from the start of each read', async () => {
    proves('law.K-4');
    const clock = fakeClock();
    let isUp = true;
    const storage = memory();
    const { store } = storage;
    const cut = withStore(shared(storage), () => ({
      get: (key) => (isUp ? store.get(key) : Promise.reject(new Error('partition'))),
    }));
    const { kill, events } = await bench(cut, clock);
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    await clock.advance(10_000);
    permit.enter();
    isUp = false;
    await clock.advance(4_999);
    clock.setWall(0);
    permit.enter();
    await clock.advance(1);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_LEASE_EXPIRED');
    clock.setWall(9_000_000_000_000);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_LEASE_EXPIRED');
    expect(events.map(({ type }) => type)).toEqual(['finding-raised', 'finding-raised']);
    isUp = true;
    await clock.advance(250);
    permit.enter();
    expect(kill.status(AGENT).fault).toBeUndefined();
  });

  it('that hangs lets the lease run out', async () => {
    proves('law.K-4');
    const clock = fakeClock();
    let hangs = false;
    const storage = memory();
    const { store } = storage;
    const hanging = withStore(shared(storage), () => ({
      get: (key) => (hangs ? new Promise(() => undefined) : store.get(key)),
    }));
    const { kill } = await bench(hanging, clock);
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    hangs = true;
    await clock.advance(5_250);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_LEASE_EXPIRED');
    // The latch needs no store.
    expect(kill.kill(AGENT, KILL).epoch).toBe(1);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
  });

  it('of this process alone needs no lease and no reads', async () => {
    const { kill, clock } = await bench();
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    expect(clock.pending).toBe(0);
    await clock.advance(86_400_000);
    permit.enter();
    expect(clock.pending).toBe(0);
  });

  it('whose record is deleted or torn while it runs is a kill', async () => {
    const storage = shared();
    const { kill, clock } = await bench(storage);
    await kill.enrol(OTHER, true);
    await storage.store.delete(`kill/${AGENT}`);
    await storage.store.put(`kill/${OTHER}`, utf8('torn'));
    await clock.advance(250);
    expect([kill.isKilled(AGENT), kill.isKilled(OTHER)]).toEqual([true, true]);
  });

  it('that goes back to an older record reopens nothing', async () => {
    const storage = shared();
    const { kill, clock } = await bench(storage);
    const alive = await storage.store.get(`kill/${AGENT}`);
    await kill.kill(AGENT, KILL).durable;
    await storage.store.put(`kill/${AGENT}`, alive?.value ?? utf8(''));
    await clock.advance(1_000);
    expect(kill.isKilled(AGENT)).toBe(true);
  });

  it('closes the latch also where the epoch stayed', async () => {
    const storage = shared();
    const { kill, clock } = await bench(storage);
    const record = { target: AGENT, epoch: asEpoch(0), killed: true, message: '', by: 'other', at: 1 };
    await storage.store.put(`kill/${AGENT}`, encodeRecord({ ...record, reasons: ['anomaly_detected'] }));
    await clock.advance(250);
    expect(kill.status(AGENT)).toMatchObject({ killed: true, epoch: 0, by: 'other' });
  });

  it('keeps the kills of two processes, and the reasons of both', async () => {
    const storage = shared();
    const one = await bench(storage);
    const two = await bench(storage, fakeClock(), false);
    await Promise.all([
      one.kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'one' }).durable,
      two.kill.kill(AGENT, { reason: 'security_violation', by: 'two' }).durable,
    ]);
    const { kill } = await restart(one);
    expect(kill.status(AGENT)).toMatchObject({ epoch: 2, killed: true });
    expect([...kill.status(AGENT).reasons].sort()).toEqual(['rate_limit_exceeded', 'security_violation']);
  });
});

/** A storage whose answers to `method` can be held back; their effects happen before. */
function holding(storage: Storage, method: 'get' | 'put') {
  const waiting: (() => void)[] = [];
  let isHolding = false;
  async function held<T>(answer: Promise<T>): Promise<T> {
    const result = await answer;
    if (isHolding) await new Promise<void>((resolve) => void waiting.push(resolve));
    return result;
  }
  const slow = withStore(storage, (store) =>
    method === 'get'
      ? { get: (key) => held(store.get(key)) }
      : { put: (key, value, expected) => held(store.put(key, value, expected)) },
  );
  return {
    storage: slow,
    hold: () => void (isHolding = true),
    release: () => {
      isHolding = false;
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

describe('a kill while the store is at work', () => {
  it('is not undone by the answer, even where that is of a later epoch', async () => {
    proves('flaw.K2', 'law.K-2');
    const storage = shared();
    const other = await bench(storage);
    const held = holding(storage, 'get');
    const { kill, clock } = await bench(held.storage, fakeClock(), false);
    other.kill.kill(AGENT, KILL);
    await other.kill.reinstate([await reinstateOrder(0)]);
    held.hold();
    const reading = kill.refresh();
    await clock.advance(0);
    const { durable } = kill.kill(AGENT, KILL);
    held.release();
    await reading;
    expect(kill.isKilled(AGENT)).toBe(true);
    await durable;
    expect(kill.status(AGENT)).toMatchObject({ killed: true, epoch: 3, durable: true });
  });

  it('is written too, with its own reason', async () => {
    const storage = memory();
    const held = holding(storage, 'put');
    const { kill, clock } = await bench(held.storage);
    held.hold();
    const first = kill.kill(AGENT, { reason: 'rate_limit_exceeded', by: 'test' });
    await clock.advance(0);
    const second = kill.kill(AGENT, { reason: 'security_violation', by: 'test' });
    held.release();
    await Promise.all([first.durable, second.durable]);
    const { kill: after } = await bench(storage, fakeClock(), false);
    expect(after.status(AGENT)).toMatchObject({
      epoch: 2,
      reasons: ['rate_limit_exceeded', 'security_violation'],
    });
  });
});
