import { memory } from '@ttp/adapters/memory';
import type { KillReason } from '@ttp/core';
import {
  codeRejectedBy,
  codeThrownBy,
  explore,
  exploreAtRandom,
  fakeClock,
  proves,
  type Scenario,
  type Scheduler,
  seededRandom,
} from '@ttp/testkit';
import { describe, expect, it, vi } from 'vitest';
import type { KillSwitch } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { bench, open, reinstateOrder, shared, withStore } from './harness.js';

/** Every schedule with two preemptions in each check, and with three by `npm run soak`. */
const BOUND = { preemptions: process.env['TTP_SOAK'] === undefined ? 2 : 3, maxSchedules: 10_000_000 };

vi.setConfig({ testTimeout: BOUND.preemptions > 2 ? 3_600_000 : 30_000 });

const KILL = { reason: 'manual_operator_action', by: 'test' } as const;

/** Effects, and whether the kill had returned when each of them happened. */
interface Ledger {
  readonly effects: boolean[];
  hasReturned: boolean;
}

/** Actions, a kill, and nothing else. */
async function race(
  sched: Scheduler,
  actions: number,
  act: (kill: KillSwitch, ledger: Ledger) => Promise<void>,
): Promise<Scenario> {
  const storage = memory();
  const kill = await open(sched.storage(storage), fakeClock());
  await kill.enrol(AGENT, true);
  const ledger: Ledger = { effects: [], hasReturned: false };
  return {
    tasks: [
      ...Array.from({ length: actions }, () => () => act(kill, ledger)),
      async () => {
        await sched.step('kill');
        const { durable } = kill.kill(AGENT, KILL);
        ledger.hasReturned = true;
        await durable;
      },
    ],
    async check() {
      expect(ledger.effects.filter((isLate) => isLate)).toEqual([]);
      expect((await bench(storage, fakeClock(), false)).kill.isKilled(AGENT)).toBe(true);
    },
  };
}

/** The way it has to be done: enter() immediately before each effect, nothing awaited in between. */
const entering =
  (sched: Scheduler, effects = 2) =>
  async (kill: KillSwitch, ledger: Ledger): Promise<void> => {
    const permit = kill.permit(AGENT, kill.epochOf(AGENT));
    for (let i = 0; i < effects; i++) {
      await sched.step('work');
      const refused = codeThrownBy(() => permit.enter());
      if (refused === undefined) ledger.effects.push(ledger.hasReturned);
      else expect(refused).toBe('GUARD_KILLED');
    }
  };

/** The attack of flaw.K1: look, wait, act. */
const lookingFirst =
  (sched: Scheduler) =>
  async (kill: KillSwitch, ledger: Ledger): Promise<void> => {
    if (kill.isKilled(AGENT)) return;
    await sched.step('work');
    ledger.effects.push(ledger.hasReturned);
  };

/** Takes a permit and leaves out enter(). */
const unasked =
  (sched: Scheduler) =>
  async (kill: KillSwitch, ledger: Ledger): Promise<void> => {
    kill.permit(AGENT, kill.epochOf(AGENT));
    await sched.step('work');
    ledger.effects.push(ledger.hasReturned);
  };

/**
 * A hundred identical actions and a kill. An action holds nothing but its permit, and the only thing that they share is
 * the latch: schedules that meet with the same number of actions at the same steps go on alike. The kill is one step,
 * for it closes the latch in the tick in which it is called.
 */
async function hundred(
  sched: Scheduler,
  act: (kill: KillSwitch, ledger: Ledger) => Promise<void>,
  done: (effects: number) => void = () => undefined,
): Promise<Scenario> {
  const { kill } = await bench();
  const ledger: Ledger = { effects: [], hasReturned: false };
  let atKill = -1;
  const action = (): Promise<void> => act(kill, ledger);
  return {
    tasks: [
      ...Array.from({ length: 100 }, () => action),
      async () => {
        kill.kill(AGENT, KILL);
        ledger.hasReturned = true;
        atKill = ledger.effects.length;
      },
    ],
    state: () => String(ledger.hasReturned),
    check() {
      expect(ledger.effects).toEqual(Array(atKill).fill(false));
      done(atKill);
    },
  };
}

