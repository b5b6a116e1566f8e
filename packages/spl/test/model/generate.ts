import type { Json, JsonObject } from '@ttp/core';
import type { SeededRandom } from '@ttp/testkit';
import type { PolicyRequest } from '../../src/index.js';

/** A member of a policy or request that is being put together. */
type Draft = { [key: string]: Json };

const EFFECTS = ['allow', 'allow', 'deny', 'warn', 'allow_with_approval'];
const ACTIONS = ['read', 'write', 'call'];
const PATTERNS = [
  'a/b',
  'a/*',
  'a/+',
  'a/**',
  'a/b*',
  's3://a/*',
  's3:a/**/c',
  '**',
  '*',
  'a/*/c',
  '**/c',
  'a/x*y/**',
];
const RESOURCES = [
  'a/b',
  '/a/b',
  'a',
  'a/b/c',
  'a/bc',
  'a/c',
  's3://a/b',
  's3:a/c',
  'S3:/a/b/c',
  'c',
  'a/../b',
  'a/xzy/c',
  'a/xy',
];
const SCORES = [0, 40, 50, 70, 75, 100];
const TEXTS = ['x', 'y', 'z'];
const LEVELS = ['none', 'low', 'medium', 'high', 'critical'];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const TIMES = ['00:00', '08:00', '12:30', '18:00', '23:59'];

/** How each attribute is tested, and which values it may have. */
const ATTRIBUTES: {
  readonly [name: string]: { kind: 'number' | 'text' | 'list' | 'time' | 'flag'; values: readonly Json[] };
} = {
  trustScore: { kind: 'number', values: SCORES },
  'request.rate': { kind: 'number', values: [0, 10, 100] },
  'request.amount': { kind: 'number', values: [0, 10.5, 1000] },
  biasScore: { kind: 'number', values: [0, 0.3, 1] },
  'request.n': { kind: 'number', values: [-1, 0, 7] },
  purpose: { kind: 'text', values: TEXTS },
  riskLevel: { kind: 'text', values: LEVELS },
  dataClassification: { kind: 'text', values: TEXTS },
  dayOfWeek: { kind: 'text', values: DAYS },
  'agent.role': { kind: 'text', values: TEXTS },
  'resource.owner': { kind: 'text', values: TEXTS },
  'request.note': { kind: 'text', values: TEXTS },
  'agent.roles': { kind: 'list', values: [['x'], ['y', 'z'], []] },
  'request.tags': { kind: 'list', values: [['x'], ['y', 'z'], []] },
  timeOfDay: { kind: 'time', values: TIMES },
  'request.urgent': { kind: 'flag', values: [true, false] },
  protectedClass: { kind: 'text', values: TEXTS },
};
const NAMES = Object.keys(ATTRIBUTES);
/** Values that some attribute takes and others do not. */
const ODD: readonly Json[] = [
  null,
  'x',
  '70',
  7,
  -1,
  750,
  0.001,
  true,
  [],
  ['x'],
  ['x', 1],
  {},
  { x: 1 },
  '08:00',
  '8:00',
];

/** Part of a list, at least one. */
const some = <T>(random: SeededRandom, list: readonly T[]): T[] =>
  random.shuffle(list).slice(0, 1 + random.int(Math.min(3, list.length)));

function operand(random: SeededRandom, name: string): Json {
  const { kind, values } = ATTRIBUTES[name] ?? { kind: 'text', values: TEXTS };
  const one = random.pick(values);
  if (random.chance(0.15)) return { exists: random.chance(0.5) };
  if (kind === 'flag') return random.chance(0.5) ? one : { neq: one };
  if (kind === 'list') return { contains: random.chance(0.3) ? '{resource.owner}' : random.pick(TEXTS) };
  if (kind === 'time')
    return { [random.pick(['between', 'not_between'])]: random.shuffle(TIMES).slice(0, 2) };
  if (kind === 'number') {
    const sorted = [random.pick(values), random.pick(values)].map(Number).sort((a, b) => a - b);
    if (random.chance(0.2)) return { [random.pick(['between', 'not_between'])]: sorted };
    if (random.chance(0.2)) return { [random.pick(['in', 'not_in'])]: some(random, values) };
    return { [random.pick(['gt', 'gte', 'lt', 'lte', 'eq', 'neq'])]: one };
  }
  if (name === 'resource.owner' && random.chance(0.3)) return { in: '{agent.roles}' };
  if (name === 'request.note' && random.chance(0.3)) return { [random.pick(['eq', 'neq'])]: '{agent.role}' };
  if (random.chance(0.4)) return { [random.pick(['in', 'not_in'])]: some(random, values) };
  return random.chance(0.5) ? one : { [random.pick(['eq', 'neq'])]: one };
}

