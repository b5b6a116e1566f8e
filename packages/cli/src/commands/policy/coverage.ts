import { visible } from '@ttp/oversight';
import {
  type CoveredRule,
  coverPolicy,
  loadCallMap,
  type Policy,
  type PolicyCoverage,
  type PolicyLayers,
  type PolicyRequest,
  requestsOfCalls,
  requestsOfTests,
} from '@ttp/spl';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { table } from '../../table.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';
import { readObserved } from '../../verify/observed.js';
import { plainJson } from './plain-json.js';
import { readTestFile, type TestFileOptions } from './test-files.js';

interface CoverageOptions extends TestFileOptions {
  readonly bundle?: string;
  readonly logKey: readonly string[];
  readonly min: number;
}

/** `ttp policy coverage`: what of the policies their tests exercise. */
export async function run({ options, args: files, io }: Call<CoverageOptions>): Promise<Answer> {
  const { bundle, logKey, min } = options;
  const observed = bundle === undefined ? undefined : await readObserved(bundle, logKey, io);
  /** Files of tests can share a policy. */
  const asked = new Map<
    string,
    { readonly policy: Policy | PolicyLayers; readonly requests: PolicyRequest[] }
  >();
  for (const file of files) {
    const {
      policy,
      callMap = loadCallMap({ version: 1, tools: {} }),
      tests,
    } = await readTestFile(file, options);
    const { requests } = asked.get(policy.hash) ?? {
      requests: observed === undefined ? [] : [...requestsOfCalls(observed, callMap)],
    };
    requests.push(...requestsOfTests(tests, callMap));
    asked.set(policy.hash, { policy, requests });
  }
  const policies = [...asked.values()].map(({ policy, requests }) => ({
    policy: policy.hash,
    ...coverPolicy(policy, requests),
  }));
  const sum = (of: (one: PolicyCoverage) => number): number => policies.reduce((n, one) => n + of(one), 0);
  const [covered, total] = [sum((one) => one.covered), sum((one) => one.total)];
  // Rounded down: 100 means all of it.
  const percent = total === 0 ? 100 : Math.floor((covered * 100) / total);
  return {
    exit: percent >= min ? EXIT.ok : EXIT.no,
    json: plainJson({ summary: { covered, total, percent }, policies }),
    text: (paint) =>
      [
        ...policies.flatMap((one) => describe(one, paint)),
        `${percent >= min ? paint.good('ok') : paint.bad('failed')}  ${covered} of ${total} rules and conditions, ${percent} %`,
      ].join('\n'),
  };
}

function describe({ rules, requests }: PolicyCoverage, paint: Paint): readonly string[] {
  const rows = rules.flatMap(missing);
  if (rows.length === 0) return [];
  return [
    `${requests} requests leave open:`,
    table(['rule', 'effect', 'what no request shows'], rows, paint.width),
    '',
  ];
}

const missing = ({ rule, effect, reached, applied, tests }: CoveredRule): readonly (readonly string[])[] => {
  const row = (what: string): readonly string[] => [visible(rule), effect, visible(what)];
  if (reached === 0) return [row('its action and resource')];
  return [
    ...(applied === 0 ? [row('that it applies')] : []),
    ...tests
      .filter(({ failed }) => failed === 0)
      .map(({ attribute, op, wanted }) => row(`that ${attribute} ${op} ${JSON.stringify(wanted)} fails`)),
  ];
};
