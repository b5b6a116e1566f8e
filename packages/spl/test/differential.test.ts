import { proves, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy, matchResource } from '../src/index.js';
import { randomPolicy, randomRequest, randomRule } from './model/generate.js';
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

it('finds the rules of a large policy as the naive evaluator does, wherever their patterns begin', async () => {
  const segments = ['a', 'b', 'ab', '*', '**', 'a*'];
  let denied = 0;
  let permitted = 0;
  await withSeed('index', 30, (random) => {
    const path = (list: readonly string[]): string =>
      random.pick(['', '', 's:', 'S://', '/']) +
      Array.from({ length: 1 + random.int(5) }, () => random.pick(list)).join('/');
    const rules = Array.from({ length: 40 }, (_, i) => ({
      ...randomRule(random, `r${random.int(100)}-${i}`),
      ...(random.chance(0.8) ? { conditions: {} } : {}),
      resources: Array.from({ length: 1 + random.int(3) }, () =>
        random.pick([path(segments), path(['a', 'b'])]),
      ),
    }));
    const json = { version: '1.0.0', rules };
    const policy = loadPolicy(json);
    for (let i = 0; i < 40; i++) {
      const request = { ...randomRequest(random), resource: path(['a', 'b', 'ab']) };
      const { effect, rules: deciding } = evaluate(policy, request);
      const { from: _, ...naive } = reference(json, request);
      expect({ effect, rules: deciding }).toEqual(naive);
      if (effect === 'deny' && deciding.length > 0) denied++;
      if (effect !== 'deny') permitted++;
    }
  });
  expect(denied).toBeGreaterThan(100);
  expect(permitted).toBeGreaterThan(100);
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
