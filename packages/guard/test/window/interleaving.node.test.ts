import { memory } from '@ttp/adapters/memory';
import {
  codeRejectedBy,
  explore,
  exploreAtRandom,
  fakeClock,
  type Scenario,
  type Scheduler,
  seededRandom,
} from '@ttp/testkit';
import { expect, it } from 'vitest';
import { createWindows } from '../../src/index.js';
import { DAY, hold, payment } from './holding.js';

const LIMIT = { adds: 'request.amount', windowMs: DAY, atMost: 10 };

/** What one process does with its call: keeps it, gives it back, or dies in between. */
type End = 'settle' | 'release' | 'crash';

/** Processes that share one store and nothing else; each asks for 4 of 10. */
function race(sched: Scheduler, ends: readonly End[]): Scenario {
  const { store } = memory();
  const clock = fakeClock();
  let used = 0;
  let most = 0;
  const refused: unknown[] = [];
  return {
    tasks: ends.map((end, i) => async () => {
      const handler = createWindows({ store: sched.store(store), clock }).handler();
      const asked = hold(handler, LIMIT, payment(4, `call-${i}`));
      const fault = await codeRejectedBy(asked);
      if (fault !== undefined) {
        refused.push(fault);
        return;
      }
      const held = await asked;
      used += 4;
      most = Math.max(most, used);
      await sched.step('effect');
      if (end === 'settle') await held.settle({ status: 'blocked', code: 'SDK_CLOSED' });
      if (end !== 'release') return;
      used -= 4; // from here on it may be given back at any moment
      await held.release();
    }),
    async check() {
      expect(most).toBeLessThanOrEqual(10);
      for (const code of refused) expect(code).toBe('GUARD_WINDOW_EXCEEDED');
      const left = await createWindows({ store, clock }).valueWith(payment(0, 'asks'), LIMIT);
      expect(left, 'what is recorded is what was used').toBe(used);
    },
  };
}

it('no interleaving of three processes comes past a limit, or loses what was used', async () => {
  const ends: readonly (readonly End[])[] = [
    ['settle', 'release', 'crash'],
    ['settle', 'settle', 'release'],
  ];
  for (const some of ends) {
    const { schedules } = await explore({ preemptions: 2, setup: (sched) => race(sched, some) });
    expect(schedules).toBeGreaterThan(10);
  }
}, 30_000);

it('no random interleaving of five does either', async () => {
  const random = seededRandom('window processes');
  await exploreAtRandom({
    runs: 300,
    random,
    setup: (sched) => race(sched, ['settle', 'release', 'crash', 'settle', 'release']),
  });
}, 30_000);
