import { withSeed } from '@ttp/testkit';
import { expect } from 'vitest';
import { ATTACKS } from './adversary.js';
import { violations } from './properties.js';
import { party, REAL, type Suite, stubSuite } from './rig.js';
import { play } from './simulator.js';

const PARTIES = ['alice', 'bob', 'carol'].map(party);

/** Schedules of one part of the campaign; its five parts make 10 000, one in a hundred with real cryptography. */
const SCHEDULES = 2000;
/** `npm run soak` multiplies them; a browser, whose hashes take longer, plays a twentieth. */
const TIMES =
  typeof globalThis.process === 'undefined' ? 0.05 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');

/** What became of the schedules of one part. */
interface Tally {
  complete: number;
  failed: number;
  readonly attacks: Set<string>;
}

/**
 * Plays the schedules of one part of the campaign, and demands the ten properties of each.
 *
 * @param part names the part, and so its seeds
 */
export async function campaign(part: string): Promise<void> {
  const tally: Tally = { complete: 0, failed: 0, attacks: new Set() };
  const count = Math.ceil(SCHEDULES * TIMES);
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // most of the time would go into the stacks of refusals
  try {
    await schedules(`handshake adversary ${part}`, count, stubSuite(PARTIES), tally);
    await schedules(`handshake adversary ${part} real`, Math.ceil(count / 100), REAL, tally);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  // A campaign in which nothing is completed, or nothing refused, would show nothing.
  expect(tally.complete).toBeGreaterThan(count / 2);
  expect(tally.failed).toBeGreaterThan(count / 2);
  expect([...tally.attacks].sort()).toEqual([...ATTACKS].sort());
}

async function schedules(name: string, count: number, suite: Suite, tally: Tally): Promise<void> {
  await withSeed(name, count, async (random) => {
    const world = await play(random, PARTIES, suite);
    const wrong = violations(world);
    if (wrong.length > 0) expect(wrong).toEqual([]);
    tally.complete += world.runs.filter(({ established }) => established !== undefined).length;
    tally.failed += world.runs.filter(({ state }) => state.at === 'failed').length;
    for (const attack of world.attacks.keys()) tally.attacks.add(attack);
  });
}

/** Six hours, for the long campaign on a machine that does other things too; the usual one takes some seconds. */
export const CAMPAIGN_TIMEOUT = 21_600_000;
