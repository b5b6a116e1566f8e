import { memory } from '@ttp/adapters/memory';
import { type Hold, type Store, TtpError } from '@ttp/core';
import { fakeClock, type SeededRandom, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { budgetStatus } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { call, open, reserve, told, usd, used } from './spending.js';

const CALLS = 10;
const soak =
  typeof globalThis.process === 'undefined' ? 1 : Number(globalThis.process.env['TTP_SOAK'] ?? '1');

const fault = (): TtpError => new TtpError('STORE_IO', 'injected');

/** Fails before or after it has written, or lets another process come first. */
function faulty(store: Store, random: SeededRandom, share: number): Store {
  return {
    ...store,
    async get(key) {
      if (random.chance(share / 4)) throw fault();
      return store.get(key);
    },
    async put(key, value, expected) {
      if (random.chance(share)) throw fault();
      if (random.chance(share)) {
        const found = await store.get(key);
        // Somebody else wrote the same thing, so that the version is another.
        if (found !== undefined) await store.put(key, found.value, found.version);
      }
      const isWritten = await store.put(key, value, expected);
      if (random.chance(share)) throw fault();
      return isWritten;
    },
  };
}

/**
 * Call i reserves 4^i and costs twice that: the sum of all tells, in base 4, what each call came to: 0 nothing,
 * 1 reserved, 2 charged. Whatever was counted twice would be a 3, or carry into the next digit.
 */
async function run(seed: string): Promise<{ readonly faults: number }> {
  const random = seededRandom(seed);
  const { store } = memory();
  const clock = fakeClock();
  const share = random.pick([0, 0.02, 0.1, 0.3]);
  const unreliable = faulty(store, random, share);
  const limit = { limit: usd(4 ** CALLS * 4), shared: [{ name: 'chain', limit: usd(4 ** CALLS * 4) }] };
  const processes = [open(unreliable, clock, limit), open(unreliable, clock, limit)];
  const may: (readonly number[])[] = [];
  let faults = 0;

  await Promise.all(
    Array.from({ length: CALLS }, async (_, i) => {
      const one = 4 ** i;
      let hold: Hold;
      try {
        hold = await reserve(random.pick(processes).budgets, call(one, `call-${i}`));
      } catch {
        faults++;
        may[i] = [0, 1]; // nobody knows whether it was written: then it stays reserved, and nothing happened
        return;
      }
      const end = random.int(3);
      if (end === 2) {
        may[i] = [1]; // the process died
        return;
      }
      const ending = end === 0 ? () => hold.settle(used(2 * one)) : () => hold.release();
      const after = end === 0 ? 2 : 0;
      try {
        await ending();
        may[i] = [after];
      } catch {
        faults++;
        may[i] = [1, after];
      }
      // A second end, of either kind, has nothing to do.
      if (random.chance(0.5)) await hold.release();
      if (random.chance(0.5)) await hold.settle(used(one));
    }),
  );

  const [status] = await budgetStatus(AGENT, { store, clock });
  let left = (status?.spent ?? 0) + (status?.reserved ?? 0);
  for (const [i, digits] of may.entries()) {
    expect(digits, `${seed}: call ${i}`).toContain(left % 4);
    left = Math.floor(left / 4);
  }
  expect(left, seed).toBe(0);
  const percents = processes.flatMap(({ events }) => told(events));
  expect(new Set(percents).size, `${seed}: an alert twice`).toBe(percents.length);
  return { faults };
}

it('every reservation is charged or given back once, or stays reserved, whatever fault the store has when', async () => {
  let faults = 0;
  for (let i = 0; i < 250 * Math.min(soak, 50); i++) faults += (await run(`budget faults ${i}`)).faults;
  expect(faults).toBeGreaterThan(100);
}, 120_000);
