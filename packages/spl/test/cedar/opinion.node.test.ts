import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { Json, JsonObject } from '@ttp/core';
import { proves, type SeededRandom, withSeed } from '@ttp/testkit';
import { expect, it } from 'vitest';
import { evaluate, loadPolicy, normalizeResource, type PolicyRequest } from '../../src/index.js';
import { CEDAR_ATTRIBUTES, type CedarType, minutes, toCedar } from './translate.js';

const POLICIES = 400;
const REQUESTS = 10;

type Draft = { [key: string]: Json };

const SOURCES: { readonly [name: string]: 'engine' | 'resolver' | 'registry' | 'caller' } = {
  riskLevel: 'registry',
  dataClassification: 'registry',
  'agent.role': 'resolver',
  'agent.roles': 'resolver',
  'request.amount': 'caller',
  purpose: 'caller',
};
const NAMES = Object.keys(CEDAR_ATTRIBUTES);
const NUMBERS = [0, 10, 50, 70, 100];
const TEXTS = ['x', 'é', 'X'];
const LEVELS = ['none', 'low', 'medium', 'high', 'critical'];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const TIMES = ['00:00', '09:00', '18:30', '23:59'];
const LISTS = [['x'], ['é', 'X'], [], ['data:read']];
const RESOURCES = ['a/b', 'a', 'a/b/c', 'a/c', 'c', 'd/a/c', 's3:a/b', 'a/bc', 'S3://a/b/c', '/a/b'];
const PATTERNS = ['a/b', 'a/*', 'a/+', 'a/**', '**', '*', '**/c', 's3:a/*', 'a/b*'];
const EFFECTS = ['allow', 'allow', 'warn', 'allow_with_approval', 'deny'];
const COMPARISONS = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte'];

const textsOf = (name: string): readonly string[] =>
  name === 'riskLevel' ? LEVELS : name === 'dayOfWeek' ? DAYS : TEXTS;

function some<T>(random: SeededRandom, list: readonly T[]): T[] {
  return [...new Set(Array.from({ length: 1 + random.int(3) }, () => random.pick(list)))];
}

function condition(random: SeededRandom, name: string, type: CedarType): Json {
  if (random.chance(0.1)) return { exists: random.chance(0.5) };
  if (type === 'flag') return random.chance(0.5) ? random.chance(0.5) : { neq: random.chance(0.5) };
  if (type === 'texts')
    return { contains: random.pick(['x', 'é', 'data:read', '{agent.role}', '{purpose}']) };
  if (type === 'time') {
    const [from = '', to = ''] = random.shuffle(TIMES);
    return { [random.pick(['between', 'not_between'])]: [from, to] };
  }
  if (type === 'long') {
    if (random.chance(0.2)) return { [random.pick(['in', 'not_in'])]: some(random, NUMBERS) };
    if (random.chance(0.2))
      return { [random.pick(COMPARISONS)]: random.pick(['{trustScore}', '{request.rate}']) };
    if (random.chance(0.2)) {
      const bounds = [random.pick(NUMBERS), random.pick(NUMBERS)].sort((a, b) => a - b);
      return { [random.pick(['between', 'not_between'])]: bounds };
    }
    return random.chance(0.3)
      ? { gt: random.pick(NUMBERS), lte: random.pick(NUMBERS) }
      : { [random.pick(COMPARISONS)]: random.pick(NUMBERS) };
  }
  const texts = textsOf(name);
  if (random.chance(0.15)) return { [random.pick(['in', 'not_in'])]: '{agent.roles}' };
  if (random.chance(0.15))
    return { [random.pick(['eq', 'neq'])]: random.pick(['{agent.role}', '{purpose}']) };
  if (random.chance(0.4)) return { [random.pick(['in', 'not_in'])]: some(random, texts) };
  return random.chance(0.5) ? random.pick(texts) : { neq: random.pick(texts) };
}

function policyOf(random: SeededRandom): JsonObject {
  const rules = Array.from({ length: 1 + random.int(5) }, (_, i) => {
    const effect = random.pick(EFFECTS);
    const rule: Draft = { id: `r${i}`, effect };
    if (effect !== 'deny' || random.chance(0.6)) rule['resources'] = some(random, PATTERNS);
    if (effect !== 'deny' || random.chance(0.6)) rule['actions'] = some(random, ['read', 'write']);
    const names = random.chance(0.8) ? random.shuffle(NAMES).slice(0, random.int(4)) : [];
    rule['conditions'] = Object.fromEntries(
      names.map((name) => [name, condition(random, name, CEDAR_ATTRIBUTES[name] ?? 'text')]),
    );
    return rule;
  });
  const requirements: Draft = {};
  if (random.chance(0.2)) requirements['minTrustScore'] = random.pick(NUMBERS);
  if (random.chance(0.1)) requirements['requireIdentityVerification'] = true;
  if (random.chance(0.1)) requirements['purpose'] = 'x';
  if (random.chance(0.1)) requirements['requiredCapabilities'] = ['data:read'];
  return { version: '1.0.0', requirements, rules, defaultEffect: random.chance(0.2) ? 'allow' : 'deny' };
}

