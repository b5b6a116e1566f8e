import { faultCounter, NETWORK_FAULTS, withSeed } from '@ttp/testkit';
import { expect } from 'vitest';
import { stepNegotiation } from '../../src/index.js';
import { PEER_ATTACKS } from './evil.js';
import { violations } from './properties.js';
import { REAL, STUB, type Suite } from './suite.js';
import { type Counters, EVENTS, NETWORK_ATTACKS, play } from './world.js';

/** Schedules of one part of the campaign; its five parts make 10 000, one in a hundred with real signatures. */
const SCHEDULES = 2000;
/** `npm run soak` multiplies them. */
const TIMES = Number(process.env['TTP_SOAK'] ?? '1');

/** Counters of everything that can happen in a schedule. */
const newCounters = (): Counters => ({
  network: faultCounter(NETWORK_FAULTS),
  attacks: faultCounter(NETWORK_ATTACKS),
  peer: faultCounter(PEER_ATTACKS),
  events: faultCounter(EVENTS),
});

/**
 * Plays the schedules of one part of the campaign, and demands the properties of each.
 *
 * @param part names the part, and so its seeds
 */
export async function campaign(part: string): Promise<void> {
  const counters = newCounters();
  const ends = new Map<string, number>();
  const count = Math.ceil(SCHEDULES * TIMES);
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into the stacks of refusals
  const schedules = (name: string, times: number, suite: Suite): Promise<void> =>
    withSeed(name, times, (random) => {
      const world = play(random, suite, stepNegotiation, counters);
      const wrong = violations(world, suite);
      if (wrong.length > 0) expect(wrong).toEqual([]);
      const end = [world.a, world.b].map(({ state }) => state.machine.at).join(' ');
      ends.set(end, (ends.get(end) ?? 0) + 1);
    });
  try {
    await schedules(`negotiation ${part}`, count, STUB);
    await schedules(`negotiation ${part} real`, Math.ceil(count / 100), REAL);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  // A campaign in which nothing is agreed, or no fault strikes, would show nothing.
  expect(ends.get('AGREED AGREED') ?? 0).toBeGreaterThan(count / 10);
  expect(ends.get('REJECTED REJECTED') ?? 0).toBeGreaterThan(count / 50);
  expect(ends.get('ABORTED ABORTED') ?? 0).toBeGreaterThan(count / 50);
  for (const counter of Object.values(counters)) expect(counter.missing()).toEqual([]);
}

/** Hours, for the long campaign; the usual one takes some seconds. */
export const CAMPAIGN_TIMEOUT = 36_000_000;
