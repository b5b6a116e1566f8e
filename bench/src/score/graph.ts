import { asDid } from '@ttp/core';
import { figure, judge } from '../bar.ts';
import { analyseGaming, judgeRatings, trustFlow } from '../dist.ts';
import type { Effort } from '../race.ts';
import type { FactsResult } from '../result.ts';
import { least } from '../statistics.ts';

const DAY_MS = 86_400_000;
const NOW = 1_763_726_400_000;
/** Ratings an account gives and gets. */
const EACH = 10;
const ROUNDS = 7;

/** So many ratings among a tenth as many accounts, at random but the same each time, and ten roots. */
function ratingsOf(count: number): Parameters<typeof judgeRatings> {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const accounts = Array.from({ length: count / EACH }, (_, i) =>
    asDid(`did:ttp:agent:Qm${String(i).padStart(8, '0')}`),
  );
  const anybody = (): (typeof accounts)[number] =>
    accounts[random(accounts.length)] ?? asDid('did:ttp:agent:Qm');
  const ratings = Array.from({ length: count }, () => ({
    issuer: anybody(),
    subject: anybody(),
    rating: 1 + random(5),
    at: NOW - random(300 * 24) * (DAY_MS / 24),
  }));
  const createdAt = new Map(accounts.map((did) => [did, NOW - (301 + random(300)) * DAY_MS]));
  return [{ ratings, createdAt }, accounts.slice(0, 10)];
}

/** Microseconds of processor time, which neighbours change little: the least of some rounds, warm. */
function cost(rounds: number, run: () => unknown): number {
  const times = Array.from({ length: rounds + 1 }, () => {
    globalThis.gc?.();
    const from = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(from);
    return user + system;
  });
  return least(times.slice(1));
}

/** What it costs to look at all ratings together, as they become more. */
export function graph({ quick }: Effort): FactsResult {
  const sizes = quick ? [1000, 10_000] : [1000, 10_000, 100_000];
  const rounds = quick ? 2 : ROUNDS;
  const warm = ratingsOf(10_000);
  for (let i = 0; i < (quick ? 1 : 10); i++) judgeRatings(...warm);
  const costs = sizes.map((size) => {
    const [facts, roots] = ratingsOf(size);
    return {
      size,
      patterns: cost(rounds, () => analyseGaming(facts)),
      flow: cost(rounds, () => trustFlow(facts, roots)),
      whole: cost(rounds, () => judgeRatings(facts, roots)),
    };
  });
  const [before, last] = costs.slice(-2);
  const each = (n: typeof last): number => (n === undefined ? Number.NaN : n.whole / n.size);
  return {
    kind: 'facts',
    title: 'All ratings together',
    work: `Patterns, the flow from ten roots, and both as a node needs them (the flow, patterns by heard weight, the flow once more where somebody is in quarantine): ${EACH} ratings an account, at random. Processor time, the least of ${rounds} rounds.`,
    columns: ['ratings', 'patterns, ms', 'flow, ms', 'together, ms', 'together, us a rating'],
    rows: costs.map(({ size, patterns, flow, whole }) => [
      figure(size),
      ...[patterns, flow, whole].map((us) => figure(us / 1000)),
      figure(whole / size),
    ]),
    bars: [
      judge(
        {
          bar: 'graph analysis of 100 000 attestations: at most 1 s',
          atMost: 1000,
          unit: ' ms',
          why: quick
            ? 'A quick run looks at 10 000.'
            : 'Every rating is checked, sorted into its subject and looked at by six detectors.',
        },
        quick ? Number.NaN : (last?.whole ?? Number.NaN) / 1000,
      ),
      judge(
        {
          bar: 'its cost is linear: a rating among the most costs at most 1.2x one among a tenth of them',
          atMost: 1.2,
          unit: 'x',
          why: 'With a hundred thousand the graph no longer fits the caches of the processor.',
        },
        each(last) / each(before),
      ),
    ],
  };
}