/** A value of the type; now and then one of another, which both sides have to take for missing. */
function factOf(random: SeededRandom, name: string): Json {
  const type = CEDAR_ATTRIBUTES[name];
  if (random.chance(0.06))
    return random.pick<Json>([null, {}, [7], type === 'long' ? 'x' : 7, type === 'flag' ? 'true' : true]);
  if (type === 'long') return random.pick(NUMBERS) + random.int(3) - (name === 'trustScore' ? 2 : 0);
  if (type === 'flag') return random.chance(0.7);
  if (type === 'texts') return random.pick(LISTS);
  return random.pick(textsOf(name));
}

/** A request, and the same as a context of Cedar. */
function requestOf(random: SeededRandom): { readonly request: PolicyRequest; readonly context: JsonObject } {
  const now = 1_795_996_800_000 + random.int(10_080) * 60_000;
  const at = new Date(now);
  const sources: { [source in 'engine' | 'resolver' | 'registry' | 'caller']: Draft } = {
    engine: {},
    resolver: {},
    registry: {},
    caller: {},
  };
  const spelt = random.pick(RESOURCES);
  const [, scheme = '', path = ''] = /^(?:([a-z0-9]+):)?(.*)$/.exec(normalizeResource(spelt)) ?? [];
  const context: Draft = { scheme, path };
  const args: Draft = {};
  for (const name of NAMES) {
    const key = name.replaceAll('.', '_');
    const computed = { timeOfDay: at.toISOString().slice(11, 16), dayOfWeek: at.toUTCString().slice(0, 3) };
    const isThere = name in computed || random.chance(0.8);
    const fact = name in computed ? (Object(computed)[name] as Json) : isThere ? factOf(random, name) : null;
    context[`present_${key}`] = fact !== null;
    if (fits(name, fact))
      context[key] = name === 'timeOfDay' && typeof fact === 'string' ? minutes(fact) : fact;
    if (!isThere || name in computed) continue;
    const target = name === 'request.amount' ? args : sources[SOURCES[name] ?? 'engine'];
    target[name === 'request.amount' ? 'amount' : name] = fact;
  }
  sources.caller['request'] = args;
  return { request: { resource: spelt, action: random.pick(['read', 'write']), now, ...sources }, context };
}

function fits(name: string, fact: Json): boolean {
  const type = CEDAR_ATTRIBUTES[name];
  if (type === 'long') return typeof fact === 'number' && fact >= 0 && (name !== 'trustScore' || fact <= 100);
  if (type === 'flag') return typeof fact === 'boolean';
  if (type === 'texts') return Array.isArray(fact) && fact.every((one) => typeof one === 'string');
  return typeof fact === 'string' && (name !== 'riskLevel' || LEVELS.includes(fact));
}

/** The policies of a set that determine the answer, or none where it denies by default. */
function ask(set: string, action: string, context: JsonObject): { allowed: boolean; by: readonly string[] } {
  const answer = statefulIsAuthorized({
    principal: { type: 'Agent', id: 'a' },
    action: { type: 'Action', id: action },
    resource: { type: 'Resource', id: 'r' },
    context: JSON.parse(JSON.stringify(context)),
    preparsedPolicySetId: set,
    entities: [],
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  const { decision, diagnostics } = answer.response;
  // A policy that fails is skipped, which would be no opinion.
  if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors));
  return { allowed: decision === 'allow', by: diagnostics.reason.filter((id) => id !== 'default').sort() };
}

function prepare(id: string, staticPolicies: { readonly [id: string]: string }): void {
  const parsed = preparsePolicySet(id, { staticPolicies: { ...staticPolicies } });
  if (parsed.type === 'failure')
    throw new Error(`${JSON.stringify(parsed.errors)} ${JSON.stringify(staticPolicies)}`);
}

it('decides as Cedar does, by the same rules, on what both can say', async () => {
  proves('decision.D12', 'decision.D13', 'spl.verdict.lattice');
  const effects = new Map<string, number>();
  await withSeed('cedar', POLICIES, (random) => {
    const json = policyOf(random);
    const policy = loadPolicy(json);
    const effectOf = new Map(policy.document.rules.map(({ id, effect }) => [id, effect]));
    const { decides, obliges } = toCedar(json);
    prepare('decides', decides);
    prepare('obliges', obliges);
    for (let i = 0; i < REQUESTS; i++) {
      const { request, context } = requestOf(random);
      const { effect, rules } = evaluate(policy, request);
      const decision = ask('decides', request.action, context);
      const by = decision.allowed ? ask('obliges', request.action, context).by : decision.by;
      const strictest = ['allow_with_approval', 'warn'].find((one) =>
        by.some((id) => effectOf.get(id) === one),
      );
      const opinion = { effect: decision.allowed ? (strictest ?? 'allow') : 'deny', rules: by };
      if (JSON.stringify({ effect, rules }) !== JSON.stringify(opinion))
        expect.fail(JSON.stringify({ effect, rules, opinion, json, request, decides }));
      effects.set(effect, (effects.get(effect) ?? 0) + 1);
    }
  });
  for (const effect of ['allow', 'warn', 'allow_with_approval', 'deny'])
    expect(effects.get(effect) ?? 0, effect).toBeGreaterThan((POLICIES * REQUESTS) / 100);
});
