import { proves, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy, matchResource } from '../src/index.js';
import { randomPolicy, randomRequest } from './model/generate.js';
import { covers, reference } from './model/reference.js';

const POLICIES = 850;
const REQUESTS = 12;

it('agrees with the naive evaluator', async () => {
  proves('decision.D13', 'decision.D14', 'spl.verdict.lattice');
  const seen = new Map<string, number>();
  await withSeed('differential', POLICIES, (random) => {
    const json = randomPolicy(random);
    const policy = loadPolicy(json);
    for (let i = 0; i < REQUESTS; i++) {
      const request = randomRequest(random);
      const { effect, rules, obligations } = evaluate(policy, request);
      const from = [...new Set(obligations.map((obligation) => obligation.from))];
      const verdict = JSON.stringify({ effect, rules, from });
      const naive = JSON.stringify(reference(json, request));
      if (verdict !== naive) expect.fail(JSON.stringify({ verdict, naive, json, request }));
      seen.set(effect, (seen.get(effect) ?? 0) + 1);
    }
  });
  // A comparison in which nearly everything is denied would compare little.
  for (const effect of ['allow', 'warn', 'allow_with_approval'])
    expect(seen.get(effect) ?? 0).toBeGreaterThan(100);
});

it('matches patterns as the naive matcher does', async () => {
  proves('law.P-7');
  const pieces = ['a', 'b', 'ab', '*', '**', 'a*', '*b', 'a*b', '*a*', 'aba'];
  let covered = 0;
  await withSeed('patterns', 10_000, (random) => {
    const draw = (n: number, list: readonly string[]): string =>
      Array.from({ length: 1 + random.int(n) }, () => random.pick(list)).join('/');
    const scheme = (): string => random.pick(['', '', '/', 's:', 's:/', 's://', 'S:']);
    const pattern = scheme() + draw(4, pieces) + random.pick(['', '', '/+', '/*', '/**']);
    const resource = scheme() + draw(6, ['a', 'b', 'ab', 'aab', 'abab', 'c']);
    if (pattern.split('*').length > 8) return;
    const answer = matchResource(pattern, resource);
    if (answer !== covers(pattern, resource)) expect.fail(`${pattern} over ${resource}: ${answer}`);
    if (answer) covered++;
  });
  expect(covered).toBeGreaterThan(500);
});
