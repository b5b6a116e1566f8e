import { memory } from '@ttp/adapters/memory';
import type { Storage, Store } from '@ttp/core';
import { createKillSwitch } from '@ttp/guard';
import { fakeClock } from '@ttp/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, rig } from './rig.js';

afterEach(closeAll);

const CALL = { tool: 'read_file', input: { path: 'data/a' } };
const CHECKED = { wouldPermit: false, code: 'GUARD_LEASE_EXPIRED' };
const BLOCKED = { status: 'blocked', code: 'GUARD_LEASE_EXPIRED' };

/** A rig whose store others may write too; reads of its kill records can be counted, fail and hang. */
async function shared() {
  const own = memory();
  const time = fakeClock();
  const state: { reads: number; records: 'there' | 'failing' | 'hanging' } = { reads: 0, records: 'there' };
  const get: Store['get'] = (key) => {
    if (!key.startsWith('kill/')) return own.store.get(key);
    state.reads++;
    if (state.records === 'failing') return Promise.reject(new Error('partition'));
    return state.records === 'hanging' ? new Promise(() => undefined) : own.store.get(key);
  };
  const store: Store = {
    get,
    put: (...args) => own.store.put(...args),
    delete: (key) => own.store.delete(key),
    list: (prefix) => own.store.list(prefix),
  };
  const storage: Storage = { store, shared: true, log: (name) => own.log(name), close: () => own.close() };
  let starved = 0;
  const clock = { now: () => time.now() + starved, monotonic: () => time.monotonic() + starved };
  const made = await rig({ storage, ports: { clock, timer: time } });
  return {
    ...made,
    state,
    time,
    effects: () => made.effects(),
    /** The host keeps the event loop for so long that no timer runs. */
    starve: () => void (starved += 6_000),
  };
}

describe('a lease that ran out before a call', () => {
  it('is renewed by a read of the kill records, since no timer could run', async () => {
    const r = await shared();
    r.starve();
    expect(await r.ttp.check(CALL)).toMatchObject({ wouldPermit: true });
    r.starve();
    expect(await r.read('data/a')).toMatchObject({ status: 'done' });
    expect(r.effects()).toBe(1);
  });

  it('is not renewed past a kill of another process', async () => {
    const r = await shared();
    const other = await createKillSwitch({ storage: r.storage, clock: r.clock, timer: r.clock });
    await other.kill(r.ttp.did, { reason: 'security_violation', by: 'other' }).durable;
    r.starve();
    expect(await r.read('data/a')).toMatchObject({ status: 'blocked', code: 'GUARD_KILLED' });
    expect(r.ttp.isKilled()).toBe(true);
    other.close();
  });

  it('refuses where the records cannot be read, until they can', async () => {
    const r = await shared();
    r.starve();
    r.state.records = 'failing';
    expect(await r.ttp.check(CALL)).toMatchObject(CHECKED);
    expect(await r.read('data/a')).toMatchObject(BLOCKED);
    expect(r.effects()).toBe(0);
    r.state.records = 'there';
    expect(await r.read('data/a')).toMatchObject({ status: 'done' });
  });

  it('refuses after a second where the store hangs, which all calls ask once', async () => {
    const r = await shared();
    r.starve();
    r.state.records = 'hanging';
    const before = r.state.reads;
    const calls = [r.read('data/a'), r.read('data/b'), r.read('data/c')];
    await r.time.advance(1_000);
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject(BLOCKED);
    // That of the agent and that of everybody, for the calls and for the poll together.
    expect(r.state.reads - before).toBe(2);
    expect(r.effects()).toBe(0);
  });
});
