import { systemClock as clock } from '@ttp/adapters/system';
import type { Rate } from '@ttp/core';
import { memoryRates, NEW_TOOL_BREAKER, type ToolBreakerState, toolBreakerMachine } from '@ttp/guard';
import { type Effort, race } from '../race.ts';
import type { RaceResult } from '../result.ts';

const BREAKER = 'breaker, a call';
const BUCKET = 'token bucket';
const SLIDING = 'sliding window';
const KEYS = 1000;

/** So many that none is refused: a refusal does less. */
const bucket: Rate = { capacity: 1_000_000_000, refill: 1_000_000, perMs: 1000 };
const sliding: Rate = { requests: 1_000_000_000, windowMs: 1000 };

/** Operations a second of what takes `us` microseconds each. */
const aSecond = (us: number): number => 1_000_000 / us;
const WHY = "Single figures are this machine's: other work on it makes them smaller.";

/** Breakers and rate limits in the memory of one process. */
export function meters(effort: Effort): Promise<RaceResult> {
  const keys = Array.from({ length: KEYS }, (_, i) => `agent-${i}`);
  const rates = memoryRates({ clock });
  const states: ToolBreakerState[] = keys.map(() => NEW_TOOL_BREAKER);
  return race(
    {
      title: 'Breakers and rate limits in memory',
      work: `One of ${KEYS} agents or tools each time; every call is admitted.`,
      contestants: [
        {
          name: BREAKER,
          ours: true,
          does: 'toolBreakerMachine: a call asks, is admitted and succeeds; the last ten are remembered and judged',
          run(i) {
            const at = i % KEYS;
            const now = i;
            const asked = toolBreakerMachine.step(states[at] ?? NEW_TOOL_BREAKER, {
              type: 'ask',
              now,
              id: 'call',
              authenticated: true,
            });
            const ended = toolBreakerMachine.step(asked.state, {
              type: 'success',
              now,
              ms: 5,
              authenticated: true,
            });
            states[at] = ended.state;
            return ended;
          },
        },
        {
          name: BUCKET,
          ours: true,
          does: 'memoryRates: one token of a bucket that fills up evenly, in whole credits',
          run: (i) => rates.take(keys[i % KEYS] ?? '', bucket, 1),
        },
        {
          name: SLIDING,
          ours: true,
          does: 'memoryRates: one request in a window of a second that slides by milliseconds',
          run: (i) => rates.take(keys[i % KEYS] ?? '', sliding, 1),
        },
      ],
      bars: [BREAKER, BUCKET, SLIDING].map((name) => ({
        bar: `${name}: at least 10^6 operations a second in memory`,
        value: (m) => aSecond(m.median(name)),
        atLeast: 1_000_000,
        unit: ' a second',
        why: WHY,
      })),
    },
    effort,
  );
}
