import { memory } from '@ttp/adapters/memory';
import { asDid, asEpoch, KILL_REASONS, type KillReason } from '@ttp/core';
import { codeRejectedBy, codeThrownBy, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createKillSwitch } from '../../src/index.js';
import { AGENT, OTHER } from '../interaction.js';
import { bench, order, reinstateOrder, shared, withStore } from './harness.js';

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
    expect(await kill.kill(AGENT, KILL).report()).toEqual({
      durable: true,
      sessionsTerminated: 0,
      requestsBlocked: 0,
      circuitsOpened: 0,
      faults: [],
      enforced: { confirmed: 0, configured: 0, quorum: 0 },
    });
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

/** A storage of this process alone whose disk may be full. */
function filling() {
  const whole = memory();
  const state = { isFull: false, writes: 0 };
  const storage = withStore(whole, (store) => ({
    put(...args) {
      state.writes++;
      return state.isFull ? Promise.reject(new Error('disk full')) : store.put(...args);
    },
  }));
  return { whole, state, storage };
}

describe('a kill that could not be written', () => {
  it('is written as soon as the store takes it, also where nobody reads that', async () => {
    proves('flaw.K2');
    const { whole, state, storage } = filling();
    const { kill, clock } = await bench(storage);
    Object.assign(state, { isFull: true, writes: 0 });
    for (let kills = 0; kills < 2; kills++)
      expect(await codeRejectedBy(kill.kill(AGENT, KILL).durable)).toBe('GUARD_KILL_NOT_DURABLE');
    await clock.advance(10_000);
    // Every 250 ms, however many kills wait.
    expect([state.writes, clock.pending]).toEqual([2 + 40, 1]);
    expect(kill.status(AGENT)).toMatchObject({ killed: true, durable: false, fault: 'GUARD_STORE_FAILED' });
    state.isFull = false;
    await clock.advance(250);
    expect(kill.status(AGENT)).toMatchObject({ killed: true, durable: true });
    expect([kill.status(AGENT).fault, clock.pending]).toEqual([undefined, 0]);
    expect((await bench(whole, fakeClock(), false)).kill.isKilled(AGENT)).toBe(true);
  });

  it('is not tried any more once the switch is closed', async () => {
    const { state, storage } = filling();
    const { kill, clock } = await bench(storage);
    state.isFull = true;
    await codeRejectedBy(kill.kill(AGENT, KILL).durable);
    kill.close();
    expect(clock.pending).toBe(0);
    expect(await codeRejectedBy(kill.kill(AGENT, KILL).durable)).toBe('GUARD_KILL_NOT_DURABLE');
    expect(clock.pending).toBe(0);
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
