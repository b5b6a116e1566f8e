import type { JsonObject } from '@ttp/core';
import { type BreakerStatus, breakerStatus, type RateStatus, rateStatus } from '@ttp/guard';
import { visible } from '@ttp/oversight';
import { loadPolicy } from '@ttp/spl';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { inFile, readBytes } from '../files/files.js';
import { withStore } from '../store.js';
import type { Call } from '../verb.js';

interface LimitsOptions {
  readonly store: string;
  readonly policy?: string;
  readonly agent?: string;
}

/** `ttp limits`: what is used of rates, and where breakers stand. */
export async function run({ options, io }: Call<LimitsOptions>): Promise<Answer> {
  const offered = await offeredBy(options.policy);
  return await withStore(options.store, async ({ store }) => {
    const all = await rateStatus(store, io.clock);
    const rates = all.filter(({ of: [, agent] }) => options.agent === undefined || agent === options.agent);
    const breakers = await breakerStatus(store, io.clock);
    return {
      exit: breakers.some(({ state }) => state.at === 'open') ? EXIT.no : EXIT.ok,
      json: {
        configured: { rateLimit: offered === undefined ? null : { ...offered } },
        rates: rates.map(({ of, use }) => ({ of, ...use })),
        breakers: breakers.map(({ key, state }) => ({ key, ...jsonOf(state) })),
      },
      text: (paint) =>
        [
          offered === undefined
            ? 'no rate of a policy given'
            : `the policy offers ${offered.requests} requests in ${offered.windowMs} ms`,
          ...rates.map((rate) => lineOf(rate, offered)),
          ...breakers.map(
            ({ key, state }) =>
              `${state.at === 'closed' ? paint.good(state.at) : paint.bad(state.at)}  ${visible(key)}${toldOf(state)}`,
          ),
        ].join('\n'),
    };
  });
}

interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

async function offeredBy(file: string | undefined): Promise<RateLimit | undefined> {
  if (file === undefined) return undefined;
  const bytes = await readBytes(file, { field: 'policy' });
  return inFile(file, 'policy', () => loadPolicy(bytes)).document.offers?.rateLimit;
}

const jsonOf = (state: BreakerStatus['state']): JsonObject =>
  state.at === 'closed' ? { at: state.at, calls: state.calls.map((call) => ({ ...call })) } : { ...state };

/** One rate; beside what is used, what the policy offers for the same span. */
function lineOf({ of, use }: RateStatus, offered: RateLimit | undefined): string {
  const whose = visible(of.join('  '));
  if ('available' in use)
    return `${use.available} of ${use.capacity} left, ${use.refill} more in ${use.perMs} ms  ${whose}`;
  const isOffered = offered?.windowMs === use.windowMs && of[2]?.endsWith('policy') === true;
  const most = isOffered ? ` of ${offered.requests}` : '';
  return `${use.used}${most} used in ${use.windowMs} ms  ${whose}`;
}

function toldOf(state: BreakerStatus['state']): string {
  if (state.at === 'open') return `  ${state.why}, until ${new Date(state.deadline).toISOString()}`;
  if (state.at === 'half-open') return `  ${state.successes} of 3 successes`;
  return `  ${state.calls.filter(({ ok }) => !ok).length} of ${state.calls.length} calls failed`;
}
