import { memory } from '@ttp/adapters/memory';
import { asDid, asEpoch, KILL_REASONS, type KillReason, type Storage } from '@ttp/core';
import { utf8 } from '@ttp/crypto';
import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createKillSwitch } from '../../src/index.js';
import { encodeRecord } from '../../src/kill/record.js';
import { AGENT, OTHER } from '../interaction.js';
import { bench, open, order, reinstateOrder, restart, shared, withStore } from './harness.js';

const KILL = { reason: 'manual_operator_action', by: 'test' } as const;

describe('kill', () => {
  it('closes the latch before it returns', async () => {
    proves('flaw.K1', 'guard.kill.latch', 'guard.kill.step-local', 'guard.kill.is-killed', 'law.K-3');
    const { kill } = await bench();
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    permit.enter();
    const { epoch } = kill.kill(AGENT, KILL);
    // No await since: nothing else can have run.
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect(kill.isKilled(AGENT)).toBe(true);
    expect(epoch).toBe(1);
  });

  it.each([
    ['nothing, but throws', undefined],
    ['no number', NaN],
    ['half a millisecond', 0.5],
  ])('closes the latch with a clock that says %s, durably', async (_, time) => {
    const storage = memory();
    const clock = fakeClock();
    let isBroken = false;
    const broken = {
      monotonic: () => clock.monotonic(),
      now() {
        if (!isBroken) return clock.now();
        if (time === undefined) throw new Error('no clock');
        return time;
      },
    };
    const events: string[] = [];
    const kill = await createKillSwitch({
      storage,
      clock: broken,
      timer: clock,
      emit: ({ type, at }) => events.push(`${type} ${Number.isSafeInteger(at)}`),
    });
    await kill.enrol(AGENT, true);
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    isBroken = true;
    const { durable } = kill.kill(AGENT, KILL);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect(permit.signal.aborted).toBe(true);
    await durable;
    expect(kill.status(AGENT)).toMatchObject({ killed: true, durable: true });
    expect(events).toEqual(['agent-killed true']);
    kill.close();
  });

  it('aborts what is under way, with the code', async () => {
    proves('flaw.K1', 'guard.kill.step-requests');
    const { kill } = await bench();
    const permits = Array.from({ length: 3 }, () => kill.permit(AGENT, kill.epochOf(AGENT)));
    const aborted: unknown[] = [];
    for (const { signal } of permits) signal.addEventListener('abort', () => aborted.push(signal.reason));
    kill.kill(AGENT, KILL);
    expect(aborted.map((reason) => codeThrownBy(() => thrown(reason)))).toEqual(
      Array(3).fill('GUARD_KILLED'),
    );
    expect(kill.permit(AGENT, kill.epochOf(AGENT)).signal.aborted).toBe(true);
  });

  it('lets a permit be entered again and again while the agent lives', async () => {
    proves('guard.kill.latch');
    const { kill } = await bench();
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    for (let i = 0; i < 100; i++) permit.enter();
    permit.signal.addEventListener('abort', () => permit.enter());
    expect(permit.signal.aborted).toBe(false);
  });

  it('stops everybody with *, also agents that come later', async () => {
    const { kill } = await bench();
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    kill.kill('*', KILL);
    await kill.enrol(OTHER, true);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect(permit.signal.aborted).toBe(true);
    expect([kill.isKilled(AGENT), kill.isKilled(OTHER)]).toEqual([true, true]);
    expect(kill.status(AGENT).killed).toBe(false);
  });

  it('leaves other agents alone', async () => {
    const { kill } = await bench();
    await kill.enrol(OTHER, true);
    const permit = kill.permit(OTHER, kill.epochOf(OTHER));
    kill.kill(AGENT, KILL);
    permit.enter();
    expect(permit.signal.aborted).toBe(false);
  });

  it('counts an agent that was not enrolled as killed', async () => {
    const { kill } = await bench();
    expect(kill.isKilled(OTHER)).toBe(true);
    expect(codeThrownBy(() => kill.permit(OTHER, kill.epochOf(OTHER)).enter())).toBe('GUARD_KILLED');
  });

  it('refuses a permit of before a kill that was lifted since', async () => {
    proves('flaw.K1', 'guard.kill.latch');
    const { kill } = await bench();
    const epoch = kill.epochOf(AGENT);
    const permit = kill.permit(AGENT, epoch);
    kill.kill(AGENT, KILL);
    await kill.reinstate([await reinstateOrder(0)]);
    expect(kill.isKilled(AGENT)).toBe(false);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_STALE_EPOCH');
    expect(codeThrownBy(() => kill.permit(AGENT, epoch).enter())).toBe('GUARD_STALE_EPOCH');
    expect(kill.permit(AGENT, epoch).signal.aborted).toBe(true);
    const current = kill.permit(AGENT, kill.epochOf(AGENT));
    current.enter();
    expect(current.signal.aborted).toBe(false);
  });

  it('makes decisions of before a kill of everybody stale too', async () => {
    const { kill } = await bench();
    const epoch = kill.epochOf(AGENT);
    kill.kill('*', KILL);
    await kill.reinstate([await reinstateOrder(0, { target: '*' })]);
    expect(codeThrownBy(() => kill.permit(AGENT, epoch).enter())).toBe('GUARD_STALE_EPOCH');
    kill.permit(AGENT, kill.epochOf(AGENT)).enter();
  });

  it('knows nine reasons and refuses any other', async () => {
    proves('guard.reasons.closed-set');
    const { kill } = await bench();
    expect(KILL_REASONS).toHaveLength(9);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may pass
    const reason = 'because' as KillReason;
    expect(codeThrownBy(() => kill.kill(AGENT, { reason, by: 'test' }))).toBe('CORE_UNKNOWN_TERM');
    expect(kill.isKilled(AGENT)).toBe(false);
    for (const known of KILL_REASONS) kill.kill(AGENT, { reason: known, by: 'test' });
    expect(kill.status(AGENT).reasons).toEqual(KILL_REASONS);
  });

  it('refuses a target that is no DID, or too long for a key', async () => {
    const { kill } = await bench();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may pass
    const name = 'my agent' as typeof AGENT;
    expect(codeThrownBy(() => kill.kill(name, KILL))).toBe('GUARD_BAD_TARGET');
    expect(codeThrownBy(() => kill.status(asDid(`did:ttp:${'x'.repeat(600)}`)))).toBe('GUARD_BAD_TARGET');
  });

  it('says that it is local, as long as no other enforcement points are configured', async () => {
    const { kill } = await bench();
    expect(kill.kill(AGENT, KILL).enforced).toEqual({ confirmed: 0, configured: 0 });
  });

  it('tells once of each kill and reinstatement, never with the message', async () => {
    const { kill, events } = await bench();
    kill.kill(AGENT, { ...KILL, message: 'private' });
    await kill.reinstate([await reinstateOrder(0)]);
    expect(events.map(({ type, subject, data }) => [type, subject, data])).toEqual([
      ['agent-killed', AGENT, { reasons: ['manual_operator_action'], epoch: 1, by: 'test' }],
      ['agent-reinstated', AGENT, { epoch: 2, by: 'operator-0' }],
    ]);
    expect(JSON.stringify(events)).not.toContain('private');
  });

  it('takes any explanation', async () => {
    const { kill } = await bench();
    const { durable } = kill.kill(AGENT, {
      ...KILL,
      message: `\u{D800}${'x'.repeat(10_000)}`,
      by: '\u{DFFF}',
    });
    await durable;
    expect(kill.status(AGENT).message).toBe(`\u{FFFD}${'x'.repeat(499)}`);
    expect(kill.status(AGENT).by).toBe('\u{FFFD}');
  });
});

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

