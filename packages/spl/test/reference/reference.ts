/*
 * SPL evaluated as docs/spec/spl.md reads, section by section, over the raw JSON of a policy: recursion, regular
 * expressions, no thought of time. It shares no code with the package, and takes only policies that load.
 */

/** Any JSON value, or nothing. */
type Value = unknown;
type Truth = 'true' | 'false' | 'unknown';

/** What is asked: section 4. */
export type ReferenceRequest = {
  readonly resource: string;
  readonly action: string;
  readonly now: number;
} & {
  readonly [source in 'engine' | 'resolver' | 'registry' | 'caller']: object;
};

/** What the page says about it: sections 6 to 8. A reason is its code and, where it has one, its rule. */
export type ReferenceVerdict = { readonly effect: string; readonly obligations: readonly object[] } & {
  readonly [list in 'rules' | 'reasons']: readonly string[];
};

/* JSON, own members only. */

const isObject = (value: Value): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const get = (value: Value, key: string): Value =>
  isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
const walk = (value: Value, path: string): Value => path.split('.').reduce(get, value);
const list = (value: Value): readonly Value[] => (Array.isArray(value) ? value : []);
const text = (value: Value): string => (typeof value === 'string' ? value : '');
const entries = (value: Value): readonly [string, Value][] => (isObject(value) ? Object.entries(value) : []);
const scalar = (value: Value): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/* Section 3: resources and patterns. */

type Parts = { readonly scheme: string; readonly segments: readonly string[] };

const ESCAPES = /%([01][0-9a-f]|25|2[d-f]|3[0-9a]|4[1-9a-f]|5[0-9a]|5c|5f|6[1-9a-f]|7[0-9a]|7e|7f|c0|c1)/i;

const UTF_8 = new TextEncoder();

/** The normal form; undefined where it is refused. */
export function partsOf(resource: string): Parts | undefined {
  if (UTF_8.encode(resource).length > 2048 || /[\p{Cc}\p{Cs}\\]/u.test(resource)) return undefined;
  if (resource.normalize('NFC') !== resource || ESCAPES.test(resource)) return undefined;
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(resource)?.[0];
  const rest = scheme === undefined ? resource.replace(/^\//, '') : resource.slice(scheme.length + 1);
  if (scheme === undefined && /^[A-Za-z][A-Za-z0-9+.-]*:/.test(rest)) return undefined;
  const path = scheme === undefined ? rest : rest.replace(/^\/\/?/, '');
  const segments = path.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment))) return undefined;
  return { scheme: (scheme ?? '').toLowerCase(), segments };
}

/** Whether a pattern covers a resource that is not refused. */
export function covers(pattern: string, { scheme, segments }: Parts): boolean {
  if (pattern === '*' || pattern === '**') return true;
  const wanted = partsOf(pattern);
  if (wanted === undefined || wanted.scheme !== scheme) return false;
  const last = wanted.segments[wanted.segments.length - 1] ?? '';
  const tail = last !== '**' && last.endsWith('*') ? ['**'] : [];
  return segmentsMatch([...wanted.segments, ...tail], segments);
}

function segmentsMatch(pattern: readonly string[], segments: readonly string[]): boolean {
  const [head, ...tail] = pattern;
  const [first, ...rest] = segments;
  if (head === undefined) return first === undefined;
  if (head === '**')
    return segmentsMatch(tail, segments) || (first !== undefined && segmentsMatch(pattern, rest));
  if (first === undefined) return false;
  const isLike = head.includes('*') ? glob(head).test(first) : head === first;
  return (isLike || (head === '+' && rest.length === 0)) && segmentsMatch(tail, rest);
}

const glob = (segment: string): RegExp =>
  new RegExp(`^${segment.replace(/[.+?^$()|[\]{}\\]/g, '\\$&').replace(/\*/g, '.*')}$`, 'su');

/* Section 4: attributes. */

const STAGES = ['blocked', 'unverified', 'provisional', 'new', 'building', 'established'];
const LEVELS = ['none', 'low', 'medium', 'high', 'critical'];
const CAPABILITY =
  /^(data:(text|code|structured|binary|read|write|financial|phi|pii|confidential)|file:(read|write|execute)|network:(internal|external)|context:(workspace|session|user)|(payment|refund):process|agent:delegate)$/;

