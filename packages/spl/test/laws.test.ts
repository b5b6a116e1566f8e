import { EFFECTS, isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy, type PolicyRequest, type PolicyVerdict } from '../src/index.js';
import { randomPolicy, randomRule } from './reference/generate.js';
import { randomRequest } from './reference/requests.js';

const RUNS = 300;
/** Names whose every accepted value is a number. */
const NUMBERS = ['trustScore', 'request.rate', 'biasScore', 'amount'];
const SOURCES = ['engine', 'resolver', 'registry', 'caller'] as const;

/** 0 allow to 3 deny. */
const strictness = ({ effect }: PolicyVerdict): number => EFFECTS.indexOf(effect);
/** A verdict without the hash, which differs between policies that say the same. */
const said = (verdict: PolicyVerdict): string =>
  canonicalize(JSON.parse(JSON.stringify({ ...verdict, policy: '' })));
const rulesOf = (policy: JsonObject): readonly Json[] => {
  const rules = policy['rules'];
  return Array.isArray(rules) ? rules : [];
};

/** The same JSON with the keys of every object in another order. */
function shuffled(value: Json, random: SeededRandom): Json {
  if (Array.isArray(value)) return value.map((one: Json) => shuffled(one, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    random.shuffle(Object.entries(value)).map(([key, one]) => [key, shuffled(one, random)]),
  );
}

/** The same object, none of whose members can be written from now on, at any depth. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen<unknown>(member);
  return Object.freeze(value);
}

/** First segments of names: what stands under one is no fact, its members are. */
const FIRST = ['agent', 'resource', 'request', 'trace', 'pdp'];

/** A fact, or the members below a first segment, each given to `change`. */
function* changed(
  facts: JsonObject,
  change: (value: Json, name: string) => Json | undefined,
  isBelow = false,
): Generator<JsonObject> {
  for (const [key, value] of Object.entries(facts)) {
    const others = Object.entries(facts).filter(([name]) => name !== key);
    if (isJsonObject(value) && (isBelow || FIRST.includes(key)))
      for (const below of changed(value, change, true)) yield Object.fromEntries([...others, [key, below]]);
    else {
      const other = change(value, key);
      yield Object.fromEntries(other === undefined ? others : [...others, [key, other]]);
    }
  }
}

/** The request with one fact after another given to `change`, which returns the new value or undefined to leave it out. */
const variants = (
  request: PolicyRequest,
  change: (value: Json, name: string) => Json | undefined,
): readonly PolicyRequest[] =>
  SOURCES.flatMap((source) =>
    [...changed(request[source], change)].map((facts) => ({ ...request, [source]: facts })),
  );

/** A policy none of whose conditions tests presence alone. */
function withoutExists(policy: JsonObject): JsonObject {
  const text = JSON.stringify(policy).replaceAll(/\{"exists":(?:true|false)\}/g, '"x"');
  return JSON.parse(text);
}

it('is evaluated at once, and changes nothing that it was given', async () => {
  proves('spl.policy.before-every-action');
  await withSeed('pure', RUNS, (random) => {
    const json = randomPolicy(random);
    const policy = loadPolicy(json);
    const request = randomRequest(random, json);
    const before = JSON.stringify(request);
    const verdict: object = evaluate(policy, frozen(request));
    if (verdict instanceof Promise || 'then' in verdict || JSON.stringify(request) !== before)
      expect.fail(before);
  });
  expect(RUNS).toBeGreaterThan(0);
});

it('is total and deterministic: equal policy and facts give the same bytes', async () => {
  await withSeed('P-1', RUNS, (random) => {
    const json = randomPolicy(random);
    const request = randomRequest(random, json);
    const policy = loadPolicy(json);
    const first = JSON.stringify(evaluate(policy, request));
    const again = loadPolicy(JSON.stringify(shuffled(json, random), undefined, 2));
    const sameFacts = Object.fromEntries(
      SOURCES.map((source) => [source, shuffled(request[source], random)]),
    );
    const second = JSON.stringify(evaluate(again, { ...request, ...sameFacts }));
    if (first !== second || policy.hash !== again.hash) expect.fail(`${first}\n${second}`);
    const { effect } = evaluate(policy, request);
    if (!EFFECTS.includes(effect)) expect.fail(effect);
  });
  expect(RUNS).toBeGreaterThan(0);
});

it('does not depend on the order of rules', async () => {
  proves('law.P-2', 'spl.rules.no-order', 'flaw.P1');
  let permits = 0;
  await withSeed('P-2', RUNS, (random) => {
    const json = randomPolicy(random);
    const request = randomRequest(random, json);
    const verdict = evaluate(loadPolicy(json), request);
    const other = evaluate(loadPolicy({ ...json, rules: random.shuffle(rulesOf(json)) }), request);
    if (said(verdict) !== said(other)) expect.fail(JSON.stringify({ json, request }));
    if (verdict.effect !== 'deny') permits++;
  });
  expect(permits).toBeGreaterThan(RUNS / 20);
});

it('gets no looser by a deny, and no stricter by an allow', async () => {
  proves('law.P-3');
  let stricter = 0;
  await withSeed('P-3', RUNS, (random) => {
    const json = randomPolicy(random);
    const request = randomRequest(random, json);
    const before = strictness(evaluate(loadPolicy(json), request));
    const plus = (effect: string): number =>
      strictness(
        evaluate(
          loadPolicy({ ...json, rules: [...rulesOf(json), randomRule(random, 'new', effect)] }),
          request,
        ),
      );
    const [denied, allowed] = [plus('deny'), plus('allow')];
    if (denied < before || allowed > before) expect.fail(JSON.stringify({ json, request }));
    if (denied !== before || allowed !== before) stricter++;
  });
  expect(stricter).toBeGreaterThan(RUNS / 20);
});

it('gets no looser when an attribute is left out, unless a rule asks whether it exists', async () => {
  proves('law.P-4', 'flaw.P2');
  let stricter = 0;
  await withSeed('P-4', RUNS, (random) => {
    const json = withoutExists(randomPolicy(random));
    const policy = tolerantLoad(json);
    if (policy === undefined) return;
    const request = randomRequest(random, json);
    const before = strictness(evaluate(policy, request));
    for (const change of [() => undefined, () => null])
      for (const variant of variants(request, change)) {
        const after = strictness(evaluate(policy, variant));
        if (after < before) expect.fail(JSON.stringify({ json, request, variant }));
        if (after !== before) stricter++;
      }
  });
  expect(stricter).toBeGreaterThan(RUNS / 20);
});

/** Replacing `exists` can give an operand that its attribute does not take; then there is nothing to show. */
function tolerantLoad(json: JsonObject): ReturnType<typeof loadPolicy> | undefined {
  try {
    return loadPolicy(json);
  } catch {
    return undefined;
  }
}

it('gets looser by leaving out what exists tests: the exception that the linter names', () => {
  proves('law.P-4');
  const policy = loadPolicy({
    version: '1.0.0',
    rules: [
      { id: 'a', effect: 'allow', resources: ['r'], actions: ['read'] },
      { id: 'b', effect: 'deny', conditions: { protectedClass: { exists: true } } },
    ],
  });
  const request = { resource: 'r', action: 'read', now: 0, engine: {}, resolver: {}, registry: {} };
  expect(evaluate(policy, { ...request, caller: { protectedClass: 'age' } }).effect).toBe('deny');
  expect(evaluate(policy, { ...request, caller: {} }).effect).toBe('allow');
});

it('gets no looser when an attribute changes to a type that no operator takes', async () => {
  proves('law.P-5', 'flaw.P3');
  let stricter = 0;
  await withSeed('P-5', RUNS, (random) => {
    const json = randomPolicy(random);
    const policy = loadPolicy(json);
    const request = randomRequest(random, json);
    const before = strictness(evaluate(policy, request));
    // Present as before, of a type that nothing takes; numbers also as their text, which coercion would take.
    const retyped = (value: Json, name: string): Json | undefined => {
      if (value === null) return null;
      if (typeof value === 'number' && NUMBERS.includes(name))
        return random.pick<Json>([String(value), [value]]);
      return random.pick<Json>([{ value }, [[value]]]);
    };
    for (const variant of variants(request, retyped)) {
      const after = strictness(evaluate(policy, variant));
      if (after < before) expect.fail(JSON.stringify({ json, request, variant }));
      if (after !== before) stricter++;
    }
  });
  expect(stricter).toBeGreaterThan(RUNS / 20);
});

it('denies what no rule speaks of', async () => {
  proves('law.P-6', 'spl.policy.default-effect');
  await withSeed('P-6', RUNS, (random) => {
    const json = { ...randomPolicy(random), defaultEffect: 'deny' };
    const { effect, rules } = evaluate(loadPolicy(json), {
      ...randomRequest(random, json),
      action: 'unheard-of',
    });
    // Only deny rules can do without actions, so nothing but a deny can come of it.
    if (effect !== 'deny') expect.fail(JSON.stringify(json));
    if (rules.length > 0 && rules.length > rulesOf(json).length) expect.fail('more rules than there are');
  });
  const nothing = loadPolicy(
    '{"version":"1.0.0","rules":[{"id":"a","effect":"allow","resources":["r"],"actions":["x"]}]}',
  );
  const request = {
    resource: 'r',
    action: 'read',
    now: 0,
    engine: {},
    resolver: {},
    registry: {},
    caller: {},
  };
  expect(evaluate(nothing, request)).toMatchObject({ effect: 'deny', rules: [], obligations: [] });
});

it('gives every spelling of a resource one verdict', async () => {
  proves('law.P-7', 'flaw.P5');
  await withSeed('P-7', RUNS, (random) => {
    const json = randomPolicy(random);
    const policy = loadPolicy(json);
    const request = randomRequest(random, json);
    const path = Array.from({ length: 1 + random.int(3) }, () => random.pick(['a', 'b', 'c', 'bc'])).join(
      '/',
    );
    const spellings = random.chance(0.5)
      ? [path, `/${path}`]
      : [`s3://${path}`, `s3:/${path}`, `s3:${path}`, `S3://${path}`];
    const verdicts = spellings.map((resource) => said(evaluate(policy, { ...request, resource })));
    if (new Set(verdicts).size !== 1) expect.fail(spellings.join(' '));
  });
  expect(RUNS).toBeGreaterThan(0);
});
