import type { Json, JsonObject } from '@ttp/core';
import type { SeededRandom } from '@ttp/testkit';
import { ACTIONS, PATTERNS, TIMES, WORDS, type Word, ZONES } from './vocabulary.js';

/** A member of a policy that is being put together. */
type Draft = { [key: string]: Json };

const EFFECTS = ['allow', 'allow', 'deny', 'warn', 'allow_with_approval', 'requireHumanApproval'];
const COMPARISONS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
const REFERENCES: { readonly [kind: string]: readonly string[] } = {
  text: ['{agent.role}', '{resource.owner}', '{request.deep.down}', '{dayOfWeek}'],
  any: ['{agent.role}', '{resource.a.b}', '{request.n}', '{trustScore}', '{error_rate}'],
  number: ['{trustScore}', '{request.n}', '{request.amount}'],
  lists: ['{agent.roles}', '{agent.team}', '{resource.a.b}', '{trace.labels}'],
};

const isScalar = (value: Json): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** One to three of a list, each once. */
function some<T>(random: SeededRandom, list: readonly T[]): T[] {
  const taken = new Set<T>();
  for (let n = 1 + random.int(3); n > 0; n--) taken.add(random.pick(list));
  return [...taken];
}

function numberTest(random: SeededRandom, values: readonly Json[], type: 'number' | 'any'): Json {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === 0) return { eq: 'x' };
  if (random.chance(0.1)) return { [random.pick(COMPARISONS)]: random.pick(REFERENCES[type] ?? []) };
  if (random.chance(0.2)) {
    const bounds = [random.pick(numbers), random.pick(numbers)].sort((a, b) => a - b);
    return { [random.pick(['between', 'not_between'])]: bounds };
  }
  if (random.chance(0.2)) return { [random.pick(['in', 'not_in'])]: some(random, numbers) };
  if (random.chance(0.3)) return { gt: random.pick(numbers), lte: random.pick(numbers) };
  return { [random.pick(COMPARISONS)]: random.pick(numbers) };
}

function textTest(random: SeededRandom, texts: readonly Json[], kind: 'text' | 'any'): Json {
  if (random.chance(0.15))
    return random.chance(0.5)
      ? { [random.pick(['in', 'not_in'])]: random.pick(REFERENCES['lists'] ?? []) }
      : { [random.pick(['eq', 'neq'])]: random.pick(REFERENCES[kind] ?? []) };
  if (random.chance(0.4)) return { [random.pick(['in', 'not_in'])]: some(random, texts) };
  return random.chance(0.4) ? random.pick(texts) : { [random.pick(['eq', 'neq'])]: random.pick(texts) };
}

function timeTest(random: SeededRandom): Json {
  if (random.chance(0.2)) return { [random.pick(['in', 'not_in'])]: some(random, TIMES) };
  const from = random.pick(TIMES);
  const to = random.pick(TIMES);
  return from === to ? { neq: from } : { [random.pick(['between', 'not_between'])]: [from, to] };
}

/** A condition on an attribute that loads. */
function randomTest(random: SeededRandom, { kind, values }: Word): Json {
  if (random.chance(0.1)) return { exists: random.chance(0.5) };
  if (kind === 'number') return numberTest(random, values, 'number');
  if (kind === 'text') return textTest(random, values, 'text');
  if (kind === 'time') return timeTest(random);
  if (kind === 'flag') return random.chance(0.5) ? random.chance(0.5) : { neq: random.chance(0.5) };
  if (kind === 'list')
    return { contains: random.chance(0.2) ? '{resource.owner}' : random.pick(['x', 'é', 'data:read']) };
  const scalars = values.filter(isScalar);
  const texts = scalars.filter((value) => typeof value === 'string');
  if (random.chance(0.2)) return { contains: random.pick([...scalars, 'x', 2]) };
  // Alike as text, and never equal.
  if (random.chance(0.3)) return { [random.pick(['eq', 'neq'])]: random.pick([7, '7']) };
  if (random.chance(0.1)) return timeTest(random);
  if (random.chance(0.4)) return numberTest(random, values, 'any');
  return texts.length === 0 ? { neq: 'x' } : textTest(random, texts, 'any');
}

function conditions(random: SeededRandom): JsonObject {
  const drawn: Draft = {};
  for (let n = random.int(4); n > 0; n--) {
    const word = random.pick(WORDS);
    const name = word.name === 'errorRate' && random.chance(0.3) ? 'error_rate' : word.name;
    if (!('errorRate' in drawn || 'error_rate' in drawn) || word.name !== 'errorRate')
      drawn[name] = randomTest(random, word);
  }
  return drawn;
}

