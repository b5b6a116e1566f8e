import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import {
  ATTRIBUTES,
  type Attribute,
  attributeOf,
  canonicalName,
  fits,
  isNormal,
  NAMESPACES,
  windowOf,
} from './attributes.js';
import { fail } from './fail.js';
import { at } from './field.js';
import { hint } from './suggest.js';
import { minutesOf } from './time.js';
import { isCall, WINDOW_SPELLING } from './window.js';

/** The operators of the language; there are no others (decision D14, flaw.P6). */
export const OPERATORS = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'not_in',
  'between',
  'not_between',
  'contains',
  'exists',
] as const;
export type Operator = (typeof OPERATORS)[number];

export type Scalar = string | number | boolean;

/** What stands for the value of another attribute, taken as a whole (flaw.P11). */
export interface Reference {
  readonly ref: string;
}

/** One operator and what it compares with. */
export interface Test {
  readonly op: Operator;
  readonly operand: Scalar | readonly Scalar[] | Reference;
}

/** All tests on one attribute; every one has to hold. */
export interface Condition {
  /** Canonical name. */
  readonly attribute: string;
  readonly tests: readonly Test[];
}

/** Which operators make sense for which type; `any` takes them all and finds out at evaluation. */
export const OPERATORS_OF: { readonly [type in Attribute['type']]: readonly Operator[] } = {
  any: OPERATORS,
  number: ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'not_between', 'exists'],
  money: ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'between', 'not_between', 'exists'],
  string: ['eq', 'neq', 'in', 'not_in', 'exists'],
  boolean: ['eq', 'neq', 'exists'],
  time: ['eq', 'neq', 'in', 'not_in', 'between', 'not_between', 'exists'],
  list: ['contains', 'exists'],
};

const REFERENCE = /^\{([^{}]+)\}$/;

/** Whether an operand refers to another attribute. */
export const isReference = (operand: Test['operand']): operand is Reference =>
  typeof operand === 'object' && 'ref' in operand;

/** Whether a value is a text, a number or a truth value. */
export const isScalar = (value: Json): value is Scalar =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const isScalarList = (value: Json): value is readonly Scalar[] =>
  Array.isArray(value) && value.every(isScalar);

/** The path of what is read, put together only for an error. */
type Where = () => string;

/**
 * Reads the `conditions` of a rule, in the order of their names, so that equal policies give equal reasons.
 *
 * @param where path of the object, asked for where something is refused
 * @throws SPL_UNKNOWN_ATTRIBUTE, SPL_UNKNOWN_OPERATOR, SPL_BAD_OPERAND, SPL_BAD_REFERENCE
 */
export function parseConditions(conditions: JsonObject, where: Where): readonly Condition[] {
  const read = Object.entries(conditions).map(([name, value]) =>
    parseCondition(name, value, () => at(where(), name)),
  );
  if (read.length < 2) return read;
  read.sort((a, b) => (a.attribute < b.attribute ? -1 : 1));
  for (let i = 1; i < read.length; i++) {
    const attribute = read[i]?.attribute;
    if (attribute === read[i - 1]?.attribute)
      fail('SPL_BAD_OPERAND', `two spellings of ${attribute} in one rule`, where());
  }
  return read;
}

/** Reads one condition: an object of operators, or a bare value, which means `eq` (decision D14). */
export function parseCondition(name: string, value: Json, where: Where): Condition {
  const attribute = canonicalName(name);
  const row = attributeOf(attribute);
  if (row === undefined) {
    const known = [...Object.keys(ATTRIBUTES), ...Object.keys(NAMESPACES).map((first) => `${first}.`)];
    const meant = isCall(name) ? `; a window is written ${WINDOW_SPELLING}` : hint(name, known);
    return fail('SPL_UNKNOWN_ATTRIBUTE', `no attribute ${JSON.stringify(name)}${meant}`, where());
  }
  if (!isJsonObject(value)) return { attribute, tests: [parseTest(row, 'eq', value, where)] };
  const tests = Object.entries(value).map(([op, operand]) =>
    parseTest(row, op, operand, () => at(where(), op)),
  );
  if (tests.length === 0) fail('SPL_BAD_OPERAND', 'a condition without operators says nothing', where());
  if (tests.length > 1) tests.sort((a, b) => OPERATORS.indexOf(a.op) - OPERATORS.indexOf(b.op));
  return { attribute, tests };
}

function parseTest(attribute: Attribute, name: string, operand: Json, where: Where): Test {
  const op = OPERATORS.find((operator) => operator === name);
  if (op === undefined)
    return fail(
      'SPL_UNKNOWN_OPERATOR',
      `no operator ${JSON.stringify(name)}${hint(name, OPERATORS)}`,
      where(),
    );
  if (!OPERATORS_OF[attribute.type].includes(op))
    fail('SPL_BAD_OPERAND', `${op} does not apply to a ${attribute.type}`, where());
  const ref = parseReference(operand, op, where);
  if (ref !== undefined) return { op, operand: { ref } };
  const why = MISFITS[op](attribute, operand);
  if (why !== undefined || !(isScalar(operand) || isScalarList(operand)))
    return fail('SPL_BAD_OPERAND', `${op} ${why ?? 'takes no object'}`, where());
  return { op, operand };
}