describe('no effect after a kill', () => {
  it.each([
    [3, 1],
    [2, 3],
  ])(
    `under every interleaving of %i actions of %i effects with at most ${BOUND.preemptions} preemptions`,
    async (actions, effects) => {
      proves('flaw.K1', 'law.K-1', 'guard.kill.latch');
      const { schedules } = await explore({
        ...BOUND,
        setup: (sched) => race(sched, actions, entering(sched, effects)),
      });

      expect(schedules).toBeGreaterThan(100);
    },
  );

  it(`of 100 started actions, under every interleaving with at most ${BOUND.preemptions} preemptions`, async () => {
    proves('flaw.K1', 'law.K-1', 'guard.kill.latch');
    const effects = new Set<number>();
    const { schedules } = await explore({
      ...BOUND,
      setup: (sched) => hundred(sched, entering(sched, 1), (done) => effects.add(done)),
    });

    expect(schedules).toBeGreaterThan(1_000);
    expect(effects.size).toBe(101);
  });

  it.each([
    ['looking first', lookingFirst],
    ['never asking the permit', unasked],
  ])('is what %s does not give to 100 actions', async (_, act) => {
    proves('flaw.K1');
    const exploring = explore({ preemptions: 2, setup: (sched) => hundred(sched, act(sched)) });
    expect(await codeRejectedBy(exploring)).toBe('TESTKIT_SCHEDULE_FAILED');
  });

  it('of 100 actions, under random interleavings', async () => {
    proves('flaw.K1', 'law.K-1');
    let runs = 0;
    await exploreAtRandom({
      random: seededRandom('a hundred actions'),
      runs: 20,
      setup: (sched) => (runs++, race(sched, 100, entering(sched))),
    });
    expect(runs).toBe(20);
  });

  it('of 100 actions, with the kill after each number of effects', async () => {
    proves('flaw.K1', 'law.K-1');
    for (let before = 0; before <= 100; before++) {
      const { kill } = await bench();
      const permits = Array.from({ length: 100 }, () => kill.permit(AGENT, kill.epochOf(AGENT)));
      let effects = 0;
      for (const permit of permits) {
        if (effects === before) kill.kill(AGENT, KILL);
        if (codeThrownBy(() => permit.enter()) === undefined) effects++;
      }
      expect(effects).toBe(before);
      expect(permits.every(({ signal }) => signal.aborted)).toBe(before < 100);
    }
  });

  it('is what looking first does not give', async () => {
    proves('flaw.K1');
    const exploring = explore({ preemptions: 1, setup: (sched) => race(sched, 2, lookingFirst(sched)) });
    expect(await codeRejectedBy(exploring)).toBe('TESTKIT_SCHEDULE_FAILED');
  });
});

/** Killed in epoch 1, saved, with the orders to lift that. */
async function killedOnce(sched: Scheduler, reason: KillReason) {
  const storage = shared();
  const first = await bench(storage);
  await first.kill.kill(AGENT, { reason, by: 'before' }).durable;
  first.kill.close();
  const through = sched.storage(storage);
  const one = await bench(through, fakeClock(), false);
  const two = await bench(through, fakeClock(), false);
  return { storage, one: one.kill, two: two.kill, orders: [await reinstateOrder(0, { reason })] };
}

describe('a kill against a reinstatement', () => {
  it('of the same process ends killed under every interleaving', async () => {
    proves('law.K-2');
    const { schedules } = await explore({
      ...BOUND,
      async setup(sched) {
        const { storage, one, orders } = await killedOnce(sched, 'manual_operator_action');
        return {
          tasks: [
            async () => void (await codeRejectedBy(one.reinstate(orders))),
            async () => {
              await sched.step('kill');
              await one.kill(AGENT, { reason: 'security_violation', by: 'test' }).durable;
            },
          ],
          async check() {
            expect(one.status(AGENT)).toMatchObject({ killed: true, durable: true });
            expect((await bench(storage, fakeClock(), false)).kill.status(AGENT)).toMatchObject({
              killed: true,
              epoch: one.status(AGENT).epoch,
            });
          },
        };
      },
    });
    expect(schedules).toBeGreaterThan(20);
  });

  it('is not undone by a read that began before it', async () => {
    proves('law.K-2', 'flaw.K2');
    const { schedules } = await explore({
      ...BOUND,
      async setup(sched) {
        const storage = shared();
        await bench(storage);
        // The record of everybody is not what this is about.
        const partly = withStore(storage, (store) => {
          const steps = sched.store(store);
          return {
            get: (key) => (key.endsWith('*') ? store : steps).get(key),
            put: (key, value, expected) => steps.put(key, value, expected),
          };
        });
        const { kill } = await bench(partly, fakeClock(), false);
        return {
          tasks: [
            () => kill.refresh(),
            async () => {
              await sched.step('kill');
              const { durable } = kill.kill(AGENT, KILL);
              for (let i = 0; i < 3; i++) {
                expect(kill.isKilled(AGENT)).toBe(true);
                await sched.step('look');
              }
              await durable;
              expect(kill.isKilled(AGENT)).toBe(true);
            },
          ],
          check: () => expect(kill.status(AGENT)).toMatchObject({ killed: true, durable: true }),
        };
      },
    });
    expect(schedules).toBeGreaterThan(20);
  });

  it('of another process ends killed under every interleaving', async () => {
    proves('law.K-2');
    const { schedules } = await explore({
      ...BOUND,
      async setup(sched) {
        const { storage, one, two, orders } = await killedOnce(sched, 'manual_operator_action');
        return {
          tasks: [
            async () => void (await codeRejectedBy(one.reinstate(orders))),
            async () => {
              await sched.step('kill');
              await two.kill(AGENT, { reason: 'security_violation', by: 'test' }).durable;
            },
          ],
          async check() {
            await Promise.all([one.refresh(), two.refresh()]);
            expect([one.isKilled(AGENT), two.isKilled(AGENT)]).toEqual([true, true]);
            expect((await bench(storage, fakeClock(), false)).kill.isKilled(AGENT)).toBe(true);
          },
        };
      },
    });
    expect(schedules).toBeGreaterThan(20);
  });

  it('by two processes at once is done once', async () => {
    await explore({
      ...BOUND,
      async setup(sched) {
        const { one, two, orders } = await killedOnce(sched, 'manual_operator_action');
        const codes: (string | undefined)[] = [];
        return {
          tasks: [one, two].map(
            (kill) => async () => void codes.push(await codeRejectedBy(kill.reinstate(orders))),
          ),
          async check() {
            expect(codes.filter((code) => code === undefined)).toHaveLength(1);
            expect(codes).toContain('GUARD_ORDER_STALE');
            await two.refresh();
            expect(two.status(AGENT)).toMatchObject({ killed: false, epoch: 2 });
          },
        };
      },
    });
  });
});
