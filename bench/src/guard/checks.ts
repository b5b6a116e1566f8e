import { memory } from '@ttp/adapters/memory';
import { systemClock as clock, systemTimer as timer } from '@ttp/adapters/system';
import { asDid } from '@ttp/core';
import { createKillSwitch } from '@ttp/guard';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';

const ENTER = 'permit.enter()';
const SET = 'Set.has';
const AGENTS = 1000;

/** What every effect waits for. */
export async function checks(effort: Effort): Promise<RaceResult> {
  const guard = await createKillSwitch({ storage: memory(), clock, timer });
  const agents = Array.from({ length: AGENTS }, (_, i) =>
    asDid(`did:ttp:agent:Qm${String(i).padStart(44, 'z')}`),
  );
  for (const agent of agents) await guard.enrol(agent, true);
  const permits = agents.map((agent) => guard.permit(agent, guard.epochOf(agent)));
  const killed = new Set<string>();
  const result = await race(
    {
      title: 'A kill check',
      work: `One of ${AGENTS} agents each time, none of them killed.`,
      contestants: [
        {
          name: ENTER,
          ours: true,
          does: 'the latch of the agent and of everybody, its epoch, its lease: throws unless all of them hold',
          run: (i) => permits[i % AGENTS]?.enter(),
        },
        {
          name: SET,
          does: 'a set of killed agents: no epoch, no lease, nothing that aborts',
          run: (i) => killed.has(agents[i % AGENTS] ?? ''),
        },
      ],
      bars: [
        {
          bar: 'kill check: at most 30 ns',
          value: (m) => m.median(ENTER) * 1000,
          atMost: 30,
          unit: ' ns',
          why: 'Epoch, lease and the latch of everybody are looked at besides the latch of the agent.',
        },
      ],
    },
    effort,
  );
  guard.close();
  return result;
}