describe('close', () => {
  it('refuses from then on, and leaves no timer', async () => {
    const { kill, clock } = await bench(shared());
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    kill.kill(OTHER, { reason: 'rate_limit_exceeded', by: 'test' });
    await clock.advance(0);
    kill.close();
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_LEASE_EXPIRED');
    expect(clock.pending).toBe(0);
  });
});

describe('createKillSwitch', () => {
  it.each([
    { leaseMs: 0 },
    { leaseMs: 30_001 },
    { leaseMs: Number.NaN },
    { pollMs: 0 },
    { pollMs: 5_000 },
    { leaseMs: 100, pollMs: 100 },
  ])('refuses %o', async (options) => {
    const clock = fakeClock();
    const opening = createKillSwitch({ storage: memory(), clock, timer: clock, ...options });
    expect(await codeRejectedBy(opening)).toBe('GUARD_BAD_LEASE');
  });

  it('obeys no orders without a roster', async () => {
    const clock = fakeClock();
    const kill = await createKillSwitch({ storage: memory(), clock, timer: clock });
    await kill.enrol(AGENT, true);
    kill.kill(AGENT, KILL);
    expect(await codeRejectedBy(kill.reinstate([await reinstateOrder(0)]))).toBe('GUARD_OPERATORS_ABSENT');
    expect(order().epoch).toBe(asEpoch(1));
  });
});

function thrown(error: unknown): never {
  throw error;
}
