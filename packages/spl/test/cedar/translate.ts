import { isJsonObject, type Json, type JsonObject } from '@ttp/core';

/*
 * SPL as Cedar, as far as Cedar has words for it.
 *
 * Cedar skips a policy in which something is missing, and SPL lets a rule that cannot be told deny or oblige. So each
 * rule is said twice: where it is *true*, and where it is *not false*; both ask `has` first, and never fail.
 *
 * Not mapped, since Cedar has no counterpart: obligations, windows and layers (its answer is permit or forbid);
 * fractions (its numbers are whole); values of open types and lists of anything but texts (its comparison of two types
 * is an error or false, never unknown); patterns with wildcards inside a segment before the last (its `*` crosses
 * slashes); refused resources and the zone of a policy. The local time is put into the context, as a host of Cedar does.
 */

/** How an attribute of the subset is typed. */
export type CedarType = 'long' | 'text' | 'flag' | 'texts' | 'time';

/** The attributes of the subset. */
export const CEDAR_ATTRIBUTES: { readonly [name: string]: CedarType } = {
  trustScore: 'long',
  'request.rate': 'long',
  'request.amount': 'long',
  identityVerified: 'flag',
  riskLevel: 'text',
  dataClassification: 'text',
  'agent.role': 'text',
  purpose: 'text',
  dayOfWeek: 'text',
  timeOfDay: 'time',
  'agent.roles': 'texts',
  capabilities: 'texts',
};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const quoted = (value: Json): string => JSON.stringify(value);
const keyOf = (name: string): string => name.replaceAll('.', '_');
const there = (name: string): string => `context has ${keyOf(name)}`;
const valueOf = (name: string): string => `context.${keyOf(name)}`;

/** Minutes since midnight: Cedar compares numbers, and texts only for equality. */
export const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** A literal of an attribute's type. */
function literal(name: string, value: Json): string {
  return CEDAR_ATTRIBUTES[name] === 'time' && typeof value === 'string'
    ? String(minutes(value))
    : quoted(value);
}

