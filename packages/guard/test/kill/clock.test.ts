import { memory } from '@ttp/adapters/memory';
import { type Clock, KILL_REASONS, type KillReason, type Storage } from '@ttp/core';
import { type FakeClock, fakeClock, proves, withSeed } from '@ttp/testkit';
import { describe, expect, it } from 'vitest';
import { createKillSwitch, KILL_COOLDOWN_MS, type KillSwitch } from '../../src/index.js';
import { AGENT } from '../interaction.js';

const YEAR = 365 * 86_400_000;
const START = 1_700_000_000_000;
const MILD: readonly KillReason[] = ['rate_limit_exceeded', 'circuit_breaker_trip'];

/** What a clock may do to those who ask it. The timer is another one, and true. */
const FAULTS: Readonly<Record<string, (truth: FakeClock, n: number) => Clock>> = {
  'a year ahead': (truth) => ({ now: () => truth.now() + YEAR, monotonic: () => truth.monotonic() }),
  'a year behind': (truth) => ({ now: () => truth.now() - YEAR, monotonic: () => truth.monotonic() }),
  'jumping to and fro by a year': (truth, n) => ({
    now: () => truth.now() + (n % 2 === 0 ? YEAR : -YEAR),
    monotonic: () => truth.monotonic(),
  }),
  stuck: () => ({ now: () => START, monotonic: () => 0 }),
  'leaping by a year with each look': () => {
    let looks = 0;
    return { now: () => START + YEAR * looks++, monotonic: () => YEAR * looks++ };
  },
  'without a time': () => ({ now: () => Number.NaN, monotonic: () => Number.NaN }),
};

async function opened(storage: Storage, clock: Clock, timer: FakeClock): Promise<KillSwitch> {
  // Rarely read: what is looked at is time, and there is much of it.
  const kill = await createKillSwitch({ storage, clock, timer, leaseMs: 30_000, pollMs: 29_999 });
  await kill.enrol(AGENT, false);
  return kill;
}

/** A storage in which the agent was killed. */
async function killedFor(reason: KillReason, isShared: boolean): Promise<Storage> {
  const clock = fakeClock();
  const storage = { ...memory(), shared: isShared };
  const kill = await createKillSwitch({ storage, clock, timer: clock });
  await kill.enrol(AGENT, true);
  await kill.kill(AGENT, { reason, by: 'test' }).durable;
  kill.close();
  return storage;
}

describe.each(Object.keys(FAULTS))('a clock that is %s', (fault) => {
  it.each(KILL_REASONS)('never reinstates who was killed for %s', async (reason) => {
    proves('flaw.K2', 'law.K-2');
    for (const isShared of [false, true]) {
      const storage = await killedFor(reason, isShared);
      const timer = fakeClock();
      let n = 0;
      const wrong = (): Clock => FAULTS[fault]?.(timer, n++) ?? timer;
      let kill = await opened(storage, wrong(), timer);
      for (let step = 0; step < 3; step++) {
        // Nearly a whole cooldown, and then a restart, which begins it anew.
        await timer.advance(KILL_COOLDOWN_MS - 1);
        expect(kill.isKilled(AGENT)).toBe(true);
        kill.close();
        kill = await opened(storage, wrong(), timer);
      }
      expect(kill.isKilled(AGENT)).toBe(true);
      await timer.advance(2 * KILL_COOLDOWN_MS);
      // True time alone ends the two that time ends; a clock without a time does not even date it.
      const ends = MILD.includes(reason) && fault !== 'without a time';
      expect(kill.isKilled(AGENT)).toBe(!ends);
      kill.close();
    }
  });
});

describe('restarts', () => {
  it('never revive, however many there are and whenever they come', async () => {
    proves('flaw.K2', 'law.K-2', 'guard.kill.survives-restart');
    await withSeed('restarts', 6, async (random) => {
      const reason = random.pick(KILL_REASONS);
      const storage = await killedFor(reason, random.chance(0.5));
      const timer = fakeClock();
      for (let restart = 0; restart < 20; restart++) {
        timer.setWall(START + (random.int(3) - 1) * YEAR);
        const kill = await opened(storage, timer, timer);
        // Not even a claim that the identity is new helps.
        await kill.enrol(AGENT, random.chance(0.5));
        await timer.advance(random.int(KILL_COOLDOWN_MS - 1));
        expect(kill.isKilled(AGENT)).toBe(true);
        kill.close();
        // What a closed switch left behind reinstates nobody either.
        expect(timer.pending).toBe(0);
      }
      const kill = await opened(storage, timer, timer);
      expect(kill.status(AGENT)).toMatchObject({ killed: true, epoch: 1, reasons: [reason] });
      kill.close();
    });
  });
});
