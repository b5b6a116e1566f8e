import { withSeed } from '@ttp/testkit';
import { expect } from 'vitest';
import { ATTACKS } from './adversary.js';
import { violations } from './properties.js';
import { party, REAL, stubSuite } from './rig.js';
import { play } from './simulator.js';

const PARTIES = ['alice', 'bob', 'carol'].map(party);

/** Schedules of one part of the campaign; its five parts make 10 000, one in a hundred with real cryptography. */
const SCHEDULES = 2000;
/** `npm run soak` multiplies them; a browser, whose hashes take longer, plays a twentieth. */
const TIMES =
  typeof globalThis.process === 'undefined' ? 0.05 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');

/**
 * Plays the schedules of one part of the campaign, and demands the ten properties of each.
 *
 * @param part names the part, and so its seeds
 */
export async function campaign(part: string): Promise<void> {
  await schedules(`handshake adversary ${part}`, SCHEDULES * TIMES, false);
  await schedules(`handshake adversary ${part} real`, (SCHEDULES * TIMES) / 100, true);
}

async function schedules(name: string, count: number, real: boolean): Promise<void> {
  let [complete, failed] = [0, 0];
  const attacks = new Set<string>();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into the stacks of refusals
  try {
    await withSeed(name, Math.ceil(count), async (random) => {
      const world = await play(random, PARTIES, real ? REAL : stubSuite(PARTIES));
      const wrong = violations(world);
      if (wrong.length > 0) expect(wrong).toEqual([]);
      complete += world.runs.filter(({ established }) => established !== undefined).length;
      failed += world.runs.filter(({ state }) => state.at === 'failed').length;
      for (const attack of world.attacks.keys()) attacks.add(attack);
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  // A campaign in which nothing is completed, or nothing refused, would show nothing.
  expect(complete).toBeGreaterThan(count / 2);
  expect(failed).toBeGreaterThan(count / 2);
  expect([...attacks].sort()).toEqual([...ATTACKS].sort());
}

/** An hour, for the long campaign; the usual one takes some seconds. */
export const CAMPAIGN_TIMEOUT = 3_600_000;
