import { isDeepStrictEqual } from 'node:util';
import { type Bar, judge, type Measured } from './bar.ts';
import type { ContestantResult, RaceResult } from './result.ts';
import { least, median, quantile } from './statistics.ts';

export interface Contestant {
  readonly name: string;
  readonly ours?: true;
  /** What it does for the work: its checks and formats. */
  readonly does: string;
  /** One operation; `i` counts them and never repeats. May return a promise, then `async` is set. */
  readonly run: (i: number) => unknown;
  readonly async?: true;
  /** Called outside the clock before each round. */
  readonly before?: () => unknown;
  /** Its answers to the work. Whoever disagrees with the first contestant is excluded, and named. */
  readonly answer?: () => unknown;
  /** At most as many operations a round: for those that take very long, or that grow what they work on. */
  readonly most?: number;
  /** At most as many rounds. */
  readonly rounds?: number;
}

export interface Race {
  readonly title: string;
  readonly work: string;
  readonly contestants: readonly Contestant[];
  readonly bars?: readonly Bar[];
  /** Times single operations too, for p50 and p99. */
  readonly single?: true;
  readonly rounds?: number;
  /** How long a contestant's turn in a round is meant to take, in ms. */
  readonly turnMs?: number;
}

/** Fewer and shorter rounds: to see that everything runs, not to judge by. */
export interface Effort {
  readonly quick: boolean;
}

interface Entry {
  readonly contestant: Contestant;
  readonly excluded?: string;
  /** Operations a turn. */
  batch: number;
  /** Operations so far. */
  count: number;
  /** Microseconds an operation, by round; undefined where it sat out. */
  readonly times: (number | undefined)[];
  readonly single: number[];
}

const ROUNDS = 31;
const QUICK_ROUNDS = 5;
const TURN_MS = 6;
const QUICK_TURN_MS = 2;
/** How long a contestant runs before the clock counts, and how many turns of what may do little in one. */
const WARM_MS = 150;
const QUICK_WARM_MS = 10;
const WARM_TURNS = 200;
const SINGLE_OPERATIONS = 10_000;
const QUICK_SINGLE_OPERATIONS = 500;
/** No contestant's single operations are timed for longer. */
const SINGLE_MS = 1500;

/** What the loops write to, so that no result is optimised away. */
const sink: { value: unknown } = { value: undefined };

/**
 * Runs a race: everybody's answers are compared first, then come warm-up and rounds A B C, A B C ..., so that whatever
 * else the machine does falls on all of them. Ratios are taken within a round.
 */
export async function race(given: Race, { quick }: Effort): Promise<RaceResult> {
  const entries = await admitted(given.contestants);
  const running = entries.filter(({ excluded }) => excluded === undefined);
  const turnMs = quick ? QUICK_TURN_MS : (given.turnMs ?? TURN_MS);
  for (const entry of running) await calibrate(entry, turnMs, quick ? QUICK_WARM_MS : WARM_MS);
  const rounds = quick ? Math.min(QUICK_ROUNDS, given.rounds ?? ROUNDS) : (given.rounds ?? ROUNDS);
  for (let round = 0; round < rounds; round++)
    for (const entry of running) {
      const { before, rounds: most = rounds } = entry.contestant;
      if (round >= most) {
        entry.times.push(undefined);
        continue;
      }
      await before?.();
      sweep();
      entry.times.push((await turn(entry, entry.batch)) / entry.batch);
    }
  if (given.single === true) await timeSingle(running, quick);
  return resultOf(given, entries, rounds);
}

