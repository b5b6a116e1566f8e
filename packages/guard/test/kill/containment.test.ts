import { memory } from '@ttp/adapters/memory';
import { asDid, type Storage } from '@ttp/core';
import { codeThrownBy, type FakeClock, fakeClock, proves } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createKillSwitch, type KillEvent, type KillStep, type KillSteps } from '../../src/index.js';
import { AGENT, OTHER } from '../interaction.js';
import { shared } from './harness.js';

const KILL = { reason: 'security_violation', by: 'test' } as const;
const PARENT = asDid('did:ttp:agent:parent');

async function open(steps: KillSteps, storage: Storage = memory(), clock: FakeClock = fakeClock()) {
  const events: KillEvent[] = [];
  const kill = await createKillSwitch({
    storage,
    clock,
    timer: clock,
    steps,
    emit: (event) => void events.push(event),
  });
  await kill.enrol(AGENT, true, [PARENT]);
  return { kill, clock, events };
}

describe('the sequence of a kill', () => {
  it('closes the gate, aborts, ends sessions, blocks requests, opens the breaker, in this order and in one tick', async () => {
    const order: string[] = [];
    const say =
      (name: string, count: number): KillStep =>
      ({ target }) => {
        order.push(`${name} of ${target}`);
        // The gate is closed before anything else is done.
        expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
        return count;
      };
    const { kill, events } = await open({
      sessions: say('sessions', 3),
      requests: say('requests', 7),
      circuit: say('circuit', 1),
    });
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    permit.signal.addEventListener('abort', () => order.push('aborted'));
    const result = kill.kill(AGENT, KILL);
    expect(order).toEqual([
      'aborted',
      ...['sessions', 'requests', 'circuit'].map((name) => `${name} of ${AGENT}`),
    ]);
    expect(await result.report()).toEqual({
      durable: true,
      sessionsTerminated: 3,
      requestsBlocked: 7,
      circuitsOpened: 1,
      faults: [],
      enforced: { confirmed: 0, configured: 0, quorum: 0 },
    });
    expect(events.map(({ type }) => type)).toEqual(['agent-killed', 'breaker-tripped']);
  });

  it('goes on where a step throws, rejects or hangs, and says so', async () => {
    const ended: string[] = [];
    const { kill, clock, events } = await open({
      sessions: () => {
        throw new RangeError('no sessions');
      },
      requests: () => new Promise(() => undefined),
      circuit: async () => {
        ended.push('circuit');
        return Promise.reject(new Error('no breaker'));
      },
    });
    const { report, durable } = kill.kill(AGENT, KILL);
    expect(ended).toEqual(['circuit']);
    await durable;
    const reporting = report();
    await clock.advance(499);
    expect(events.map(({ type }) => type)).toEqual(['agent-killed']);
    await clock.advance(1);
    expect((await reporting).faults).toEqual(['GUARD_STEP_FAILED', 'GUARD_STEP_FAILED', 'GUARD_STEP_FAILED']);
    expect(events.slice(1).map(({ type, data }) => [type, data['code']])).toEqual(
      [1, 2, 3].map(() => ['finding-raised', 'GUARD_STEP_FAILED']),
    );
    expect(kill.isKilled(AGENT)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('reports within half a second of a store that hangs', async () => {
    const storage = memory();
    const { store } = storage;
    let hangs = false;
    const hanging: Storage = {
      ...storage,
      store: { ...store, put: (...given) => (hangs ? new Promise(() => undefined) : store.put(...given)) },
    };
    const { kill, clock } = await open({ sessions: () => 1 }, hanging);
    hangs = true;
    const reporting = kill.kill(AGENT, KILL).report();
    await clock.advance(500);
    expect(await reporting).toMatchObject({ durable: false, sessionsTerminated: 1 });
  });

  it.each([
    ['the agent', AGENT, [true, false]],
    ['an inception above it', PARENT, [true, false]],
    ['everybody', '*', [true, true]],
    ['somebody else', OTHER, [false, true]],
  ] as const)('of %s says whose sessions they are', async (_, target, included) => {
    let seen: boolean[] = [];
    const { kill } = await open({
      sessions: ({ includes }) => {
        seen = [includes(AGENT), includes(OTHER)];
        return 0;
      },
    });
    kill.kill(target, KILL);
    expect(seen).toEqual(included);
  });

  it('is gone through by every process that learns of the kill, once, and not at boot', async () => {
    const storage = shared();
    const clock = fakeClock();
    const ended: string[] = [];
    const here = await open({ sessions: () => ended.push('here') }, storage, clock);
    const there = await open({ sessions: () => ended.push('there') }, storage, clock);
    await here.kill.kill(AGENT, KILL).durable;
    expect(ended).toEqual(['here']);
    await clock.advance(250);
    await clock.advance(1_000);
    expect(ended).toEqual(['here', 'there']);
    there.kill.close();
    await open({ sessions: () => ended.push('later') }, storage, clock);
    expect(ended).toEqual(['here', 'there']);
  });

  it('stops with no network at all', async () => {
    proves('law.K-3');
    const { kill } = await open({});
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    const { report } = kill.kill(AGENT, KILL);
    expect(codeThrownBy(() => permit.enter())).toBe('GUARD_KILLED');
    expect((await report()).enforced).toEqual({ confirmed: 0, configured: 0, quorum: 0 });
  });
});