const within = (value: Value, from: number, to = Number.MAX_VALUE): boolean =>
  typeof value === 'number' && value >= from && value <= to;
const money = (value: Value): boolean => within(value, 0) && /^\d+(\.\d\d?)?$|e\+/.test(String(value));
const string = (value: Value): boolean => typeof value === 'string';
const strings = (value: Value): boolean => Array.isArray(value) && value.every(string);
const time = (value: Value): boolean => /^([01][0-9]|2[0-3]):[0-5][0-9]$/.test(text(value));

const SOURCES = {
  engine:
    'trustScore trustStage identityVerified capabilities trace.labels request.rate errorRate detected_pattern',
  computed: 'timeOfDay dayOfWeek',
  registry: 'resource dataClassification decisionType riskLevel compliance',
  resolver: 'agent',
  caller: 'request purpose biasScore protectedClass',
};
const TYPES: readonly (readonly [names: string, fits: (value: Value) => boolean])[] = [
  ['trustScore', (value) => within(value, 0, 100)],
  ['errorRate biasScore', (value) => within(value, 0, 1)],
  ['request.rate', (value) => within(value, 0)],
  ['request.amount', money],
  ['trustStage', (value) => STAGES.includes(text(value))],
  ['riskLevel', (value) => LEVELS.includes(text(value))],
  ['identityVerified', (value) => typeof value === 'boolean'],
  ['capabilities trace.labels compliance agent.roles agent.assignedCases', strings],
  ['detected_pattern dataClassification decisionType agent.role purpose', string],
];
const names = (words: string, name: string): boolean => ` ${words} `.includes(` ${name} `);

const sourceOf = (name: string): string =>
  entries(SOURCES).find(([, words]) => names(text(words), name))?.[0] ?? sourceOf(name.replace(/\..*/, ''));

type Asked = { readonly request: ReferenceRequest; readonly zone: string };

/** Whatever stands under a name; undefined where it is missing or null. */
function present(spelling: string, { request, zone }: Asked): Value {
  const name = spelling === 'error_rate' ? 'errorRate' : spelling;
  const source = sourceOf(name);
  if (source === 'computed') return onTheWall(name, request.now, zone);
  const facts: Value = get(request, source);
  const isWhole = source !== 'caller' && isObject(facts) && Object.hasOwn(facts, name);
  return (isWhole ? get(facts, name) : walk(facts, name)) ?? undefined;
}

