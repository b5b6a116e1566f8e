import { memory } from '@ttp/adapters/memory';
import { describe, expect, it } from 'vitest';
import { bytesOf, textOf } from '../../src/contract/bytes.js';
import {
  codeRejectedBy,
  codeThrownBy,
  explore,
  exploreAtRandom,
  replay,
  ScheduleFailure,
  type SetUp,
  seededRandom,
} from '../../src/index.js';
import { interleavings } from './interleavings.js';
import {
  counterOn,
  counters,
  deadlock,
  failing,
  handOver,
  racyCounter,
  staleAnswer,
  turns,
  twins,
} from './scenarios.js';

/** The failure that a promise is rejected with; anything else fails the test. */
async function failureOf(promise: Promise<unknown>): Promise<ScheduleFailure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ScheduleFailure) return error;
    throw error;
  }
  return expect.fail('no schedule failed');
}

async function scheduleOfSeed(seed: number): Promise<readonly string[]> {
  const options = { random: seededRandom(seed), runs: 100, setup: racyCounter };
  return (await failureOf(exploreAtRandom(options))).schedule;
}

describe('explore', () => {
  it.each([[[1, 1]], [[2, 3]], [[3, 3]], [[4, 4]], [[2, 2, 2]], [[1, 2, 3]], [[3, 3, 2]]])(
    'runs exactly the interleavings of the naive model, each once, for tasks of %j turns',
    async (segments) => {
      for (const preemptions of [0, 1, 2, 3]) {
        const seen: string[] = [];
        const { schedules } = await explore({ preemptions, setup: turns(segments, seen) });
        const wanted = interleavings(segments, preemptions);
        expect([...seen].sort()).toEqual(wanted);
        expect(schedules).toBe(wanted.length);
      }
    },
  );

  it.each([[[2, 3]], [[4, 4]], [[1, 2, 3]], [[3, 3, 2]]])(
    'leaves nothing out where each way to a state is a state of its own, for tasks of %j turns',
    async (segments) => {
      for (const preemptions of [0, 1, 2]) {
        const seen: string[] = [];
        await explore({ preemptions, setup: turns(segments, seen, true) });
        expect([...seen].sort()).toEqual(interleavings(segments, preemptions));
      }
    },
  );

  it.each([false, true])(
    'reaches the same ends when it goes on from each state once, in fewer schedules (atomic: %s)',
    async (isAtomic) => {
      for (const preemptions of [0, 1, 2, 3]) {
        const [every, merged] = [new Set<number>(), new Set<number>()];
        const all = await explore({ preemptions, setup: counters(3, isAtomic, false, every) });
        const few = await explore({ preemptions, setup: counters(3, isAtomic, true, merged) });
        expect(merged).toEqual(every);
        expect(few.schedules).toBeLessThan(all.schedules);
      }
    },
  );

  it('finds a lost update among 30 identical tasks, where schedules are too many to run them all', async () => {
    const ends = new Set<number>();
    await explore({ preemptions: 0, setup: counters(30, false, true, ends) });
    expect([...ends]).toEqual([60]);
    const { schedules } = await explore({ preemptions: 1, setup: counters(30, false, true, ends) });
    expect(Math.min(...ends)).toBe(2);
    expect(schedules).toBeLessThan(20_000);
  });

  it('finds a check-then-act race at 1 preemption, and cannot see it without one', async () => {
    expect(await explore({ preemptions: 0, setup: racyCounter })).toEqual({ schedules: 2 });
    const failure = await failureOf(explore({ preemptions: 1, setup: racyCounter }));
    expect(failure.code).toBe('TESTKIT_SCHEDULE_FAILED');
    expect(failure.schedule).toEqual([
      '0:start',
      '1:start',
      '1:between read and write',
      '0:between read and write',
    ]);
    expect(failure.message).toContain('  1:between read and write');
  });

  it('reports a schedule that fails again when it is replayed', async () => {
    const { schedule } = await failureOf(explore({ preemptions: 1, setup: racyCounter }));
    expect((await failureOf(replay(schedule, racyCounter))).schedule).toEqual(schedule);
    const quiet = ['0:start', '0:between read and write', '1:start', '1:between read and write'];
    expect(await replay(quiet, racyCounter)).toBeUndefined();
  });

  it('tells equal steps of one task apart, so that a replay takes the right one', async () => {
    const failure = await failureOf(explore({ preemptions: 0, setup: twins }));
    expect(failure.schedule).toEqual(['0:start', '0:write#2', '0:write']);
    expect((await failureOf(replay(failure.schedule, twins))).schedule).toEqual(failure.schedule);
    expect(await replay(['0:start', '0:write', '0:write#2'], twins)).toBeUndefined();
  });

  it('refuses to replay a schedule of another scenario, or a part of one', async () => {
    expect(await codeRejectedBy(replay(['0:start', '0:elsewhere'], racyCounter))).toBe(
      'TESTKIT_NOT_DETERMINISTIC',
    );
    expect(await codeRejectedBy(replay(['0:start'], racyCounter))).toBe('TESTKIT_NOT_DETERMINISTIC');
  });

  it('sees a race through the store: get and put lose an update, compare-and-set does not', async () => {
    const failure = await failureOf(explore({ preemptions: 1, setup: counterOn(false) }));
    expect(failure.schedule).toContain('0:get n');
    expect((await explore({ preemptions: 2, setup: counterOn(true) })).schedules).toBeGreaterThan(20);
  });

  it('lets others act between the effect of a port call and its answer', async () => {
    const { schedule } = await failureOf(explore({ preemptions: 1, setup: staleAnswer }));
    expect(schedule).toEqual(['0:start', '0:get killed', '1:start', '0:get killed answered']);
  });

  it('wraps logs and whole storages, and passes their answers and errors on', async () => {
    const labels: string[] = [];
    await explore({
      preemptions: 0,
      setup: (sched) => {
        const inner = memory();
        const storage = sched.storage(inner);
        const log = storage.log('audit');
        return {
          tasks: [
            async () => {
              expect(await log.append([bytesOf('a')])).toBe(0n);
              expect(await codeRejectedBy(log.append([], 7n))).toBe('LOG_CONFLICT');
              expect(await log.size()).toBe(1n);
              for await (const entry of log.read(0n, 9n)) labels.push(textOf(entry) ?? '');
              await storage.store.put('k', bytesOf('v'));
              for await (const key of storage.store.list('')) labels.push(key);
              expect(await storage.store.delete('k')).toBe(true);
              await storage.close();
            },
          ],
          check: async () => expect(await codeRejectedBy(inner.store.get('k'))).toBe('STORE_CLOSED'),
        };
      },
    });
    expect(labels).toEqual(['a', 'k']);
  });

  it('does not run a task that waits for another one, and does not count leaving it', async () => {
    // Without preemption: task 0 runs until it blocks, or task 1 runs first to its end.
    expect(await explore({ preemptions: 0, setup: handOver })).toEqual({ schedules: 2 });
    expect((await explore({ preemptions: 3, setup: handOver })).schedules).toBeGreaterThan(5);
  });

  it('waits through chains of promises of any length before it calls a task blocked', async () => {
    const { schedules } = await explore({
      preemptions: 1,
      setup: (sched) => {
        let at = 0;
        return {
          tasks: [
            async () => {
              for (let i = 0; i < 500; i++) await Promise.resolve();
              at = 1;
              await sched.step('after the chain');
            },
            async () => expect([0, 1]).toContain(at),
          ],
          check: () => expect(at).toBe(1),
        };
      },
    });
    expect(schedules).toBe(3);
  });

  it('reports tasks that wait for each other, with the schedule', async () => {
    const failure = await failureOf(explore({ preemptions: 1, setup: deadlock }));
    expect(
      codeThrownBy(() => {
        throw failure.cause;
      }),
    ).toBe('TESTKIT_DEADLOCK');
  });

  it('tries the orders of the steps that one task takes at once, and runs what it left in the background', async () => {
    const orders = new Set<string>();
    await explore({
      preemptions: 0,
      setup: (sched) => {
        let order = '';
        const note = async (name: string): Promise<void> => {
          await sched.step('write');
          order += name;
        };
        return {
          tasks: [
            async () => {
              void note('background').catch(() => {});
              await Promise.all([note('a'), note('b')]);
            },
          ],
          check: () => void orders.add(order),
        };
      },
    });
    expect(orders.size).toBe(6);
    expect([...orders].every((order) => order.includes('background'))).toBe(true);
  });

  it('reports what a task throws, whatever it is', async () => {
    const failure = await failureOf(explore({ preemptions: 0, setup: failing }));
    expect([failure.cause, failure.schedule]).toEqual(['not even an error', ['0:start']]);
  });

  it('lets what a task left behind take its steps when the check wakes it', async () => {
    const ended: boolean[] = [];
    await explore({
      preemptions: 0,
      setup: (sched) => {
        const wake = Promise.withResolvers<void>();
        let left: Promise<void> | undefined;
        return {
          tasks: [async () => void (left = wake.promise.then(() => sched.step('woken')))],
          async check() {
            wake.resolve();
            await left;
            ended.push(true);
          },
        };
      },
    });
    expect(ended).toEqual([true]);
  });

  it('lets steps outside the tasks pass at once', async () => {
    const passed = await explore({
      preemptions: 0,
      setup: async (sched) => {
        await sched.step('setting up');
        return { tasks: [], check: () => sched.step('checking') };
      },
    });
    expect(passed).toEqual({ schedules: 1 });
  });

  it('notices a scenario that reads something which changes from run to run', async () => {
    let runs = 0;
    const setup: SetUp = (sched) => {
      const label = `run ${runs++}`;
      return { tasks: [() => sched.step(label), () => sched.step(label)], check: () => {} };
    };
    expect(await codeRejectedBy(explore({ preemptions: 1, setup }))).toBe('TESTKIT_NOT_DETERMINISTIC');
  });

  it('says so when there are too many schedules', async () => {
    const setup = turns([3, 3], []);
    expect(await codeRejectedBy(explore({ preemptions: 2, setup, maxSchedules: 5 }))).toBe(
      'TESTKIT_TOO_MANY_SCHEDULES',
    );
    expect((await explore({ preemptions: 0, setup, maxSchedules: 2 })).schedules).toBe(2);
  });

  it('refuses a bound that is none', async () => {
    for (const preemptions of [-1, 0.5, Number.NaN])
      expect(await codeRejectedBy(explore({ preemptions, setup: racyCounter }))).toBe('TESTKIT_BAD_ARGUMENT');
  });
});

describe('exploreAtRandom', () => {
  it('finds a race, the same one for the same seed', async () => {
    expect(await scheduleOfSeed(1)).toEqual(await scheduleOfSeed(1));
    const failure = await failureOf(replay(await scheduleOfSeed(2), racyCounter));
    expect(failure.code).toBe('TESTKIT_SCHEDULE_FAILED');
  });

  it('runs as many schedules as it was told, with any number of preemptions', async () => {
    const seen: string[] = [];
    await exploreAtRandom({ random: seededRandom(7), runs: 200, setup: turns([3, 3], seen) });
    expect(seen).toHaveLength(200);
    expect(new Set(seen)).toEqual(new Set(interleavings([3, 3], 99)));
  });
});
