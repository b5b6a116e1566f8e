import { type AppendLog, type Storage, type Store, TtpError } from '@ttp/core';
import { DEADLOCK_TURNS } from '../limits.js';
import type { Settler } from '../settle.js';

/** Where tasks let others go first. */
export interface Scheduler {
  /** Resolves when the schedule lets the calling task go on; at once outside the tasks and after their end. */
  step(label: string): Promise<void>;
  /** The store, with a step before each call takes effect and another before its answer arrives. */
  store(store: Store): Store;
  /** The log, likewise. `name` stands in its labels. */
  log(log: AppendLog, name?: string): AppendLog;
  /** The storage, with its store and every log of it likewise. */
  storage(storage: Storage): Storage;
}

/** A task that waits in a step. */
export interface Waiting {
  readonly task: number;
  /** `<task>:<label>`, unique among those that wait. */
  readonly label: string;
}

/** Picks who goes on: an index into `waiting`. `last` is the task that ran before, undefined at the start. */
export type Choose = (waiting: readonly Waiting[], last: number | undefined) => number;

/** Follows which task runs: AsyncLocalStorage of Node, which sees through every await. */
export interface TaskContext {
  run(task: number, fn: () => Promise<void>): Promise<void>;
  getStore(): number | undefined;
}

/** The {@link TaskContext} of this runtime. Throws TESTKIT_NEEDS_NODE where it has none, as browsers. */
export function taskContext(): TaskContext {
  const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks');
  if (hooks === undefined) throw new TtpError('TESTKIT_NEEDS_NODE', 'tasks are told apart by async_hooks');
  return new hooks.AsyncLocalStorage<number>();
}

/** A {@link Scheduler}, and what runs the tasks that were made with it. */
export interface Run {
  readonly scheduler: Scheduler;
  /**
   * Runs the tasks to their end, one step at a time.
   *
   * @throws what a task throws; TESTKIT_DEADLOCK
   */
  start(tasks: readonly (() => Promise<void>)[], choose: Choose): Promise<void>;
}

/** The one run of a fresh scenario. */
export function createRun(context: TaskContext, settler: Settler): Run {
  const parked: (Waiting & { readonly resume: () => void })[] = [];
  /** What a task left behind, such as the loop of a queue, may be woken by the check: no schedule is left to hold it. */
  let isOver = false;

  function step(label: string): Promise<void> {
    const task = context.getStore();
    if (task === undefined || isOver) return Promise.resolve();
    let unique = `${task}:${label}`;
    for (let n = 2; parked.some((one) => one.label === unique); n++) unique = `${task}:${label}#${n}`;
    return new Promise((resume) => void parked.push({ task, label: unique, resume }));
  }

  async function start(tasks: readonly (() => Promise<void>)[], choose: Choose): Promise<void> {
    let ended = 0;
    const faults: unknown[] = [];
    for (const [number, task] of tasks.entries())
      void context
        .run(number, async () => {
          await step('start');
          await task();
        })
        .catch((fault: unknown) => faults.push(fault))
        .finally(() => ended++);

    let last: number | undefined;
    for (let idle = 0; ; ) {
      // Until nothing moves any more: only then is it certain who waits here and who waits for another task.
      await settler.settle();
      for (const fault of faults) throw fault;
      if (parked.length > 0) {
        idle = 0;
        const [next] = parked.splice(choose(parked, last), 1);
        last = next?.task;
        next?.resume();
      } else if (ended === tasks.length) {
        isOver = true;
        return;
      } else if (++idle > DEADLOCK_TURNS)
        throw new TtpError('TESTKIT_DEADLOCK', `${tasks.length - ended} tasks wait for what nobody does`);
    }
  }

  return { scheduler: withPorts(step), start };
}

function withPorts(step: (label: string) => Promise<void>): Scheduler {
  /** Between the effect of a call and its answer others may act: that is where a check goes stale. */
  async function around<T>(label: string, call: () => Promise<T>): Promise<T> {
    await step(label);
    try {
      return await call();
    } finally {
      await step(`${label} answered`);
    }
  }

  async function* iterate<T>(label: string, items: AsyncIterable<T>): AsyncIterable<T> {
    await step(label);
    yield* items;
    await step(`${label} answered`);
  }

  const scheduler: Scheduler = {
    step,
    store: (store) => ({
      get: (key) => around(`get ${key}`, () => store.get(key)),
      put: (key, value, expected) => around(`put ${key}`, () => store.put(key, value, expected)),
      delete: (key, expected) => around(`delete ${key}`, () => store.delete(key, expected)),
      list: (prefix) => iterate(`list ${prefix}`, store.list(prefix)),
    }),
    log: (log, name = 'log') => ({
      append: (entries, expectedSize) => around(`append ${name}`, () => log.append(entries, expectedSize)),
      read: (from, to) => iterate(`read ${name}`, log.read(from, to)),
      size: () => around(`size ${name}`, () => log.size()),
    }),
    storage: (storage) => ({
      store: scheduler.store(storage.store),
      log: (name) => scheduler.log(storage.log(name), name),
      shared: storage.shared,
      close: () => around('close', () => storage.close()),
    }),
  };
  return scheduler;
}
