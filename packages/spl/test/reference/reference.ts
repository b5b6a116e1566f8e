/*
 * SPL evaluated as docs/spec/spl.md reads, section by section, over the raw JSON of a policy: recursion, regular
 * expressions, no thought of time. It shares no code with the package, and takes only policies that load.
 */

import type { PolicyRequest } from '../../src/index.js';
import { covers, partsOf } from './resources.js';

/** Any JSON value, or nothing. */
export type Value = unknown;
type Truth = 'true' | 'false' | 'unknown';

/** What the page says: sections 6 to 8. A reason is its code and, where it has one, its rule. */
export type ReferenceVerdict = Readonly<Record<'rules' | 'reasons', readonly string[]>> & {
  readonly effect: string;
  readonly obligations: readonly Owed[];
};

/** An obligation. */
export type Owed = Readonly<Record<'kind' | 'from', string>> & { readonly params: Value };

/* JSON, own members only. */

const isObject = (value: Value): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const get = (value: Value, key: string): Value =>
  isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
const walk = (value: Value, path: string): Value => path.split('.').reduce(get, value);
const list = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);
const text = (value: Value): string => (typeof value === 'string' ? value : '');
const entries = (value: Value): readonly [string, Value][] => (isObject(value) ? Object.entries(value) : []);

/* Section 4: attributes. */

const STAGES = ['blocked', 'unverified', 'provisional', 'new', 'building', 'established'];
const LEVELS = ['none', 'low', 'medium', 'high', 'critical'];
const CAPABILITY =
  /^(data:(text|code|structured|binary|read|write|financial|phi|pii|confidential)|file:(read|write|execute)|network:(internal|external)|context:(workspace|session|user)|(payment|refund):process|agent:delegate)$/;

const normal = (value: Value): boolean => typeof value !== 'string' || value.normalize('NFC') === value;
const any = (value: Value): boolean => normal(value) && list(value).every(normal);
const within = (value: Value, from: number, to: number): boolean =>
  typeof value === 'number' && value >= from && value <= to;
const natural = (value: Value): boolean => within(value, 0, Number.MAX_VALUE);
const money = (value: Value): boolean => natural(value) && /^\d+(\.\d\d?)?$|e\+/.test(String(value));
const string = (value: Value): boolean => typeof value === 'string' && normal(value);
const strings = (value: Value): boolean => Array.isArray(value) && value.every(string);
const time = (value: Value): boolean => /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text(value));

