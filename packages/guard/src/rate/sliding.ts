import type { RateAnswer } from '@ttp/core';
import { RATE_SLOTS_MAX } from '../limits.js';

/** So many requests in any span of time. */
export interface SlidingRate {
  readonly requests: number;
  readonly windowMs: number;
}

/**
 * When the requests of a window were. Those of one moment share an entry. It is changed in place: a limiter answers a
 * million times a second, and remembers no more than what counts.
 */
export interface SlidingLog {
  /** The latest time anybody asked at, ms: a clock that was set back takes nothing out. */
  latest: number;
  /** Requests that count. */
  total: number;
  /** Times in ascending order, from `head` on; what is before has left. */
  readonly times: number[];
  /** How many at each time. */
  readonly counts: number[];
  head: number;
}

export const newLog = (): SlidingLog => ({
  latest: Number.NEGATIVE_INFINITY,
  total: 0,
  times: [],
  counts: [],
  head: 0,
});

/**
 * When a request at `now` counts from. Up to {@link RATE_SLOTS_MAX} requests are told apart to the millisecond. More
 * share slots, and each counts from the end of its slot: a little longer than the window, never shorter.
 */
function slotOf(now: number, { requests, windowMs }: SlidingRate): number {
  if (requests <= RATE_SLOTS_MAX) return now;
  const width = Math.ceil(windowMs / RATE_SLOTS_MAX);
  return Math.floor(now / width) * width + width - 1;
}

/** Takes out what has left the window by `now`, and gives the time that it is: never one before the latest. */
export function passTime(log: SlidingLog, windowMs: number, now: number): number {
  const time = now > log.latest ? now : log.latest;
  log.latest = time;
  const { times, counts } = log;
  let { head } = log;
  for (let at = times[head]; at !== undefined && at <= time - windowMs; at = times[++head])
    log.total -= counts[head] ?? 0;
  if (head > RATE_SLOTS_MAX) {
    times.splice(0, head);
    counts.splice(0, head);
    head = 0;
  }
  log.head = head;
  return time;
}

/** Counts `units` more at `now`, where there is room for all of them. */
export function takeSliding(log: SlidingLog, rate: SlidingRate, units: number, now: number): RateAnswer {
  const time = passTime(log, rate.windowMs, now);
  const remaining = rate.requests - log.total;
  if (units > remaining)
    return { granted: false, remaining: Math.max(0, remaining), retryMs: retryOf(log, rate, units), mark: 0 };
  const mark = units > 0 ? add(log, slotOf(time, rate), units) : time;
  return { granted: true, remaining: remaining - units, retryMs: 0, mark };
}

/** Adds to the entry of a slot, and gives the time that it stands for. */
function add(log: SlidingLog, slot: number, units: number): number {
  const { times, counts } = log;
  const last = times.length - 1;
  // Slots are as wide as the rate that was asked for has them: none comes before one that is there.
  const at = Math.max(slot, times[last] ?? slot);
  if (last >= log.head && times[last] === at) counts[last] = (counts[last] ?? 0) + units;
  else {
    times.push(at);
    counts.push(units);
  }
  log.total += units;
  return at;
}

/** After how many ms enough will have left. */
function retryOf(
  { times, counts, head, total, latest }: SlidingLog,
  rate: SlidingRate,
  units: number,
): number {
  let over = total + units - rate.requests;
  for (let i = head; i < times.length; i++) {
    over -= counts[i] ?? 0;
    if (over <= 0) return (times[i] ?? 0) + rate.windowMs - latest;
  }
  return Number.POSITIVE_INFINITY; // more than the whole window takes
}

/** Takes `units` back that were counted at `mark`; nothing where they have left the window. */
export function giveBackSliding(log: SlidingLog, mark: number, units: number): void {
  const { times, counts } = log;
  for (let i = times.length - 1; i >= log.head; i--) {
    if ((times[i] ?? 0) > mark) continue;
    const count = counts[i] ?? 0;
    if (times[i] !== mark) return;
    const taken = Math.min(units, count);
    log.total -= taken;
    if (taken < count) counts[i] = count - taken;
    else {
      times.splice(i, 1);
      counts.splice(i, 1);
    }
    return;
  }
}

/** One that is changed apart from the other. */
export const copyLog = (log: SlidingLog): SlidingLog => ({
  ...log,
  times: [...log.times],
  counts: [...log.counts],
});
