import type { RunArea } from '../areas.ts';
import { type Bar, figure, judge } from '../bar.ts';
import { type Contestant, type Effort, race } from '../race.ts';
import type { FactsResult, RaceResult } from '../result.ts';
import { loadCasbin } from './casbin.ts';
import { loadCasl } from './casl.ts';
import { loadCedar } from './cedar.ts';
import type { Engine, LoadEngine } from './engine.ts';
import { loadJsonRulesEngine } from './json-rules-engine.ts';
import { loading } from './loading.ts';
import { matching } from './matching.ts';
import {
  crowdedRequests,
  crowdedRules,
  disjointRules,
  type PlainRequest,
  type PlainRule,
  requests,
  verdictOf,
} from './rules.ts';
import { loadTtp } from './ttp.ts';

const ENGINES: readonly LoadEngine[] = [loadTtp, loadCasl, loadCasbin, loadCedar, loadJsonRulesEngine];

/** An engine over all requests in turn; its verdicts on all of them are its answer. */
function contestant(engine: Engine, asked: readonly PlainRequest[], ours: boolean): Contestant {
  const prepared = asked.map((request) => engine.prepare(request));
  return {
    name: engine.name,
    does: engine.does,
    run: (i) => prepared[i % prepared.length]?.(),
    answer: async () => {
      const verdicts: string[] = [];
      for (const ask of prepared) verdicts.push(await ask());
      return verdicts;
    },
    ...(ours ? { ours } : {}),
    ...(engine.async === undefined ? {} : { async: engine.async }),
    ...(engine.most === undefined ? {} : { most: engine.most }),
  };
}

async function deciding(
  title: string,
  rules: readonly PlainRule[],
  asked: readonly PlainRequest[],
  bars: readonly Bar[],
  effort: Effort,
): Promise<RaceResult> {
  const expected = asked.map((request) => verdictOf(rules, request));
  const allowed = expected.filter((verdict) => verdict === 'allow').length;
  const contestants: Contestant[] = [
    {
      name: 'the meaning',
      does: 'the rules read word by word with array functions: what all others have to answer, and what a first cut costs',
      run: (i) => verdictOf(rules, asked[i % asked.length] ?? asked[0] ?? never()),
      answer: () => expected,
    },
  ];
  for (const load of ENGINES) contestants.push(contestant(await load(rules), asked, load === loadTtp));
  return race(
    {
      title,
      work: `${asked.length} requests in turn, ${allowed} of them allowed; deny overrides, default deny. Checked before: all engines give the same verdict to every request.`,
      contestants,
      bars,
      single: true,
      rounds: 21,
    },
    effort,
  );
}

const never = (): never => {
  throw new Error('no requests');
};

/** How many times as fast as each rival we have to be, by the number of rules. */
const AHEAD: readonly (readonly [rules: number, casl: number, others: number])[] = [
  [10, 4, 100],
  [100, 30, 100],
  [1000, 300, 100],
];

const US = 'ttp evaluate';

const disjointBars = (count: number, casl: number, others: number): Bar[] => [
  {
    bar: `policy, ${count} prefix-disjoint rules: at most 1 us`,
    value: (m) => m.median(US),
    atMost: 1,
    unit: ' us',
    why: 'The prototype of the bar compared segments as they came. Here the resource is normalised and checked in every call, each attribute is read from its own source and checked against its type, and the verdict carries its reasons.',
  },
  {
    bar: `policy, ${count} rules: at least ${casl}x as fast as @casl/ability`,
    value: (m) => m.ratio('@casl/ability', US),
    atLeast: casl,
    unit: 'x',
    why: 'What is done for every request, whatever the rules: about a quarter of the time goes into normalising the resource, a fifth into the report of facts that their source does not own. The rivals take texts as they come, and answer true or false.',
  },
  {
    bar: `policy, ${count} rules: at least ${others}x as fast as cedar-wasm and casbin`,
    value: (m) => Math.min(m.ratio('cedar-wasm stateful', US), m.ratio('casbin enforceSync', US)),
    atLeast: others,
    unit: 'x',
    why: 'What is done for every request, whatever the rules: about a quarter of the time goes into normalising the resource, a fifth into the report of facts that their source does not own. The rivals take texts as they come, and answer true or false.',
  },
];

const CROWD = 1000;

const crowdedBars: readonly Bar[] = [
  {
    bar: 'one request against 1000 rules in under 5 ms, worst case, p99 (spl.evaluate.performance)',
    value: (m) => m.p99(US) / 1000,
    atMost: 5,
    unit: ' ms',
    why: 'Other processes fall on single calls.',
  },
  {
    bar: 'policy, worst case: at most 25 ns a rule',
    value: (m) => (m.median(US) * 1000) / CROWD,
    atMost: 25,
    unit: ' ns a rule',
    why: 'Each rule that does not hold leaves its reason in the verdict, as every explanation of a denial needs it: a list of as many reasons as there are rules.',
  },
  {
    bar: 'policy, worst case: at least 8x as fast as @casl/ability',
    value: (m) => m.ratio('@casl/ability', US),
    atLeast: 8,
    unit: 'x',
    why: 'A verdict carries a reason for each rule; the other answers true or false.',
  },
];

export const run: RunArea = async (effort) => {
  const tables: RaceResult[] = [];
  for (const [count, casl, others] of AHEAD) {
    const rules = disjointRules(count);
    const title = `${count} rules, each on a folder of its own`;
    tables.push(await deciding(title, rules, requests(rules), disjointBars(count, casl, others), effort));
  }
  const title = `${CROWD} rules on one folder and one action, none of which holds`;
  tables.push(await deciding(title, crowdedRules(CROWD), crowdedRequests(), crowdedBars, effort));
  return [growth(tables), ...tables, await matching(effort), await loading(disjointRules(CROWD), effort)];
};

const timeOf = (table: RaceResult | undefined, name: string): number =>
  table?.contestants.find((one) => one.name === name)?.times?.median ?? Number.NaN;

/** What becomes of each engine when the rules become a hundred times as many. */
function growth(tables: readonly RaceResult[]): FactsResult {
  const [small, , large] = tables;
  const ratio = (name: string): number => timeOf(large, name) / timeOf(small, name);
  const names = small?.contestants.map(({ name }) => name) ?? [];
  return {
    kind: 'facts',
    title: 'How the time of a decision grows with the policy',
    work: 'Microseconds, medians of the tables below.',
    columns: ['', '10 rules', '100 rules', '1000 rules', '1000 over 10'],
    rows: names.map((name) => [
      name === US ? `**${name}**` : name,
      ...tables.slice(0, 3).map((table) => figure(timeOf(table, name))),
      `x${figure(ratio(name))}`,
    ]),
    bars: [
      judge(
        {
          bar: 'policy, prefix-disjoint: the time at 1000 rules at most 2x that at 10',
          atMost: 2,
          unit: 'x',
          why: 'Larger tables miss the caches of the processor.',
        },
        ratio(US),
      ),
    ],
  };
}
