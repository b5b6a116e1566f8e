import { isTtpError, TtpError } from '@ttp/core';
import { EXPLORE_MAX_SCHEDULES } from '../limits.js';
import type { SeededRandom } from '../seed/random.js';
import { createSettler } from '../settle.js';
import { ScheduleFailure } from './failure.js';
import { type Choose, createRun, type Scheduler, taskContext, type Waiting } from './scheduler.js';

/** Tasks that run against each other, and what must hold in the end. */
export interface Scenario {
  readonly tasks: readonly (() => Promise<void>)[];
  /** Throws where the tasks left something wrong. */
  check(): void | Promise<void>;
  /**
   * What the tasks share, as far as it decides what they may still do wrong. With it, {@link explore} goes on from
   * each state once, not once per way to it, and takes tasks that are the same function as interchangeable. That is
   * sound where the label at which a task waits says all that it holds by itself, and no task waits for another.
   */
  readonly state?: () => string;
}

/** Makes the scenario anew for every schedule; what it does must follow from the schedule alone. */
export type SetUp = (sched: Scheduler) => Scenario | Promise<Scenario>;

/** What {@link explore} takes. */
export interface ExploreOptions {
  /** How often a schedule may leave a task that could go on, 0 or more. A task that ends or blocks is left for free. */
  readonly preemptions: number;
  readonly setup: SetUp;
  /** Most schedules to run; more of them throw. 100 000 when left out. */
  readonly maxSchedules?: number;
}

/**
 * Runs every interleaving of the tasks with at most `preemptions` preemptions, depth first; of those that meet in one
 * {@link Scenario.state}, the rest of only one. Tasks change over at
 * `await sched.step(label)` and at each call of a port that was wrapped by `sched`; a task that awaits what another
 * one resolves is not runnable until then. Bugs of concurrency need few preemptions (Musuvathi and Qadeer, 2007),
 * so a small bound finds them in a number of schedules that grows only polynomially with the steps.
 *
 * @returns how many schedules there were
 * @throws ScheduleFailure (TESTKIT_SCHEDULE_FAILED) at the first schedule under which a task or the check throws, or
 *   the tasks wait for each other; TESTKIT_TOO_MANY_SCHEDULES, TESTKIT_NOT_DETERMINISTIC, TESTKIT_BAD_ARGUMENT,
 *   TESTKIT_NEEDS_NODE
 */
export async function explore(options: ExploreOptions): Promise<{ readonly schedules: number }> {
  const { preemptions, setup, maxSchedules = EXPLORE_MAX_SCHEDULES } = options;
  if (!Number.isSafeInteger(preemptions) || preemptions < 0)
    throw new TtpError('TESTKIT_BAD_ARGUMENT', `not a number of preemptions: ${preemptions}`);
  const path: ChoicePoint[] = [];
  const seen = new Set<string>();
  return withRuns(setup, async (runOnce) => {
    for (let schedules = 1; ; schedules++) {
      if (schedules > maxSchedules)
        throw new TtpError('TESTKIT_TOO_MANY_SCHEDULES', `there are more than ${maxSchedules} schedules`);
      await runOnce((scenario) => follow(path, preemptions, scenario, seen));
      while (path.length > 0 && exhausted(path.at(-1))) path.pop();
      const deepest = path.at(-1);
      if (deepest === undefined) return { schedules };
      deepest.taken++;
    }
  });
}

/**
 * Runs `runs` schedules that `random` draws, without a bound on preemptions: for what has too many schedules to
 * {@link explore}. Throws like it.
 */
export async function exploreAtRandom(options: {
  readonly random: SeededRandom;
  readonly runs: number;
  readonly setup: SetUp;
}): Promise<void> {
  const { random, runs, setup } = options;
  await withRuns(setup, async (runOnce) => {
    for (let run = 0; run < runs; run++) await runOnce(() => (waiting) => random.int(waiting.length));
  });
}

/**
 * Runs the one schedule that a {@link ScheduleFailure} reported.
 *
 * @throws like {@link explore}; TESTKIT_NOT_DETERMINISTIC also where the steps are not those of this scenario
 */
export async function replay(schedule: readonly string[], setup: SetUp): Promise<void> {
  await withRuns(setup, async (runOnce) => {
    let position = 0;
    await runOnce(() => (waiting) => {
      const wanted = schedule[position++];
      const index = waiting.findIndex(({ label }) => label === wanted);
      if (index < 0) throw diverged(`${wanted ?? 'the end'} at step ${position}`, waiting);
      return index;
    });
  });
}

