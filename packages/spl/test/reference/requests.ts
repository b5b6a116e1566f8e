import type { Json, JsonObject } from '@ttp/core';
import type { SeededRandom } from '@ttp/testkit';
import type { PolicyRequest } from '../../src/index.js';
import {
  ACTIONS,
  INSTANTS,
  ODD,
  PATTERNS,
  SEGMENTS,
  STRANGE,
  TIMES,
  WORD,
  WORDS,
  type Word,
} from './vocabulary.js';

type Draft = { [key: string]: Json };

const MINUTE = 60_000;
const WEEK = 10_080;
const SOURCES = ['engine', 'resolver', 'registry', 'caller'] as const;

const get = (value: Json | undefined, key: string): Json | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
};
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** A resource that a pattern covers or nearly covers: its wildcards filled, and now and then spelt in another way. */
function resourceFor(random: SeededRandom, pattern: string): string {
  if (random.chance(0.06)) return random.pick(STRANGE);
  const filled = pattern
    .replaceAll('**', () => random.pick(['a', 'b/c', 'x/y/z']))
    .replaceAll(/(?<=\/)\+$/g, () => random.pick(SEGMENTS))
    .replaceAll('*', () => random.pick([...SEGMENTS, '', 'a/b']));
  if (random.chance(0.15)) return filled + random.pick(['/c', '/a/b', 'x', '/']);
  if (random.chance(0.15)) return filled.startsWith('s3:') ? filled.replace('s3:', 'S3:/') : `/${filled}`;
  return random.chance(0.05) ? filled.split('/').slice(1).join('/') : filled;
}

/** Values at and about an operand, and some that fulfil the operator. */
function valuesFor(random: SeededRandom, op: string, operand: Json, word: Word): Json {
  if (random.chance(0.08)) return random.pick(ODD);
  if (random.chance(0.1)) return random.pick(word.values);
  if (Array.isArray(operand)) return about(random, random.pick<Json>(operand));
  if (op === 'contains') return random.chance(0.8) ? [operand] : [operand, random.pick(['x', 1])];
  if (op === 'exists') return random.pick(word.values);
  if (typeof operand === 'string' && operand.startsWith('{'))
    return random.pick<Json>(['x', 'é', 7, 70, ['x']]);
  return about(random, operand);
}

/** A value, or a little more or less of it. */
function about(random: SeededRandom, value: Json): Json {
  if (typeof value !== 'number') return value;
  const beside = [value + 1, value - 1, value + 0.01, value + 0.005, Number((value - 0.01).toFixed(2))];
  return random.pick([value, value, ...beside]);
}

/** The facts that a rule asks for, mostly so that it holds. */
function factsFor(random: SeededRandom, rule: Json, policy: JsonObject): Map<string, Json> {
  const facts = new Map<string, Json>();
  const wanted = policy['requirements'];
  const asked: [string, string, Json][] = [];
  for (const [name, value] of Object.entries(get(rule, 'conditions') ?? {})) {
    const tests: [string, Json][] =
      get(value, 'x') === undefined && isObject(value) ? Object.entries(value) : [['eq', value]];
    for (const [op, operand] of tests) asked.push([name === 'error_rate' ? 'errorRate' : name, op, operand]);
  }
  for (const [name, op, operand] of asked) {
    const word = WORD.get(name);
    if (word === undefined) continue;
    const value = valuesFor(random, op, operand, word);
    // Calls are counted in whole numbers.
    facts.set(name, name.startsWith('count(') && typeof value === 'number' ? Math.floor(value) : value);
  }
  const score = get(wanted, 'minTrustScore');
  if (typeof score === 'number' && !facts.has('trustScore')) facts.set('trustScore', about(random, score));
  const purpose = get(wanted, 'purpose');
  if (purpose !== undefined && !facts.has('purpose')) facts.set('purpose', purpose);
  return facts;
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts a fact where its source keeps it: as one key, or nested; a caller's argument is always nested. */
function put(random: SeededRandom, target: Draft, name: string, value: Json, nested: boolean): void {
  const path = name.split('.');
  if (!nested || path.length === 1 || name.endsWith(')')) {
    target[name] = value;
    return;
  }
  const [first = '', second = '', third] = path;
  const inside = target[first];
  const below: Draft = inside !== undefined && isObject(inside) ? { ...inside } : {};
  const deeper = below[second];
  below[second] =
    third === undefined
      ? value
      : { ...(deeper !== undefined && isObject(deeper) ? deeper : {}), [third]: value };
  target[first] = random.chance(0.01) ? [value] : below;
}

/**
 * A request that a policy has something to say about: one of its rules is aimed at, then facts go missing, change
 * their type, stand beside a bound or under the name of another source.
 */
export function randomRequest(random: SeededRandom, json: JsonObject = {}): PolicyRequest {
  const layers = Object.values(json['layers'] ?? {}).filter(isObject);
  const policy = layers.length === 0 ? json : random.pick(layers);
  const rules = listOf(policy['rules']);
  const aim = rules.length === 0 ? null : random.pick(rules);
  const patterns = listOf(get(aim, 'resources'));
  const actions = listOf(get(aim, 'actions'));
  const facts = factsFor(random, aim, policy);
  for (const word of WORDS)
    if (!facts.has(word.name) && random.chance(0.6))
      facts.set(word.name, random.chance(0.05) ? random.pick(ODD) : random.pick(word.values));
  if (random.chance(0.3)) facts.delete(random.pick([...facts.keys(), '']));
  const sources: { [source: string]: Draft } = { engine: {}, resolver: {}, registry: {}, caller: {} };
  for (const [name, value] of facts) {
    const source = WORD.get(name)?.source;
    const target = sources[source === undefined || source === 'computed' ? 'engine' : source];
    if (target === undefined) continue;
    put(random, target, name, value, source === 'caller' || random.chance(0.4));
    if (random.chance(0.03))
      put(random, sources[random.pick(SOURCES)] ?? {}, name, random.pick(ODD), random.chance(0.5));
  }
  const { engine = {}, resolver = {}, registry = {}, caller = {} } = sources;
  return {
    resource: resourceFor(
      random,
      patterns.length === 0 ? random.pick(PATTERNS) : textOf(random.pick(patterns)),
    ),
    action: random.chance(0.85) && actions.length > 0 ? textOf(random.pick(actions)) : random.pick(ACTIONS),
    now: instant(random),
    engine,
    resolver,
    registry,
    caller,
  };
}

/** A minute of a week, one beside a bound of a time of day, or one in which clocks change. */
function instant(random: SeededRandom): number {
  if (random.chance(0.03)) return random.pick([Number.NaN, -1, 0, 0.5, 8.64e15, 8.64e15 + 1]);
  if (random.chance(0.5)) return random.pick(INSTANTS) + (random.int(240) - 120) * MINUTE;
  if (random.chance(0.5)) {
    const [hour = '0', minute = '0'] = random.pick(TIMES).split(':');
    return (
      1_700_006_400_000 + (random.int(7) * 1440 + Number(hour) * 60 + Number(minute)) * MINUTE - random.int(2)
    );
  }
  return 1_700_000_000_000 + random.int(WEEK) * MINUTE;
}
