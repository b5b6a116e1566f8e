import { memory } from '@ttp/adapters/memory';
import type { Storage } from '@ttp/core';
import { codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { storeKillChannel } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { bench, shared } from './harness.js';
import { type Point, point, pointSigner } from './points.js';

const KILL = { reason: 'security_violation', by: 'test' } as const;

/** Two points with records of their own, that tell each other through one store. */
async function apart(between: Storage = memory(), records?: Storage) {
  const clock = fakeClock();
  const channel = storeKillChannel({ store: between.store, timer: clock });
  const [first, second] = [pointSigner(0), pointSigner(1)];
  const storage = records === undefined ? {} : { storage: records };
  const here = await point(first, [second], channel, { clock, ...storage });
  const there = await point(second, [first], channel, { clock, ...storage });
  const serve = (to: Point) => channel.serve(to.signer.did, (notice) => to.kill.receive(notice));
  return { clock, channel, here, there, serve, store: between.store };
}

const left = async (store: Storage['store']): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of store.list('guard/notice')) keys.push(key);
  return keys;
};

describe('a store between two enforcement points', () => {
  it('carries kills and acknowledgements within half a second, and keeps none', async () => {
    const { clock, here, there, serve, store } = await apart();
    const dispose = serve(there);
    await clock.advance(0);
    const permit = there.kill.permit(AGENT, there.kill.epochOf(AGENT));
    const reporting = here.kill.kill(AGENT, KILL).report();
    await clock.advance(250);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    await clock.advance(249);
    expect((await reporting).enforced).toEqual({ confirmed: 1, configured: 1, quorum: 1 });
    expect(await left(store)).toEqual([]);
    dispose();
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  it('keeps a notice until who it is for is there', async () => {
    const { clock, here, there, serve, store } = await apart();
    const reporting = here.kill.kill(AGENT, KILL).report();
    await clock.advance(1_000);
    expect((await reporting).enforced.confirmed).toBe(0);
    expect(there.kill.isKilled(AGENT)).toBe(false);
    const dispose = serve(there);
    await clock.advance(0);
    expect(there.kill.isKilled(AGENT)).toBe(true);
    dispose();
    expect(await left(store)).toHaveLength(1); // the answer, which nobody waits for any more
  });

  it('is believed nothing: what lies in it unsigned stops nobody and is removed', async () => {
    const { clock, there, serve, store, channel } = await apart();
    const controller = new AbortController();
    channel.send(there.signer.did, '{"forged":true}', controller.signal).catch(() => undefined);
    await clock.advance(0);
    expect(await left(store)).toHaveLength(1);
    const dispose = serve(there);
    await clock.advance(0);
    expect(there.kill.isKilled(AGENT)).toBe(false);
    expect(await left(store)).toEqual([]);
    controller.abort();
    await clock.advance(100);
    dispose();
    expect(clock.pending).toBe(0);
  });

  it('that fails meanwhile is asked again', async () => {
    const storage = memory();
    let isUp = true;
    const { store } = storage;
    const flaky: Storage = {
      ...storage,
      store: {
        ...store,
        get: (key) => (isUp ? store.get(key) : Promise.reject(new Error('EIO'))),
        put: (...given) => store.put(...given),
      },
    };
    const { clock, here, there, serve } = await apart(flaky);
    const dispose = serve(there);
    await clock.advance(0);
    here.kill.kill(AGENT, KILL);
    await clock.advance(0);
    isUp = false;
    await clock.advance(600);
    expect(there.kill.isKilled(AGENT)).toBe(false);
    isUp = true;
    await clock.advance(250);
    expect(there.kill.isKilled(AGENT)).toBe(true);
    dispose();
  });

  it('acknowledges nothing that is not durable, while the gate closes all the same', async () => {
    const records = memory();
    const { store } = records;
    let isFull = false;
    const full: Storage = {
      ...records,
      store: {
        ...store,
        put: (...given) => (isFull ? Promise.reject(new Error('ENOSPC')) : store.put(...given)),
      },
    };
    const between = memory();
    const clock = fakeClock();
    const channel = storeKillChannel({ store: between.store, timer: clock });
    const [first, second] = [pointSigner(0), pointSigner(1)];
    const here = await point(first, [second], channel, { clock });
    const there = await point(second, [first], channel, { clock, storage: full });
    const dispose = channel.serve(second.did, (notice) => there.kill.receive(notice));
    isFull = true;
    const { report } = here.kill.kill(AGENT, KILL);
    const reporting = report();
    await clock.advance(1_000);
    expect((await reporting).enforced.confirmed).toBe(0);
    expect(there.kill.isKilled(AGENT)).toBe(true);
    dispose();
  });
});

describe('an enforcement point that is cut off', () => {
  it('stops at the end of its lease, whoever was killed', async () => {
    proves('law.K-4');
    const clock = fakeClock();
    const storage = shared();
    let isUp = true;
    const { store } = storage;
    const cut: Storage = {
      ...storage,
      store: { ...store, get: (key) => (isUp ? store.get(key) : Promise.reject(new Error('partition'))) },
    };
    const { kill } = await bench(cut, clock);
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    isUp = false;
    const other = await bench(storage, fakeClock(), false);
    await other.kill.kill(AGENT, KILL).durable;
    await clock.advance(4_999);
    permit.enter();
    await clock.advance(1);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_LEASE_EXPIRED');
  });
});