/** What the value of an operand is; a text in braces is a reference, and braces inside a text are refused. */
function parseReference(operand: Json, op: Operator, where: Where): string | undefined {
  if (!(Array.isArray(operand) ? operand.some(hasBrace) : hasBrace(operand))) return undefined;
  const name = typeof operand === 'string' ? REFERENCE.exec(operand)?.[1] : undefined;
  if (name === undefined)
    return fail('SPL_BAD_REFERENCE', 'a reference is the whole value: "{resource.caseId}"', where());
  if (op === 'exists' || op === 'between' || op === 'not_between')
    fail('SPL_BAD_REFERENCE', `${op} takes no reference`, where());
  const target = attributeOf(canonicalName(name));
  if (target === undefined) return fail('SPL_BAD_REFERENCE', `no attribute ${JSON.stringify(name)}`, where());
  // How far a window may still grow is found out from constants and facts that stay as they are.
  if (windowOf(name) !== undefined)
    fail('SPL_BAD_REFERENCE', 'a window is compared, not referred to', where());
  const list = op === 'in' || op === 'not_in';
  if (target.type !== 'any' && (target.type === 'list') !== list)
    fail('SPL_BAD_REFERENCE', `${op} needs ${list ? 'a list' : 'a single value'}, ${name} is none`, where());
  return canonicalName(name);
}

const hasBrace = (value: Json): boolean =>
  typeof value === 'string' && (value.includes('{') || value.includes('}'));

/** Why an operand that is no reference does not fit, or undefined. */
type Misfit = (attribute: Attribute, operand: Json) => string | undefined;

const notNumber: Misfit = (attribute, operand) =>
  typeof operand === 'number' ? outside(attribute, operand) : 'takes a number';

const notScalar: Misfit = (attribute, operand) =>
  isScalar(operand) ? outside(attribute, operand) : 'takes a text, a number or a truth value';

const notList: Misfit = (attribute, operand) => {
  if (!isScalarList(operand) || operand.length === 0) return 'takes a list of values';
  // With two types in it, a value could get in by changing its own (law.P-5).
  if (operand.some((value) => typeof value !== typeof operand[0])) return 'takes values of one type';
  const unfit = operand.find((value) => !fits(attribute, value));
  return unfit === undefined ? undefined : outside(attribute, unfit);
};

const notBounds: Misfit = (attribute, operand) =>
  Array.isArray(operand) && operand.length === 2
    ? badRange(attribute, operand[0], operand[1])
    : 'takes two bounds';

const notElement: Misfit = ({ type }, operand) => {
  if (typeof operand === 'string' && !isNormal(operand)) return 'takes a text in Unicode NFC';
  if (type === 'list') return typeof operand === 'string' ? undefined : 'takes a text';
  return isScalar(operand) ? undefined : 'takes a text, a number or a truth value';
};

const MISFITS: { readonly [op in Operator]: Misfit } = {
  eq: notScalar,
  neq: notScalar,
  gt: notNumber,
  gte: notNumber,
  lt: notNumber,
  lte: notNumber,
  in: notList,
  not_in: notList,
  between: notBounds,
  not_between: notBounds,
  contains: notElement,
  exists: (_attribute, operand) => (typeof operand === 'boolean' ? undefined : 'takes true or false'),
};

function badRange(attribute: Attribute, from: Json, to: Json): string | undefined {
  if (typeof from === 'number' && typeof to === 'number') {
    if (from > to) return 'the first bound is above the second';
    return attribute.type === 'time'
      ? 'a time is written HH:MM'
      : (outside(attribute, from) ?? outside(attribute, to));
  }
  if (
    typeof from !== 'string' ||
    typeof to !== 'string' ||
    minutesOf(from) === undefined ||
    minutesOf(to) === undefined
  )
    return 'the bounds are two numbers or two times HH:MM';
  if (attribute.type !== 'time' && attribute.type !== 'any')
    return `a ${attribute.type} is not between times`;
  // [start, start) could be nothing or all day; whoever writes it means one of them (flaw.P9).
  return from === to ? 'start and end are the same time' : undefined;
}

/** Why an operand can never equal the attribute: a policy that says so has a typing mistake. */
function outside(attribute: Attribute, operand: Json): string | undefined {
  if (fits(attribute, operand)) return undefined;
  if (attribute.terms !== undefined && typeof operand === 'string')
    return `${JSON.stringify(operand)} is none of ${attribute.terms.join(', ')}${hint(operand, attribute.terms)}`;
  return `${JSON.stringify(operand)} is no ${attribute.type} that the attribute can have`;
}
