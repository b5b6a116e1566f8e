import { proves, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { loadPolicy, matchResource } from '../src/index.js';
import { agree, bothVerdicts } from './reference/compare.js';
import { randomRule } from './reference/generate.js';
import { randomRequest } from './reference/requests.js';
import { covers, partsOf } from './reference/resources.js';
import { printed, shrink } from './reference/shrink.js';

it('finds the rules of a large policy as the reference does, wherever their patterns begin', async () => {
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
      const request = { ...randomRequest(random, json), resource: path(['a', 'b', 'ab']) };
      const verdicts = bothVerdicts(policy, { json, request });
      if (!agree(verdicts)) expect.fail(JSON.stringify({ ...verdicts, json, request }));
      const { effect, rules: deciding } = verdicts.reference;
      if (effect === 'deny' && deciding.length > 0) denied++;
      if (effect !== 'deny') permitted++;
    }
  });
  expect(denied).toBeGreaterThan(100);
  expect(permitted).toBeGreaterThan(100);
});

it('matches patterns as the reference does', async () => {
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
    const parts = partsOf(resource);
    if (parts === undefined || answer !== covers(pattern, parts))
      expect.fail(`${pattern} over ${resource}: ${answer}`);
    if (answer) covered++;
  });
  expect(covered).toBeGreaterThan(500);
});

it('says what is left of a disagreement when nothing more can be spared', () => {
  const rule = { id: 'a', effect: 'allow', resources: ['a/b', 'c'], actions: ['read', 'write'] };
  const json = { version: '1.0.0', rules: [rule, { ...rule, id: 'b', conditions: { purpose: 'x' } }] };
  const request = {
    resource: 'c',
    action: 'write',
    now: 5,
    engine: { trustScore: 3, trustStage: 'new' },
    resolver: {},
    registry: {},
    caller: { request: { a: [1, 2], b: 3 } },
  };
  // Stands for a fault in rules with a condition, seen where an argument holds a 2.
  const least = shrink({ json, request }, (one) => {
    const text = printed(one);
    return text.includes('"purpose":"x"') && text.includes('2');
  });
  expect(least.json).toEqual({ rules: [{ conditions: { purpose: 'x' } }] });
  expect(least.request).toEqual({
    resource: 'a',
    action: 'read',
    now: 0,
    engine: {},
    resolver: {},
    registry: {},
    caller: { request: { a: [2] } },
  });
});
