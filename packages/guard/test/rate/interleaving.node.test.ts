import { memory } from '@ttp/adapters/memory';
import type { Outcome } from '@ttp/core';
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
import { memoryRates, rateHandler, rateStatus, storeRates, toolBreakers } from '../../src/index.js';
import { decided } from '../decided.js';
import { interaction } from '../interaction.js';

/** What one process does with its call: keeps it, gives it back, or dies in between. */
type End = 'settle' | 'release' | 'crash';

const ENDED = { status: 'done' } as Outcome<unknown>;
const signal = new AbortController().signal;

/** Processes that share one store and nothing else, and a rate of two. */
function raceForRate(sched: Scheduler, ends: readonly End[]): Scenario {
  const { store } = memory();
  const clock = fakeClock();
  let [used, most] = [0, 0];
  const refused: unknown[] = [];
  return {
    tasks: ends.map((end, i) => async () => {
      const meter = storeRates({ store: sched.store(store), clock });
      const handler = rateHandler({ meter, sources: memoryRates({ clock }) });
      const obligation = { kind: 'rate', from: 'policy', params: { requests: 2, windowMs: 60_000 } };
      const asked = handler.hold?.(obligation, interaction({ id: `${i}` }), decided(), signal);
      const fault = await codeRejectedBy(asked ?? expect.unreachable('held'));
      if (fault !== undefined) {
        refused.push(fault);
        return;
      }
      const held = await asked;
      used++;
      most = Math.max(most, used);
      await sched.step('effect');
      if (end === 'settle') await held?.settle(ENDED);
      if (end !== 'release') return;
      used--; // from here on it may be given back at any moment
      await held?.release();
    }),
    async check() {
      expect(most).toBeLessThanOrEqual(2);
      for (const code of refused) expect(code).toBe('GUARD_RATE_EXCEEDED');
      const [status] = await rateStatus(store, clock);
      expect(status?.use, 'what is recorded is what was used').toMatchObject({ used });
    },
  };
}

/** Processes that share a breaker which lets one of them try. */
function raceForProbe(sched: Scheduler, ends: readonly End[]): Scenario {
  const { store } = memory();
  const clock = fakeClock();
  let [probes, most] = [0, 0];
  const refused: unknown[] = [];
  const open = new TextEncoder().encode(
    `{"state":{"at":"open","deadline":${clock.now()},"why":"errors"},"v":1}`,
  );
  const ready = store.put('guard/breaker/tool', open);
  return {
    tasks: ends.map((end, i) => async () => {
      await ready;
      const breakers = toolBreakers({ clock, random: seededRandom('probe'), store: sched.store(store) });
      const one = interaction({ id: `${i}`, target: 'tool' });
      const asked = breakers
        .handler()
        .hold?.({ kind: 'breaker', from: 'x', params: {} }, one, decided(), signal);
      const fault = await codeRejectedBy(asked ?? expect.unreachable('held'));
      if (fault !== undefined) {
        refused.push(fault);
        return;
      }
      const held = await asked;
      probes++;
      most = Math.max(most, probes);
      await sched.step('effect');
      if (end === 'crash') return;
      probes--;
      await (end === 'settle' ? held?.settle(ENDED) : held?.release());
    }),
    async check() {
      expect(most, 'one probe at a time').toBeLessThanOrEqual(1);
      for (const code of refused) expect(code).toBe('GUARD_BREAKER_PROBING');
    },
  };
}

it.each([
  ['come past a rate, or lose what was used', raceForRate],
  ['try a tool two at a time', raceForProbe],
])(
  'no interleaving of three processes makes them %s',
  async (_, race) => {
    const ends = ['settle', 'release', 'crash'] as const;
    const { schedules } = await explore({ preemptions: 2, setup: (sched) => race(sched, ends) });
    expect(schedules).toBeGreaterThan(10);
  },
  30_000,
);

it.each([
  ['rates', raceForRate],
  ['probes', raceForProbe],
])(
  'no random interleaving of five does either: %s',
  async (name, race) => {
    await exploreAtRandom({
      runs: 150,
      random: seededRandom(`processes: ${name}`),
      setup: (sched) => race(sched, ['settle', 'release', 'crash', 'settle', 'release']),
    });
  },
  30_000,
);