/** A moment with several tasks to choose from, and how far the choices have been tried. */
interface ChoicePoint {
  readonly labels: string;
  readonly choices: readonly { readonly index: number; readonly cost: number }[];
  taken: number;
}

const exhausted = (point: ChoicePoint | undefined): boolean =>
  point !== undefined && point.taken + 1 >= point.choices.length;

/**
 * Repeats the choices of `path`, then goes on without preemption and notes the new choice points in it, up to a state
 * in `seen`: what can follow that is, or will be, tried from where it was met first.
 */
function follow(path: ChoicePoint[], preemptions: number, scenario: Scenario, seen: Set<string>): Choose {
  let depth = 0;
  let left = preemptions;
  let isSeen = false;
  return (waiting, last) => {
    if (isSeen) return Math.max(0, indexOf(waiting, last));
    const labels = waiting.map(({ label }) => label).join('\n');
    let point = path[depth++];
    if (point === undefined) {
      const kinds = scenario.state && kindsOf(waiting, scenario.tasks);
      point = { labels, choices: choicesOf(waiting, last, left, kinds), taken: 0 };
      if (kinds !== undefined) {
        const going = waiting.map(({ task }, index) => (task === last ? 'last ' : '') + kinds[index]);
        const state = JSON.stringify([scenario.state?.(), left, going.sort()]);
        isSeen = seen.has(state);
        if (isSeen) return Math.max(0, indexOf(waiting, last));
        seen.add(state);
      }
      path.push(point);
    }
    const choice = point.choices[point.taken];
    if (choice === undefined || point.labels !== labels) throw diverged(point.labels, waiting);
    left -= choice.cost;
    return choice.index;
  };
}

const indexOf = (waiting: readonly Waiting[], last: number | undefined): number =>
  waiting.findIndex(({ task }) => task === last);

/** What tells those that wait apart when tasks of the same function are interchangeable. */
function kindsOf(waiting: readonly Waiting[], tasks: Scenario['tasks']): readonly string[] {
  const firsts = new Map([...tasks.entries()].toReversed().map(([number, task]) => [task, number]));
  const firstOf = tasks.map((task) => firsts.get(task));
  return waiting.map(({ task, label }) => `${firstOf[task]}${label.slice(label.indexOf(':'))}`);
}

/**
 * The task that ran before comes first; leaving it while it could go on is a preemption and costs one. Of several of
 * one kind, the first stands for all.
 */
function choicesOf(
  waiting: readonly Waiting[],
  last: number | undefined,
  left: number,
  kinds?: readonly string[],
): ChoicePoint['choices'] {
  const cost = indexOf(waiting, last) < 0 ? 0 : 1;
  const going: { index: number; cost: number }[] = [];
  const others = new Map<string | number, { index: number; cost: number }>();
  for (const [index, { task }] of waiting.entries()) {
    const kind = kinds?.[index] ?? index;
    if (task === last) going.push({ index, cost: 0 });
    else if (cost <= left && !others.has(kind)) others.set(kind, { index, cost });
  }
  return [...going, ...others.values()];
}

/** Lends `use` a function that runs the scenario once and turns whatever goes wrong in it into a ScheduleFailure. */
async function withRuns<T>(
  setup: SetUp,
  use: (runOnce: (chooserOf: (scenario: Scenario) => Choose) => Promise<void>) => Promise<T>,
): Promise<T> {
  const context = taskContext();
  const settler = createSettler();
  try {
    return await use(async (chooserOf) => {
      const run = createRun(context, settler);
      const scenario = await setup(run.scheduler);
      const choose = chooserOf(scenario);
      const schedule: string[] = [];
      try {
        await run.start(scenario.tasks, (waiting, last) => {
          const index = choose(waiting, last);
          schedule.push(waiting[index]?.label ?? '');
          return index;
        });
        await scenario.check();
      } catch (cause) {
        throw isTtpError(cause, 'TESTKIT_NOT_DETERMINISTIC') ? cause : new ScheduleFailure(schedule, cause);
      }
    });
  } finally {
    settler.close();
  }
}

function diverged(wanted: string, waiting: readonly Waiting[]): TtpError<'TESTKIT_NOT_DETERMINISTIC'> {
  const found = waiting.map(({ label }) => label).join(', ');
  return new TtpError('TESTKIT_NOT_DETERMINISTIC', `expected ${wanted}, but ${found} wait`);
}
