import { spawnSync } from 'node:child_process';
import type { Json, JsonObject } from '@ttp/core';
import { proves, seededRandom } from '@ttp/testkit';
import { expect, it } from 'vitest';
import type { PolicyRequest } from '../../src/index.js';
import { randomPolicy } from '../reference/generate.js';
import { randomRequest } from '../reference/requests.js';
import { BARE } from '../samples.js';

/*
 * Steps are counted, not timed: V8 counts how often each block of the package's code runs. In a process of its own,
 * since it has one set of counters, which a run with coverage uses already.
 */

/** A policy and a request, after another request that makes whatever is made once. */
interface Asked {
  readonly json: JsonObject;
  readonly request: PolicyRequest;
}

const ROOT = new URL('../../../../', import.meta.url);
const COUNT = `
  import { Session } from 'node:inspector';
  import { readFileSync } from 'node:fs';
  import { evaluate, loadPolicy } from ${JSON.stringify(new URL('packages/spl/src/index.ts', ROOT).href)};
  const session = new Session();
  session.connect();
  const post = (method, params) => {
    let answer;
    session.post(method, params, (error, result) => { if (error) throw error; answer = result; });
    return answer;
  };
  const cases = JSON.parse(readFileSync(0, 'utf8'));
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  console.log(JSON.stringify(cases.map(({ json, request }) => {
    const policy = loadPolicy(json, { maxBytes: 1048576 });
    const { effect } = evaluate(policy, request);
    post('Profiler.takePreciseCoverage'); // begins anew
    evaluate(policy, request);
    const { result } = post('Profiler.takePreciseCoverage');
    const blocks = result.filter(({ url }) => url.includes('/packages/spl/src/'))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges));
    return { effect, steps: blocks.reduce((sum, { count }) => sum + count, 0) };
  })));
`;

interface Counted {
  readonly effect: string;
  readonly steps: number;
}

/** How many steps each evaluation takes. */
function stepsOf(cases: readonly Asked[]): readonly Counted[] {
  const args = ['--conditions=@ttp/source', '--import', 'tsx', '--input-type=module', '--eval', COUNT];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const PATTERN = 'a/**/x*z';

/** Rules that all cover one resource, each with as many conditions; `holds`: whether they all hold. */
function crowd(rules: number, conditions: number, holds: boolean): Asked {
  const tests = (i: number): JsonObject =>
    Object.fromEntries(
      Array.from({ length: conditions }, (_, n) => [
        `request.n${n}`,
        // Where none holds, only the last one shows it.
        { gte: holds || n < conditions - 1 ? i : 9000 },
      ]),
    );
  const json = {
    version: '1.0.0',
    rules: Array.from({ length: rules }, (_, i) => ({
      id: `r${i}`,
      effect: 'warn',
      resources: [PATTERN],
      actions: ['read'],
      conditions: tests(i),
    })),
  };
  const args = Object.fromEntries(
    Array.from({ length: conditions }, (_, n): [string, Json] => [`n${n}`, 5000]),
  );
  return { json, request: { ...BARE, resource: 'a/b/c/xyz', caller: { request: args } } };
}

/** A few processes that are started, ms: twenty times what it takes where nothing else runs. */
const TIMEOUT_MS = 120_000;

/** Steps for each condition of each rule. */
const PER_CONDITION = 25;
/** Steps whatever the policy: the request is read, the facts are reported, the verdict is put together. */
const AT_LEAST = 1500;

it('takes steps in proportion to rules and conditions, where all hold and where none does', {
  timeout: TIMEOUT_MS,
}, () => {
  proves('law.P-8');
  for (const holds of [true, false]) {
    const sizes = [50, 100, 200, 400] as const;
    const counted = stepsOf(sizes.map((rules) => crowd(rules, 6, holds)));
    expect(counted.map(({ effect }) => effect)).toEqual(sizes.map(() => (holds ? 'warn' : 'deny')));
    for (const [i, { steps }] of counted.entries()) {
      expect(steps).toBeLessThan(AT_LEAST + PER_CONDITION * (sizes[i] ?? 0) * 6);
      // Twice the rules, twice the steps, and not four times.
      expect(steps / (counted[i - 1]?.steps ?? steps)).toBeLessThan(2.2);
    }
    const wide = stepsOf([2, 4, 8, 16].map((conditions) => crowd(100, conditions, holds)));
    for (const [i, { steps }] of wide.entries())
      expect(steps / (wide[i - 1]?.steps ?? steps)).toBeLessThan(2.2);
  }
});

it('takes no more than that on random policies and requests', { timeout: TIMEOUT_MS }, () => {
  proves('law.P-8');
  const random = seededRandom('P-8');
  const cases = Array.from({ length: 200 }, () => {
    const json = randomPolicy(random);
    // What has no JSON is no request from elsewhere.
    const request = { ...randomRequest(random, json), now: 1_700_000_000_000 };
    return { json, request };
  });
  const counted = stepsOf(cases);
  for (const [i, { steps }] of counted.entries()) {
    const rules: unknown = cases[i]?.json['rules'];
    const text = JSON.stringify(rules);
    const conditions = text.split('":{"').length + text.split('","').length;
    if (steps > AT_LEAST + PER_CONDITION * conditions)
      expect.fail(`${steps} steps: ${JSON.stringify(cases[i])}`);
  }
  expect(counted).toHaveLength(200);
});