/** The value under a name; undefined where it is missing or misfit. */
function valueOf(name: string, asked: Asked): Value {
  const value = present(name, asked);
  const type = TYPES.find(([words]) => names(words, name === 'error_rate' ? 'errorRate' : name));
  return value !== undefined && (type?.[1](value) ?? true) ? value : undefined;
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
const all = (truths: readonly Truth[]): Truth =>
  truths.includes('false') ? 'false' : truths.includes('unknown') ? 'unknown' : 'true';

function compare(op: string, value: Value, operand: Value): Truth {
  if (['neq', 'not_in', 'not_between'].includes(op)) {
    const truth = compare(op === 'neq' ? 'eq' : op.slice(4), value, operand);
    return truth === 'unknown' ? truth : say(truth === 'false');
  }
  if (value === undefined || operand === undefined) return 'unknown';
  const alike = (one: Value, other: Value): boolean => scalar(one) && typeof one === typeof other;
  const members = list(operand);
  if (op === 'eq') return alike(value, operand) ? say(value === operand) : 'unknown';
  if (op === 'contains')
    return Array.isArray(value) && value.every((one) => alike(one, operand))
      ? say(value.includes(operand))
      : 'unknown';
  if (op === 'in') {
    const ofOneType = Array.isArray(operand) && members.every((one) => alike(one, members[0]));
    if (!ofOneType || !scalar(value)) return 'unknown';
    if (members.length === 0) return 'false';
    return alike(value, members[0]) ? say(members.includes(value)) : 'unknown';
  }
  if (op === 'between' && members.every(time)) {
    const [from = '', to = ''] = members.map(text);
    if (!time(value)) return 'unknown';
    return say(from < to ? from <= text(value) && text(value) < to : text(value) >= from || text(value) < to);
  }
  if (op === 'between') return all([compare('gte', value, members[0]), compare('lte', value, members[1])]);
  if (typeof value !== 'number' || typeof operand !== 'number') return 'unknown';
  if (op === 'gt') return say(value > operand);
  if (op === 'gte') return say(value >= operand);
  return say(op === 'lt' ? value < operand : value <= operand);
}

function test(name: string, op: string, operand: Value, asked: Asked): Truth {
  if (op === 'exists') return say((present(name, asked) !== undefined) === operand);
  const ref = /^\{([^{}]+)\}$/.exec(text(operand))?.[1];
  return compare(op, valueOf(name, asked), ref === undefined ? operand : valueOf(ref, asked));
}

const condition = (name: string, value: Value, asked: Asked): Truth =>
  all(
    entries(isObject(value) ? value : { eq: value }).map(([op, operand]) => test(name, op, operand, asked)),
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
export function reference(policy: Value, request: ReferenceRequest): ReferenceVerdict {
  const denial = { effect: 'deny', rules: [], obligations: [] };
  const parts = partsOf(request.resource);
  if (parts === undefined) return { ...denial, reasons: ['SPL_BAD_RESOURCE'] };
  const asked = { request, zone: text(get(policy, 'timezone')) || 'UTC' };
  const rules = list(get(policy, 'rules'))
    .filter((rule) => list(get(rule, 'resources') ?? ['**']).some((pattern) => covers(text(pattern), parts)))
    .filter((rule) => list(get(rule, 'actions') ?? [request.action]).includes(request.action))
    .map((rule) => ({
      rule,
      id: text(get(rule, 'id')),
      effect: text(get(rule, 'effect')).replace('requireHumanApproval', 'allow_with_approval'),
      truth: all(entries(get(rule, 'conditions')).map(([name, value]) => condition(name, value, asked))),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
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
    obligations: [...ofPolicy(policy), ...alive.flatMap(({ rule, id, effect }) => ofRule(rule, id, effect))],
    reasons: [...reasons, ...(granted ? [] : ['SPL_DEFAULT_ALLOW'])],
  };
}

/* Section 7: obligations. */

const oblige = (kind: string, from: string, params: Value): readonly object[] =>
  params === undefined ? [] : [{ kind, from, params }];

function ofPolicy(policy: Value): readonly object[] {
  const tags = list(walk(policy, 'requirements.compliance'));
  const audit = Object.fromEntries([
    ...entries(get(policy, 'audit')),
    ...(tags.length > 0 ? [['compliance', tags]] : []),
  ]);
  const isAudited = get(policy, 'audit') !== undefined || tags.length > 0;
  return [
    ...oblige('rate', 'policy', walk(policy, 'offers.rateLimit')),
    ...oblige('transform', 'policy', get(policy, 'outputTransformations')),
    ...oblige('audit', 'policy', isAudited ? audit : undefined),
  ];
}

function ofRule(rule: Value, id: string, effect: string): readonly object[] {
  const wanted = (name: string): Value => walk(rule, `humanApproval.${name}`);
  const approval = {
    reason: wanted('reason') ?? get(rule, 'description') ?? `rule ${id} asks for approval`,
    level: wanted('escalationLevel') ?? 1,
    timeoutMs: Number(wanted('timeout') ?? 300) * 1000,
    requireJustification: wanted('requireJustification') ?? false,
    requireOperatorId: wanted('requireOperatorId') ?? false,
    notifyChannels: wanted('notifyChannels') ?? [],
  };
  return [
    ...oblige('alert', `rule:${id}`, effect === 'warn' ? {} : undefined),
    ...oblige('approval', `rule:${id}`, effect === 'allow_with_approval' ? approval : undefined),
    ...oblige('transform', `rule:${id}`, get(rule, 'outputTransformations')),
    ...oblige('audit', `rule:${id}`, get(rule, 'audit')),
  ];
}