const SIGNS: { readonly [op: string]: string } = {
  eq: '==',
  neq: '!=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** A test as an expression that is right where value and reference are there, and what has to be there. */
function testOf(
  name: string,
  op: string,
  operand: Json,
): { readonly holds: string; readonly needs: readonly string[] } {
  const value = valueOf(name);
  const ref = typeof operand === 'string' ? /^\{(.+)\}$/.exec(operand)?.[1] : undefined;
  const needs = [there(name), ...(ref === undefined ? [] : [there(ref)])];
  const one = ref === undefined ? literal(name, operand) : valueOf(ref);
  const list = (Array.isArray(operand) ? operand : []).map((member: Json) => literal(name, member));
  const among = ref === undefined ? `[${list.join(', ')}]` : valueOf(ref);
  const [from = '', to = ''] = list;
  const wraps = Array.isArray(operand) && CEDAR_ATTRIBUTES[name] === 'time' && Number(from) > Number(to);
  const end = CEDAR_ATTRIBUTES[name] === 'time' ? '<' : '<=';
  const between = `(${value} >= ${from} ${wraps ? '||' : '&&'} ${value} ${end} ${to})`;
  if (op === 'in') return { needs, holds: `${among}.contains(${value})` };
  if (op === 'not_in') return { needs, holds: `!(${among}.contains(${value}))` };
  if (op === 'contains') return { needs, holds: `${value}.contains(${one})` };
  if (op === 'between') return { needs, holds: between };
  if (op === 'not_between') return { needs, holds: `!${between}` };
  return { needs, holds: `(${value} ${SIGNS[op] ?? ''} ${one})` };
}

/** Where a condition is true, or where it is not false. */
function conditionOf(name: string, condition: Json, notFalse: boolean): string {
  const tests = isJsonObject(condition) ? Object.entries(condition) : [['eq', condition] as const];
  return tests
    .map(([op, operand]) => {
      if (op === 'exists') return `context.present_${keyOf(name)} == ${quoted(operand)}`;
      const { holds, needs } = testOf(name, op, operand);
      const known = needs.join(' && ');
      return notFalse ? `(if ${known} then ${holds} else true)` : `(${known} && ${holds})`;
    })
    .join(' && ');
}

/** A pattern of the subset, on the scheme and the path of a resource. */
function patternOf(pattern: string): string {
  if (pattern === '*' || pattern === '**') return 'true';
  const [, scheme = '', path = ''] = /^(?:([a-z0-9]+):)?(.*)$/.exec(pattern) ?? [];
  return `(context.scheme == ${quoted(scheme)} && ${pathOf(path)})`;
}

const like = (text: string): string => `context.path like ${quoted(text)}`;
const is = (text: string): string => `context.path == ${quoted(text)}`;

function pathOf(path: string): string {
  if (path.startsWith('**/')) return `(${like(`*/${path.slice(3)}`)} || ${is(path.slice(3))})`;
  if (path.endsWith('/**')) return `(${like(path.slice(0, -1))} || ${is(path.slice(0, -3))})`;
  if (path.endsWith('/+')) {
    const below = `${path.slice(0, -1)}*`;
    return `(${like(below)} && !(${like(`${below}/*`)}))`;
  }
  return path.endsWith('*') ? like(path) : is(path);
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The scope of a rule and one of its two readings. */
function whenOf(rule: JsonObject, notFalse: boolean): string {
  const { resources, actions, conditions = {} } = rule;
  const scope = listOf(resources).map((pattern) => patternOf(textOf(pattern)));
  const verbs = listOf(actions).map((action) => `action == Action::${quoted(action)}`);
  return [
    ...(resources === undefined ? [] : [`(${scope.join(' || ')})`]),
    ...(actions === undefined ? [] : [`(${verbs.join(' || ')})`]),
    ...Object.entries(conditions ?? {}).map(([name, condition]) => conditionOf(name, condition, notFalse)),
    'true',
  ].join(' && ');
}

/** The requirements of the subset, as one condition of every permit. */
function requirementsOf({ requirements = {} }: JsonObject): string {
  const { minTrustScore, requireIdentityVerification, purpose, requiredCapabilities } = Object(requirements);
  return [
    ...(minTrustScore === undefined ? [] : [conditionOf('trustScore', { gte: minTrustScore }, false)]),
    ...(requireIdentityVerification === true ? [conditionOf('identityVerified', true, false)] : []),
    ...(purpose === undefined ? [] : [conditionOf('purpose', purpose, false)]),
    ...listOf(requiredCapabilities).map((one) => conditionOf('capabilities', { contains: one }, false)),
    'true',
  ].join(' && ');
}

/** A policy as two sets of Cedar policies by id. */
export interface CedarPolicies {
  /** Whether it is permitted: rules that permit where they are true, denials where they are not false. */
  readonly decides: { readonly [id: string]: string };
  /** Rules that permit, where they are not false: what a permission obliges to. */
  readonly obliges: { readonly [id: string]: string };
}

const permit = (when: string): string => `permit(principal, action, resource) when { ${when} };`;

/** Translates a policy of the subset. */
export function toCedar(policy: JsonObject): CedarPolicies {
  const rules = listOf(policy['rules']).filter(isJsonObject);
  const required = requirementsOf(policy);
  const decides = rules.map((rule): [string, string] => [
    textOf(rule['id']),
    rule['effect'] === 'deny'
      ? `forbid(principal, action, resource) when { ${whenOf(rule, true)} };`
      : permit(`${whenOf(rule, false)} && ${required}`),
  ]);
  const permits = rules.filter((rule) => rule['effect'] !== 'deny');
  return {
    decides: Object.fromEntries([
      ...decides,
      ...(policy['defaultEffect'] === 'allow' ? [['default', permit(required)] as const] : []),
    ]),
    obliges: Object.fromEntries(permits.map((rule) => [textOf(rule['id']), permit(whenOf(rule, true))])),
  };
}