function transformations(random: SeededRandom): JsonObject {
  return random.pick<JsonObject>([
    { redact: ['a.b'] },
    { mask: ['c'], watermark: true },
    {},
    { truncate: { field: 'd', length: 3 }, addFooter: 'é' },
  ]);
}

/** A rule over small alphabets, so that rules meet often. */
export function randomRule(random: SeededRandom, id: string, effect = random.pick(EFFECTS)): JsonObject {
  const rule: Draft = { id, effect };
  if (effect !== 'deny' || random.chance(0.7)) rule['resources'] = some(random, PATTERNS);
  if (effect !== 'deny' || random.chance(0.7)) rule['actions'] = some(random, ACTIONS);
  const drawn = conditions(random);
  if (Object.keys(drawn).length > 0 || random.chance(0.2)) rule['conditions'] = drawn;
  if (random.chance(0.2)) rule['description'] = random.pick(['', 'why', '{agent.role}']);
  if (random.chance(0.3)) rule['outputTransformations'] = transformations(random);
  if (random.chance(0.4))
    rule['audit'] = random.pick<JsonObject>([{}, { level: 'basic' }, { logQuery: false }]);
  if (effect.includes('pproval') && random.chance(0.6))
    rule['humanApproval'] = random.pick<JsonObject>([
      {},
      { reason: 'because', escalationLevel: 3, timeout: 900, defaultAction: 'deny', required: true },
      { requireJustification: true, requireOperatorId: false, notifyChannels: ['slack'] },
    ]);
  return rule;
}

function requirements(random: SeededRandom): JsonObject {
  const wanted: Draft = {};
  if (random.chance(0.4)) wanted['minTrustScore'] = random.pick([0, 40, 70, 70.5]);
  if (random.chance(0.2)) wanted['minTrustStage'] = random.pick(['unverified', 'new', 'established']);
  if (random.chance(0.2))
    wanted['requiredCapabilities'] = random.pick([
      ['data:read'],
      ['data:pii', 'data:read', 'data:pii'],
      [],
      ['x'],
    ]);
  if (random.chance(0.2)) wanted['requireIdentityVerification'] = random.chance(0.7);
  if (random.chance(0.2)) wanted['purpose'] = random.pick(['x', 'é']);
  if (random.chance(0.3)) wanted['compliance'] = random.pick([[], ['HIPAA'], ['SOC2', 'PCI-DSS']]);
  return wanted;
}

const randomId = (random: SeededRandom, i: number): string =>
  `${random.pick(['r', 'R', '_', '9'])}${random.int(100)}-${i}`;

const NUMERIC = WORDS.filter(({ kind }) => kind === 'number');

/** A rule of many about the same: they are told apart by numbers, mostly. */
function randomMember(random: SeededRandom, i: number): JsonObject {
  const { name, values } = random.pick(NUMERIC);
  const compared = { [name]: { [random.pick(COMPARISONS)]: random.pick(values) } };
  return {
    ...randomRule(random, randomId(random, i)),
    resources: [random.pick(['**', '*', 'a/**'])],
    actions: [...ACTIONS],
    conditions: random.chance(0.2)
      ? conditions(random)
      : random.chance(0.3)
        ? { ...compared, purpose: 'x' }
        : compared,
  };
}

/** A policy that loads. */
export function randomPolicy(random: SeededRandom): JsonObject {
  const rules = random.chance(0.06)
    ? Array.from({ length: 8 + random.int(10) }, (_, i) => randomMember(random, i))
    : Array.from({ length: 1 + random.int(5) }, (_, i) => randomRule(random, randomId(random, i)));
  const policy: Draft = { version: '1.0.0', rules };
  if (random.chance(0.5)) policy['defaultEffect'] = random.chance(0.3) ? 'allow' : 'deny';
  if (random.chance(0.4)) policy['requirements'] = requirements(random);
  if (random.chance(0.4)) policy['timezone'] = random.pick(ZONES);
  if (random.chance(0.2)) policy['outputTransformations'] = transformations(random);
  if (random.chance(0.2)) policy['audit'] = random.pick<JsonObject>([{}, { retainDecisions: '7years' }]);
  if (random.chance(0.2))
    policy['offers'] = random.pick<JsonObject>([{}, { rateLimit: { requests: 5, windowMs: 60_000 } }]);
  return policy;
}

/** Two or three policies, by the names of their layers. */
export function randomLayers(random: SeededRandom): JsonObject {
  const names = random.shuffle(['org', 'team', 'agent-1', 'z']).slice(0, 2 + random.int(2));
  return { layers: Object.fromEntries(names.map((name) => [name, randomPolicy(random)])) };
}