/** Who says what: the first row counts. */
const ATTRIBUTES: readonly (readonly [RegExp, source: string, fits: (value: Value) => boolean])[] = [
  [/^sum\(/, 'engine', (value) => money(value) && within(value, 0, 1e12)],
  [/^count\(|^request\.rate$/, 'engine', natural],
  [/^trustScore$/, 'engine', (value) => within(value, 0, 100)],
  [/^trustStage$/, 'engine', (value) => STAGES.includes(text(value))],
  [/^(identityVerified|pdp\.decision)$/, 'engine', (value) => typeof value === 'boolean'],
  [/^errorRate$/, 'engine', (value) => within(value, 0, 1)],
  [/^detected_pattern$/, 'engine', string],
  [/^(capabilities|trace\.labels)$/, 'engine', strings],
  [/^(timeOfDay|dayOfWeek)$/, 'computed', string],
  [/^(dataClassification|decisionType)$/, 'registry', string],
  [/^riskLevel$/, 'registry', (value) => LEVELS.includes(text(value))],
  [/^compliance$/, 'registry', strings],
  [/^resource\./, 'registry', any],
  [/^agent\.role$/, 'resolver', string],
  [/^agent\.(roles|assignedCases)$/, 'resolver', strings],
  [/^agent\./, 'resolver', any],
  [/^request\.amount$/, 'caller', money],
  [/^purpose$/, 'caller', string],
  [/^biasScore$/, 'caller', (value) => within(value, 0, 1)],
  [/^(request\.|protectedClass$)/, 'caller', any],
];
const rowOf = (name: string) => ATTRIBUTES.find(([names]) => names.test(name)) ?? [/./, '', any];

type Asked = { readonly request: PolicyRequest; readonly zone: string };

/** Whatever stands under a name; undefined where it is missing or null. */
function present(name: string, { request, zone }: Asked): Value {
  const [, source] = rowOf(name);
  if (source === 'computed') return onTheWall(name, request.now, zone);
  const facts: Value = get(request, source);
  const isWhole =
    name.endsWith(')') || (source !== 'caller' && isObject(facts) && Object.hasOwn(facts, name));
  return (isWhole ? get(facts, name) : walk(facts, name)) ?? undefined;
}

/** The value under a name; undefined where it is missing or misfit. */
function valueOf(name: string, asked: Asked): Value {
  const value = present(name, asked);
  return value !== undefined && rowOf(name)[2](value) ? value : undefined;
}

const walls = new Map<string, Intl.DateTimeFormat>();

function onTheWall(name: string, now: number, timeZone: string): string | undefined {
  if (!Number.isInteger(now) || now < 0 || now > 8.64e15) return undefined;
  const form = { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' } as const;
  const wall = walls.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', form);
  walls.set(timeZone, wall);
  return (name === 'timeOfDay' ? /[0-9:]{5}/ : /[A-Z][a-z]{2}/).exec(wall.format(now))?.[0];
}

/* Section 5: conditions. */

const say = (holds: boolean): Truth => (holds ? 'true' : 'false');

/** Of several: one false makes it false, otherwise one unknown makes it unknown. */
const every = (truths: readonly Truth[]): Truth =>
  truths.includes('false') ? 'false' : truths.includes('unknown') ? 'unknown' : 'true';

function compare(op: string, value: Value, operand: Value): Truth {
  if (['neq', 'not_in', 'not_between'].includes(op)) {
    const truth = compare(op === 'neq' ? 'eq' : op.slice(4), value, operand);
    return truth === 'unknown' ? truth : say(truth === 'false');
  }
  if (value === undefined || operand === undefined) return 'unknown';
  const alike = (one: Value, other: Value): boolean => typeof one === typeof other && typeof one !== 'object';
  const members = list(operand);
  if (op === 'eq') return alike(value, operand) ? say(value === operand) : 'unknown';
  if (op === 'contains')
    return Array.isArray(value) && value.every((one) => alike(one, operand))
      ? say(value.includes(operand))
      : 'unknown';
  if (op === 'in') {
    const ofOneType = Array.isArray(operand) && members.every((one) => alike(one, members[0]));
    if (!ofOneType || typeof value === 'object') return 'unknown';
    if (members.length === 0) return 'false';
    return alike(value, members[0]) ? say(members.includes(value)) : 'unknown';
  }
  if (op === 'between' && members.every(time)) {
    const [from = '', to = ''] = members.map(text);
    if (!time(value)) return 'unknown';
    return say(from < to ? from <= text(value) && text(value) < to : text(value) >= from || text(value) < to);
  }
  if (op === 'between') return every([compare('gte', value, members[0]), compare('lte', value, members[1])]);
  if (typeof value !== 'number' || typeof operand !== 'number') return 'unknown';
  if (op === 'gt') return say(value > operand);
  if (op === 'gte') return say(value >= operand);
  return say(op === 'lt' ? value < operand : value <= operand);
}

const nameOf = (name: string): string => (name === 'error_rate' ? 'errorRate' : name);
type Rule = ReturnType<typeof rulesOf>[number];

/** The rules of a policy in order of id, their conditions as tests by attribute. */
const rulesOf = (policy: Value) =>
  list(get(policy, 'rules'))
    .map((raw) => ({
      raw,
      id: text(get(raw, 'id')),
      effect: text(get(raw, 'effect')).replace('requireHumanApproval', 'allow_with_approval'),
      conditions: entries(get(raw, 'conditions')).map(
        ([name, value]) => [nameOf(name), entries(isObject(value) ? value : { eq: value })] as const,
      ),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

function meant(operand: Value, asked: Asked): Value {
  const ref = /^\{([^{}]+)\}$/.exec(text(operand))?.[1];
  return ref === undefined ? operand : valueOf(nameOf(ref), asked);
}

const judge = (conditions: Rule['conditions'], asked: Asked): Truth =>
  every(
    conditions.flatMap(([name, tests]) =>
      tests.map(([op, operand]) =>
        op === 'exists'
          ? say((present(name, asked) !== undefined) === operand)
          : compare(op, valueOf(name, asked), meant(operand, asked)),
      ),
    ),
  );

/* Sections 2, 6 and 8: requirements, verdict, reasons. */

/** For each requirement, whether it is met. */
function requirements(policy: Value, asked: Asked): readonly boolean[] {
  const value = (name: string): Value => valueOf(name, asked);
  const wanted = (name: string): Value => walk(policy, `requirements.${name}`);
  const stage = (one: Value): number => STAGES.indexOf(text(one));
  return [
    Number(value('trustScore') ?? -1) >= Number(wanted('minTrustScore') ?? -1),
    stage(value('trustStage')) >= stage(wanted('minTrustStage')),
    ...[...new Set(list(wanted('requiredCapabilities')))].map(
      (one) => CAPABILITY.test(text(one)) && list(value('capabilities')).includes(one),
    ),
    wanted('requireIdentityVerification') !== true || value('identityVerified') === true,
    value('purpose') === wanted('purpose') || wanted('purpose') === undefined,
  ];
}

/** The verdict of a policy that loads, as parsed JSON. */
export function reference(policy: Value, request: PolicyRequest): ReferenceVerdict {
  const denial = { effect: 'deny', rules: [], obligations: [] };
  const parts = partsOf(request.resource);
  if (parts === undefined) return { ...denial, reasons: ['SPL_BAD_RESOURCE'] };
  const asked = { request, zone: text(get(policy, 'timezone')) || 'UTC' };
  const rules = rulesOf(policy)
    .filter(({ raw }) => list(get(raw, 'resources') ?? ['**']).some((one) => covers(text(one), parts)))
    .filter(({ raw }) => list(get(raw, 'actions') ?? [request.action]).includes(request.action))
    .map((rule) => ({ ...rule, truth: judge(rule.conditions, asked) }));
  const WHY = { true: 'SPL_RULE_APPLIES', false: 'SPL_CONDITION_FALSE', unknown: 'SPL_CONDITION_UNKNOWN' };
  const reasons = rules.map(({ id, truth }) => `${WHY[truth]} ${id}`);
  const alive = rules.filter(({ truth }) => truth !== 'false');
  const denies = alive.filter(({ effect }) => effect === 'deny');
  if (denies.length > 0) return { ...denial, rules: denies.map(({ id }) => id), reasons };

  const granted = alive.some(({ truth }) => truth === 'true');
  const unmet = requirements(policy, asked).flatMap((met) => (met ? [] : ['SPL_REQUIREMENT_UNMET']));
  if (unmet.length > 0 || (!granted && get(policy, 'defaultEffect') !== 'allow'))
    return { ...denial, reasons: [...reasons, ...unmet, 'SPL_NO_PERMIT'] };
  const strictest = ['allow_with_approval', 'warn'].find((one) => alive.some(({ effect }) => effect === one));
  return {
    effect: strictest ?? 'allow',
    rules: alive.map(({ id }) => id),
    obligations: [...ofPolicy(policy), ...alive.flatMap(ofRule), ...ofWindows(rulesOf(policy), rules, asked)],
    reasons: [...reasons, ...(granted ? [] : ['SPL_DEFAULT_ALLOW'])],
  };
}

/* Section 7: obligations. */

const oblige = (kind: string, from: string, params: Value): readonly Owed[] =>
  params === undefined ? [] : [{ kind, from, params }];

function ofPolicy(policy: Value): readonly Owed[] {
  const tags = list(walk(policy, 'requirements.compliance'));
  const audit = { ...Object(get(policy, 'audit')), ...(tags.length > 0 ? { compliance: tags } : {}) };
  const isAudited = get(policy, 'audit') !== undefined || tags.length > 0;
  return [
    ...oblige('rate', 'policy', walk(policy, 'offers.rateLimit')),
    ...oblige('transform', 'policy', get(policy, 'outputTransformations')),
    ...oblige('audit', 'policy', isAudited ? audit : undefined),
  ];
}

function ofRule({ raw, id, effect }: Rule): readonly Owed[] {
  const wanted = (name: string): Value => walk(raw, `humanApproval.${name}`);
  const approval = {
    reason: wanted('reason') ?? get(raw, 'description') ?? `rule ${id} asks for approval`,
    level: wanted('escalationLevel') ?? 1,
    timeoutMs: Number(wanted('timeout') ?? 300) * 1000,
    requireJustification: wanted('requireJustification') ?? false,
    requireOperatorId: wanted('requireOperatorId') ?? false,
    notifyChannels: wanted('notifyChannels') ?? [],
  };
  return [
    ...oblige('alert', `rule:${id}`, effect === 'warn' ? {} : undefined),
    ...oblige('approval', `rule:${id}`, effect === 'allow_with_approval' ? approval : undefined),
    ...oblige('transform', `rule:${id}`, get(raw, 'outputTransformations')),
    ...oblige('audit', `rule:${id}`, get(raw, 'audit')),
  ];
}

/* Section 8: windows. */

function windowsOf(name: string) {
  const [whole, adds, count, letter = ''] =
    /^(?:sum\((request[^,]*)|count\(request), ([0-9]+)([smhd])\)$/.exec(name) ?? [];
  const ms = Number(get({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }, letter));
  return whole === undefined ? [] : [{ attribute: name, windowMs: Number(count) * ms, adds }];
}

const keyOf = (name: string): string =>
  windowsOf(name).map(({ adds, windowMs }) => `${adds} ${windowMs}`)[0] ?? '';

/** One obligation for each window of the policy, limited by the rules that cover the request. */
function ofWindows(policy: readonly Rule[], rules: readonly Rule[], asked: Asked): readonly Owed[] {
  const named = policy.flatMap(({ conditions }) => conditions.map(([name]) => name)).sort();
  const isFirst = (name: string, i: number): boolean =>
    keyOf(name) !== '' && named.findIndex((other) => keyOf(other) === keyOf(name)) === i;
  return named.filter(isFirst).map((attribute) => {
    const limits = rules.flatMap(({ id, conditions }) => {
      const others = conditions.filter(([name]) => keyOf(name) === '');
      const mine = conditions.filter(([name]) => keyOf(name) === keyOf(attribute));
      const last = mine.flatMap(([name, tests]) => tests.map((one) => lastSame(name, one, asked)));
      return judge(others, asked) === 'false' ? [] : [{ from: `rule:${id}`, atMost: Math.min(...last) }];
    });
    const atMost = Math.min(...limits.map((limit) => limit.atMost));
    const from = limits.find((limit) => limit.atMost === atMost && atMost < Number.POSITIVE_INFINITY)?.from;
    const params = { ...windowsOf(attribute)[0], ...(from === undefined ? {} : { atMost }) };
    return { kind: 'window', from: from ?? 'policy', params };
  });
}

/** The last value of a window before a comparison says something else: looked for about each bound. */
function lastSame(name: string, [op, operand]: [string, Value], asked: Asked): number {
  const [now, units] = [valueOf(name, asked), name.startsWith('sum') ? 100 : 1];
  if (typeof now !== 'number' || op === 'exists') return Number.POSITIVE_INFINITY;
  const changes = [meant(operand, asked)].flat().flatMap((bound, i) => {
    const one = op.endsWith('in') ? 'eq' : op.endsWith('between') ? (['gte', 'lte'][i] ?? '') : op;
    const about = [-1, 0, 1, 2].map((more) => (Math.floor(Number(bound) * units) + more) / units);
    return about.find((next) => next > now && compare(one, next, bound) !== compare(one, now, bound)) ?? [];
  });
  return Math.round(Math.min(...changes) * units - 1) / units;
}
