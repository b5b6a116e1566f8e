import type { Json, JsonObject } from '@ttp/core';
import type { PolicyRequest } from '../../src/index.js';

/*
 * The naive evaluator: decisions D12 to D18 as they are written, over the raw JSON of a policy, with regular
 * expressions and recursion and no thought of time. It shares no code with the package.
 */

type Truth = 'true' | 'false' | 'unknown';
type Value = Json | undefined;

const get = (object: Value, key: string): Value => {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined;
  const found = Object.entries(object).find(([name]) => name === key);
  return found === undefined ? undefined : found[1];
};
const walk = (object: Value, path: readonly string[]): Value =>
  path.reduce<Value>((value, key) => get(value, key), object);
const membersOf = (value: Value): [string, Json][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
const textOf = (value: Value): string => (typeof value === 'string' ? value : '');
const listOf = (value: Value): readonly Json[] => (Array.isArray(value) ? value : []);

const ENGINE = [
  'trustScore',
  'trustStage',
  'identityVerified',
  'capabilities',
  'request.rate',
  'errorRate',
  'trace.labels',
];
const REGISTRY = ['dataClassification', 'riskLevel', 'decisionType'];
const STAGES = ['unverified', 'provisional', 'new', 'building', 'established'];

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/** Looks an attribute up in the one source it may come from; only `null` and absence are absence. */
function lookUp(name: string, request: PolicyRequest): Value {
  const day = Math.floor(request.now / 86_400_000);
  const minute = Math.floor(request.now / 60_000) - day * 1440;
  if (name === 'timeOfDay') return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  if (name === 'dayOfWeek') return ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'][day % 7];
  const path = name.split('.');
  if (!ENGINE.includes(name) && path[0] !== 'agent' && path[0] !== 'resource' && !REGISTRY.includes(name))
    return walk(request.caller, path) ?? undefined;
  const source = ENGINE.includes(name)
    ? request.engine
    : path[0] === 'agent'
      ? request.resolver
      : request.registry;
  const whole = get(source, name);
  return (whole !== undefined ? whole : walk(source, path)) ?? undefined;
}

/** The value where it has the declared type; undefined where it is missing or has another. */
function valueOf(name: string, request: PolicyRequest): Value {
  const value = lookUp(name, request);
  const number = typeof value === 'number';
  const text = typeof value === 'string';
  const texts = Array.isArray(value) && value.every((one) => typeof one === 'string');
  const fits: { readonly [name: string]: boolean } = {
    trustScore: number && value >= 0 && value <= 100,
    trustStage: text && ['blocked', ...STAGES].includes(value),
    identityVerified: typeof value === 'boolean',
    capabilities: texts,
    'request.rate': number && value >= 0,
    errorRate: number && value >= 0 && value <= 1,
    'trace.labels': texts,
    dataClassification: text,
    riskLevel: text && ['none', 'low', 'medium', 'high', 'critical'].includes(value),
    decisionType: text,
    'agent.role': text,
    'agent.roles': texts,
    'agent.assignedCases': texts,
    'request.amount': number && value >= 0 && Math.abs(value * 100 - Math.round(value * 100)) < 1e-6,
    purpose: text,
    biasScore: number && value >= 0 && value <= 1,
  };
  return fits[name] === false ? undefined : value;
}

const say = (holds: boolean): Truth => (holds ? 'true' : 'false');
const flip = (truth: Truth): Truth => (truth === 'true' ? 'false' : truth === 'false' ? 'true' : 'unknown');
const scalar = (value: Value): boolean => ['string', 'number', 'boolean'].includes(typeof value);

function compare(op: string, value: Value, operand: Value): Truth {
  if (value === undefined || operand === undefined || operand === null) return 'unknown';
  const same = scalar(value) && typeof value === typeof operand;
  const numbers = typeof value === 'number' && typeof operand === 'number';
  const list = listOf(operand);
  if (op.startsWith('not_')) return flip(compare(op.slice(4), value, operand));
  if (op === 'neq') return flip(compare('eq', value, operand));
  if (op === 'eq') return same ? say(value === operand) : 'unknown';
  if (op === 'gt') return numbers ? say(value > operand) : 'unknown';
  if (op === 'gte') return numbers ? say(value >= operand) : 'unknown';
  if (op === 'lt') return numbers ? say(value < operand) : 'unknown';
  if (op === 'lte') return numbers ? say(value <= operand) : 'unknown';
  if (op === 'contains') {
    if (!Array.isArray(value) || value.some((one) => typeof one !== typeof operand)) return 'unknown';
    return say(value.includes(operand));
  }
  if (op === 'in') {
    if (!scalar(value) || !Array.isArray(operand) || list.some((one) => typeof one !== typeof value))
      return 'unknown';
    return say(list.includes(value));
  }
  const [from, to] = list;
  if (typeof from === 'number' && typeof to === 'number')
    return typeof value === 'number' ? say(value >= from && value <= to) : 'unknown';
  if (typeof value !== 'string' || !/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return 'unknown';
  const [start, end] = [textOf(from), textOf(to)];
  return say(start < end ? value >= start && value < end : value >= start || value < end);
}

function test(name: string, op: string, operand: Value, request: PolicyRequest): Truth {
  if (op === 'exists') return say((lookUp(name, request) !== undefined) === operand);
  const ref = typeof operand === 'string' ? /^\{(.+)\}$/.exec(operand)?.[1] : undefined;
  return compare(op, valueOf(name, request), ref === undefined ? operand : valueOf(ref, request));
}

function conjunction(truths: readonly Truth[]): Truth {
  if (truths.includes('false')) return 'false';
  return truths.includes('unknown') ? 'unknown' : 'true';
}

/** The canonical spelling, or undefined where the resource is refused. */
function canonical(
  resource: string,
): { readonly scheme: string; readonly segments: readonly string[] } | undefined {
  const [, scheme = '', after = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(.*)$/s.exec(resource) ?? [];
  const path = scheme !== '' && after.startsWith('//') ? after.slice(2) : after.replace(/^\//, '');
  const segments = path.split('/');
  const refused =
    segments.some((segment) => ['', '.', '..'].includes(segment)) || /%2e|%2f|%5c|%00|[\\\0]/i.test(path);
  return refused ? undefined : { scheme: scheme.toLowerCase(), segments };
}

/** Recursion over segments, and a regular expression inside one: exponential, and plainly the definition. */
export function covers(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === '**') return true;
  const [p, r] = [canonical(pattern), canonical(resource)];
  return p !== undefined && r !== undefined && p.scheme === r.scheme && rest(p.segments, r.segments);
}

function rest(pattern: readonly string[], segments: readonly string[]): boolean {
  const [head, ...tail] = pattern;
  if (head === undefined) return segments.length === 0;
  if (head === '**') return segments.some((_, i) => rest(tail, segments.slice(i))) || rest(tail, []);
  const [first, ...others] = segments;
  if (first === undefined) return false;
  if (tail.length === 0 && head === '+') return others.length === 0;
  const glob = new RegExp(
    `^${head
      .split('*')
      .map((text) => text.replace(/[.+?^$()|[\]{}]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
  if (!glob.test(first)) return false;
  return tail.length === 0 && head.endsWith('*') ? true : rest(tail, others);
}

interface Naive {
  readonly effect: string;
  readonly rules: string[];
  readonly from: string[];
}

const denied = (rules: string[] = []): Naive => ({ effect: 'deny', rules, from: [] });

/** The effect, the rules behind it, and whom the obligations come from. */
export function reference(policy: JsonObject, request: PolicyRequest): Naive {
  if (canonical(request.resource) === undefined) return denied();
  const judged = listOf(get(policy, 'rules')).map((rule) => {
    const resources = get(rule, 'resources');
    const actions = get(rule, 'actions');
    const conditions = membersOf(get(rule, 'conditions')).flatMap(([name, value]) => {
      const isOperators = typeof value === 'object' && value !== null && !Array.isArray(value);
      const tests: [string, Json][] = isOperators ? Object.entries(value) : [['eq', value]];
      return tests.map(([op, operand]) => test(name, op, operand, request));
    });
    const truth = conjunction([
      say(
        resources === undefined ||
          listOf(resources).some((pattern) => covers(textOf(pattern), request.resource)),
      ),
      say(actions === undefined || listOf(actions).includes(request.action)),
      ...conditions,
    ]);
    return { id: textOf(get(rule, 'id')), effect: textOf(get(rule, 'effect')), truth };
  });
  const alive = judged.filter(({ truth }) => truth !== 'false').sort((a, b) => (a.id < b.id ? -1 : 1));
  const denies = alive.filter(({ effect }) => effect === 'deny');
  if (denies.length > 0) return denied(denies.map(({ id }) => id));

  const wanted = get(policy, 'requirements');
  const has = (name: string): boolean => get(wanted, name) !== undefined;
  const stage = valueOf('trustStage', request);
  const met = [
    !has('minTrustScore') ||
      compare('gte', valueOf('trustScore', request), get(wanted, 'minTrustScore')) === 'true',
    !has('minTrustStage') ||
      STAGES.indexOf(textOf(stage)) >= STAGES.indexOf(textOf(get(wanted, 'minTrustStage'))),
    listOf(get(wanted, 'requiredCapabilities')).every((one) =>
      listOf(valueOf('capabilities', request)).includes(one),
    ),
    get(wanted, 'requireIdentityVerification') !== true || valueOf('identityVerified', request) === true,
    !has('purpose') || valueOf('purpose', request) === get(wanted, 'purpose'),
  ].every(Boolean);
  const granted = alive.some(({ truth }) => truth === 'true') || get(policy, 'defaultEffect') === 'allow';
  if (!met || !granted) return denied();
  const effect =
    ['allow_with_approval', 'warn'].find((one) => alive.some((rule) => rule.effect === one)) ?? 'allow';
  const ids = alive.map(({ id }) => id);
  return { effect, rules: ids, from: ids.map((id) => `rule:${id}`) };
}
