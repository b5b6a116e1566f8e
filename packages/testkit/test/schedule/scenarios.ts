import { memory } from '@ttp/adapters/memory';
import { expect } from 'vitest';
import { bytesOf, textOf } from '../../src/contract/bytes.js';
import type { Scheduler, SetUp } from '../../src/index.js';

/** Tasks that each take `segments[i]` turns, noting whose turn it is. */
export const turns =
  (segments: readonly number[], seen: string[], state = false): SetUp =>
  (sched) => {
    let order = '';
    return {
      tasks: segments.map((n, task) => async () => {
        order += task;
        for (let i = 1; i < n; i++) {
          await sched.step(`turn ${i}`);
          order += task;
        }
      }),
      check: () => void seen.push(order),
      ...(state ? { state: () => order } : {}),
    };
  };

/** Two tasks that read a counter, let others go first, and write it. */
export const racyCounter: SetUp = (sched) => {
  let counter = 0;
  const increment = async (): Promise<void> => {
    const read = counter;
    await sched.step('between read and write');
    counter = read + 1;
  };
  return { tasks: [increment, increment], check: () => expect(counter).toBe(2) };
};

/**
 * Tasks of one function that each add one to a counter twice, or add it as one step; `ends` gets what came out. The
 * label of a step says what the task has read, so that `state` has only the counter to tell.
 */
export const counters =
  (tasks: number, isAtomic: boolean, state: boolean, ends: Set<number>): SetUp =>
  (sched) => {
    let counter = 0;
    const add = async (): Promise<void> => {
      for (let round = 0; round < 2; round++) {
        const read = counter;
        await sched.step(`round ${round}, has read ${isAtomic ? 'nothing' : read}`);
        counter = (isAtomic ? counter : read) + 1;
      }
    };
    return {
      tasks: Array.from({ length: tasks }, () => add),
      check: () => void ends.add(counter),
      ...(state ? { state: () => String(counter) } : {}),
    };
  };

/** Two tasks that count in a store, with compare-and-set or without. */
export const counterOn =
  (cas: boolean): SetUp =>
  async (sched) => {
    const { store } = memory();
    await store.put('n', bytesOf('0'));
    const shared = sched.store(store);
    const increment = async (): Promise<void> => {
      for (let done = false; !done; ) {
        const found = await shared.get('n');
        const next = bytesOf(String(Number(textOf(found?.value)) + 1));
        done = await shared.put('n', next, cas ? found?.version : undefined);
      }
    };
    return {
      tasks: [increment, increment],
      check: async () => expect(textOf((await store.get('n'))?.value)).toBe('2'),
    };
  };

/** A task that acts on an answer which another task made stale on the way. */
export const staleAnswer: SetUp = (sched) => {
  const { store } = memory();
  const shared = sched.store(store);
  let closed = false;
  let effects = 0;
  return {
    tasks: [
      async () => {
        if ((await shared.get('killed')) === undefined && closed) effects++;
      },
      async () => {
        await store.put('killed', bytesOf('1'));
        closed = true;
      },
    ],
    check: () => expect(effects).toBe(0),
  };
};

/** A task that waits for what the other one resolves. */
export const handOver: SetUp = (sched) => {
  const waiting: ((text: string) => void)[] = [];
  const promise = new Promise<string>((resolve) => void waiting.push(resolve));
  const seen: string[] = [];
  return {
    tasks: [
      async () => {
        await sched.step('before');
        seen.push(await promise);
        await sched.step('after');
      },
      async () => {
        await sched.step('prepare');
        seen.push('resolves');
        for (const resolve of waiting) resolve('resolved');
      },
    ],
    check: () => expect(seen).toEqual(['resolves', 'resolved']),
  };
};

/** A lock that is never given back. */
const lock = (sched: Scheduler) => {
  let held = false;
  const queue: (() => void)[] = [];
  return async (label: string): Promise<void> => {
    await sched.step(label);
    if (held) await new Promise<void>((resolve) => void queue.push(resolve));
    held = true;
  };
};

/** Two tasks that take two locks in opposite order. */
export const deadlock: SetUp = (sched) => {
  const [a, b] = [lock(sched), lock(sched)];
  return {
    tasks: [
      async () => {
        await a('a');
        await b('b');
      },
      async () => {
        await b('b');
        await a('a');
      },
    ],
    check: () => expect.fail('the locks are never given back, so nobody gets here'),
  };
};

/** A task that throws. */
export const failing: SetUp = () => ({
  tasks: [async () => Promise.reject('not even an error')],
  check: () => {},
});

/** One task that writes twice at once and takes the order for given. */
export const twins: SetUp = (sched) => {
  let order = '';
  const write = async (name: string): Promise<void> => {
    await sched.step('write');
    order += name;
  };
  return {
    tasks: [async () => void (await Promise.all([write('a'), write('b')]))],
    check: () => expect(order).toBe('ab'),
  };
};
