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
import { type BudgetEvent, budgetStatus } from '../../src/index.js';
import { AGENT } from '../interaction.js';
import { call, open, reserve, told, usd, used } from './spending.js';

/** What one process does with its call: pays 3 of the 4 it reserved, gives it back, or dies in between. */
type End = 'settle' | 'release' | 'crash';

/** Processes that share one store and nothing else; each asks for 4 of 10. */
function race(sched: Scheduler, ends: readonly End[]): Scenario {
  const { store } = memory();
  const clock = fakeClock();
  const events: BudgetEvent[] = [];
  let committed = 0;
  let most = 0;
  const emit = (event: BudgetEvent) => void events.push(event);
  const refused: unknown[] = [];
  return {
    tasks: ends.map((end, i) => async () => {
      const { budgets } = open(sched.store(store), clock, { limit: usd(10), emit });
      const asked = reserve(budgets, call(4, `call-${i}`));
      const fault = await codeRejectedBy(asked);
      if (fault !== undefined) {
        refused.push(fault);
        return;
      }
      const held = await asked;
      committed += 4;
      most = Math.max(most, committed);
      await sched.step('effect');
      if (end === 'crash') return;
      committed -= end === 'settle' ? 1 : 4; // from here on it may be given back at any moment
      await (end === 'settle' ? held.settle(used(3)) : held.release());
    }),
    async check() {
      expect(most).toBeLessThanOrEqual(10);
      for (const code of refused) expect(code).toBe('GUARD_BUDGET_EXCEEDED');
      const [status] = await budgetStatus(AGENT, { store, clock });
      expect((status?.spent ?? 0) + (status?.reserved ?? 0), 'what is recorded is what was used').toBe(
        committed,
      );
      const percents = told(events);
      expect(new Set(percents).size, 'each alert once').toBe(percents.length);
    },
  };
}

it('no interleaving of three processes overspends a budget, or tells an alert twice', async () => {
  const ends: readonly (readonly End[])[] = [
    ['settle', 'release', 'crash'],
    ['settle', 'settle', 'settle'],
  ];
  for (const some of ends) {
    const { schedules } = await explore({ preemptions: 1, setup: (sched) => race(sched, some) });
    expect(schedules).toBeGreaterThan(10);
  }
}, 30_000);

it('no random interleaving of five does either', async () => {
  await exploreAtRandom({
    runs: 150,
    random: seededRandom('budget processes'),
    setup: (sched) => race(sched, ['settle', 'release', 'crash', 'settle', 'release']),
  });
}, 30_000);