/** A rule over the small alphabets above, so that rules meet often. */
export function randomRule(random: SeededRandom, id: string, effect = random.pick(EFFECTS)): JsonObject {
  const rule: Draft = { id, effect };
  if (effect !== 'deny' || random.chance(0.7)) rule['resources'] = some(random, PATTERNS);
  if (effect !== 'deny' || random.chance(0.7)) rule['actions'] = some(random, ACTIONS);
  const conditions: Draft = {};
  for (let n = random.int(4); n > 0; n--) {
    const name = random.pick(NAMES);
    conditions[name] = operand(random, name);
  }
  if (Object.keys(conditions).length > 0 || random.chance(0.2)) rule['conditions'] = conditions;
  if (effect !== 'deny') rule['audit'] = { level: 'basic' };
  return rule;
}

/** A policy that loads. */
export function randomPolicy(random: SeededRandom): JsonObject {
  const policy: Draft = {
    version: '1.0.0',
    rules: Array.from({ length: 1 + random.int(5) }, (_, i) =>
      randomRule(random, `r${random.int(1000)}-${i}`),
    ),
  };
  if (random.chance(0.5)) policy['defaultEffect'] = random.chance(0.3) ? 'allow' : 'deny';
  if (random.chance(0.3)) {
    const wanted: Draft = {};
    if (random.chance(0.5)) wanted['minTrustScore'] = random.pick(SCORES);
    if (random.chance(0.3)) wanted['minTrustStage'] = random.pick(['new', 'established']);
    if (random.chance(0.3)) wanted['requiredCapabilities'] = ['data:read'];
    if (random.chance(0.3)) wanted['requireIdentityVerification'] = random.chance(0.7);
    if (random.chance(0.3)) wanted['purpose'] = 'x';
    policy['requirements'] = wanted;
  }
  return policy;
}

/** A request with some facts missing, some of another type, and some under the name of another source. */
export function randomRequest(random: SeededRandom): PolicyRequest {
  const sources: { [source: string]: Draft } = { engine: {}, resolver: {}, registry: {}, caller: {} };
  const put = (source: string, name: string, value: Json): void => {
    const target = sources[source];
    if (target !== undefined) target[name] = value;
  };
  const request: Draft = {};
  for (const name of [...NAMES, 'trustStage', 'identityVerified', 'capabilities']) {
    if (random.chance(0.15)) continue;
    const value = random.chance(0.12) ? random.pick(ODD) : valueFor(random, name);
    if (
      name === 'request.rate' ||
      name.startsWith('trust') ||
      name === 'identityVerified' ||
      name === 'capabilities'
    )
      put('engine', name, value);
    else if (name.startsWith('agent.')) put('resolver', name, value);
    else if (name.startsWith('request.')) request[name.slice('request.'.length)] = value;
    else if (name === 'purpose' || name === 'biasScore' || name === 'protectedClass')
      put('caller', name, value);
    else if (name !== 'timeOfDay' && name !== 'dayOfWeek') put('registry', name, value);
    if (random.chance(0.05)) put(random.pick(Object.keys(sources)), name, random.pick(ODD));
  }
  put('caller', 'request', request);
  const { engine = {}, resolver = {}, registry = {}, caller = {} } = sources;
  const now = 1_700_000_000_000 + random.int(10_080) * 60_000;
  return {
    resource: random.pick(RESOURCES),
    action: random.pick(ACTIONS),
    now,
    engine,
    resolver,
    registry,
    caller,
  };
}

function valueFor(random: SeededRandom, name: string): Json {
  if (name === 'trustStage') return random.pick(['new', 'building', 'established', 'blocked']);
  if (name === 'identityVerified') return random.chance(0.8);
  if (name === 'capabilities') return random.chance(0.8) ? ['data:read'] : [];
  return random.pick(ATTRIBUTES[name]?.values ?? TEXTS);
}