/** Compares the answers of all with those of the first. A fault of a contestant is a reason to exclude it, too. */
async function admitted(contestants: readonly Contestant[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  let expected: unknown;
  for (const contestant of contestants) {
    const entry = { contestant, batch: 1, count: 0, times: [], single: [] };
    let excluded: string | undefined;
    try {
      const answer = await contestant.answer?.();
      if (expected === undefined) expected = answer;
      else if (answer !== undefined && !isDeepStrictEqual(answer, expected))
        excluded = disagreement(answer, expected);
    } catch (error) {
      excluded = `failed: ${error instanceof Error ? error.message : String(error)}`;
    }
    entries.push(excluded === undefined ? entry : { ...entry, excluded });
  }
  return entries;
}

function disagreement(answer: unknown, expected: unknown): string {
  if (!Array.isArray(answer) || !Array.isArray(expected)) return 'gives another answer';
  const others = answer.filter((value, i) => !isDeepStrictEqual(value, expected[i])).length;
  return `gives another answer to ${others} of ${expected.length}`;
}

/** How long so many operations take, in microseconds. */
async function turn(entry: Entry, operations: number): Promise<number> {
  const { run, async } = entry.contestant;
  const from = entry.count;
  const to = (entry.count += operations);
  const start = process.hrtime.bigint();
  if (async === true) for (let i = from; i < to; i++) sink.value = await run(i);
  else for (let i = from; i < to; i++) sink.value = run(i);
  return Number(process.hrtime.bigint() - start) / 1000;
}

/** Clears away what the one before allocated, so that nobody pays for another's garbage. */
function sweep(): void {
  globalThis.gc?.({ type: 'minor' });
}

/** Warms up until the compilers have had their time, and finds how many operations fill a turn. */
async function calibrate(entry: Entry, turnMs: number, warmMs: number): Promise<void> {
  const { most = Number.POSITIVE_INFINITY, before } = entry.contestant;
  for (let spent = 0, turns = 0; spent < warmMs * 1000 && turns < WARM_TURNS; turns++) {
    await before?.();
    const took = await turn(entry, entry.batch);
    spent += took;
    const wanted = Math.ceil((entry.batch * turnMs * 1000) / Math.max(took, 1));
    entry.batch = Math.max(1, Math.min(wanted, entry.batch * 10, most));
  }
}

async function timeSingle(entries: readonly Entry[], quick: boolean): Promise<void> {
  const operations = quick ? QUICK_SINGLE_OPERATIONS : SINGLE_OPERATIONS;
  const chunk = operations / 10;
  const spent = new Map<Entry, number>();
  for (let done = 0; done < operations; done += chunk)
    for (const entry of entries) {
      const { before } = entry.contestant;
      await before?.();
      for (let i = 0; i < chunk && (spent.get(entry) ?? 0) < SINGLE_MS * 1000; i++) {
        const took = await turn(entry, 1);
        entry.single.push(took);
        spent.set(entry, (spent.get(entry) ?? 0) + took);
      }
    }
}

function resultOf(given: Race, entries: readonly Entry[], rounds: number): RaceResult {
  const first = entries.find(
    ({ contestant, excluded }) => contestant.ours === true && excluded === undefined,
  );
  const measured: Measured = {
    ratio: (name, over) => ratio(find(entries, name), find(entries, over)),
    median: (name) => median(present(find(entries, name)?.times ?? [])),
    p50: (name) => quantile(find(entries, name)?.single ?? [], 0.5),
    p99: (name) => quantile(find(entries, name)?.single ?? [], 0.99),
  };
  return {
    kind: 'race',
    title: given.title,
    work: given.work,
    rounds,
    contestants: entries.map((entry) => contestantResult(entry, first)),
    bars: (given.bars ?? []).map((bar) => judge(bar, bar.value(measured))),
  };
}

function contestantResult(entry: Entry, first: Entry | undefined): ContestantResult {
  const { contestant, excluded, single } = entry;
  const { name, does, ours = false } = contestant;
  if (excluded !== undefined) return { name, does, ours, excluded };
  const times = present(entry.times);
  return {
    name,
    does,
    ours,
    times: { min: least(times), median: median(times) },
    ...(single.length > 0 ? { single: { p50: quantile(single, 0.5), p99: quantile(single, 0.99) } } : {}),
    ...(first === undefined ? {} : { ratio: ratio(entry, first) }),
  };
}

const find = (entries: readonly Entry[], name: string): Entry | undefined =>
  entries.find(({ contestant, excluded }) => contestant.name === name && excluded === undefined);

const present = (times: readonly (number | undefined)[]): number[] => times.filter((t) => t !== undefined);

/** The median of the ratios of the rounds in which both ran; NaN where one did not. */
function ratio(entry: Entry | undefined, over: Entry | undefined): number {
  const pairs = (entry?.times ?? []).flatMap((time, round) => {
    const other = over?.times[round];
    return time === undefined || other === undefined ? [] : [time / other];
  });
  return median(pairs);
}
