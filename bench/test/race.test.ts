import { expect, it } from 'vitest';
import { type Contestant, race } from '../src/race.ts';

const quick = { quick: true };

/** One that answers and takes its time by counting. */
const contestant = (name: string, answer: unknown, steps = 1): Contestant => ({
  name,
  does: 'counts',
  run: (i) => {
    let sum = i;
    for (let step = 0; step < steps; step++) sum = (sum * 31 + step) % 1_000_003;
    return sum;
  },
  answer: () => answer,
});

it('times everybody who gives the answer of the first', async () => {
  const { contestants } = await race(
    {
      title: 'a',
      work: 'b',
      contestants: [{ ...contestant('ours', [1, 2]), ours: true }, contestant('theirs', [1, 2])],
    },
    quick,
  );
  expect(contestants.map(({ excluded }) => excluded)).toEqual([undefined, undefined]);
  expect(contestants.every(({ times }) => times !== undefined && times.min <= times.median)).toBe(true);
  expect(contestants[0]?.ratio).toBe(1);
});

it('names whoever disagrees or fails, and does not time it', async () => {
  const throwing: Contestant = {
    ...contestant('throwing', undefined),
    answer: () => {
      throw new Error('no such rule');
    },
  };
  const { contestants } = await race(
    {
      title: 'a',
      work: 'b',
      contestants: [
        contestant('first', ['allow', 'deny']),
        contestant('other', ['allow', 'allow']),
        throwing,
      ],
    },
    quick,
  );
  expect(contestants.map(({ excluded }) => excluded)).toEqual([
    undefined,
    'gives another answer to 1 of 2',
    'failed: no such rule',
  ]);
  expect(contestants.map(({ times }) => times === undefined)).toEqual([false, true, true]);
});

it('does not meet a bar about a contestant that was excluded', async () => {
  const { bars } = await race(
    {
      title: 'a',
      work: 'b',
      contestants: [contestant('ours', 1), contestant('theirs', 2)],
      bars: [
        {
          bar: 'at most twice theirs',
          value: (m) => m.ratio('ours', 'theirs'),
          atMost: 2,
          unit: 'x',
          why: 'theirs disagrees',
        },
      ],
    },
    quick,
  );
  expect(bars).toEqual([
    { bar: 'at most twice theirs', measured: 'not measured', met: false, why: 'theirs disagrees' },
  ]);
});

it('calls each turn of a contestant with numbers that never repeat, after what comes before the clock', async () => {
  const seen: number[] = [];
  let before = 0;
  const counting: Contestant = {
    ...contestant('counting', 1),
    before: () => before++,
    run: (i) => seen.push(i),
    most: 3,
  };
  await race({ title: 'a', work: 'b', contestants: [counting] }, quick);
  expect(new Set(seen).size).toBe(seen.length);
  expect(before).toBeGreaterThanOrEqual(5);
  expect(seen.length).toBeLessThanOrEqual(3 * before);
});
