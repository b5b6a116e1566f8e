import type { Json } from '@ttp/core';
import { type Condition, isReference, isScalar, type Operator, type Scalar, type Test } from './condition.js';
import type { Facts, Slot, Slots } from './facts.js';
import { minutesOf, withinTimes } from './time.js';

/** Three-valued: an attribute that is missing, null or of another type makes a condition unknown (decision D13). */
export type Truth = boolean | 'unknown';

/** A condition, compiled to a function of the facts. */
export type Predicate = (facts: Facts) => Truth;

/** One false makes it false, otherwise one unknown makes it unknown. */
function all(predicates: readonly Predicate[]): Predicate {
  const [first, ...rest] = predicates;
  if (first !== undefined && rest.length === 0) return first;
  return (facts) => {
    let truth: Truth = true;
    for (const predicate of predicates) {
      const one = predicate(facts);
      if (one === false) return false;
      if (one === 'unknown') truth = 'unknown';
    }
    return truth;
  };
}

/** Compiles all tests on one attribute, which gets a slot of the policy's facts. */
export function compileCondition({ attribute, tests }: Condition, slots: Slots): Predicate {
  return all(tests.map((test) => compileTest(attribute, test, slots)));
}

/** What an operator says of a value that fits its attribute; of null, which stands for a missing one, that it cannot tell. */
type Check = (value: Json) => Truth;

function compileTest(attribute: string, { op, operand }: Test, slots: Slots): Predicate {
  if (op === 'exists') {
    const slot = slots.presence(attribute);
    return (facts) => (facts.value(slot) !== null) === operand;
  }
  const slot = slots.value(attribute);
  if (isReference(operand)) {
    const other = slots.value(operand.ref);
    return (facts) => {
      const value = facts.value(slot);
      const bound = facts.value(other);
      return bound === null ? 'unknown' : COMPARISONS[op](bound)(value);
    };
  }
  const check = COMPARISONS[op](operand);
  return (facts) => check(facts.value(slot));
}

/** The comparisons of two numbers, as a column can hold them. */
const ORDERS = ['gt', 'gte', 'lt', 'lte'] as const;
type Order = (typeof ORDERS)[number];
const [GT, GTE, LT] = [0, 1, 2] as const;

/** The comparison of an attribute with a constant number: data, where other conditions are functions. */
export interface Threshold {
  readonly slot: Slot;
  /** Which of the four comparisons. */
  readonly order: number;
  readonly bound: number;
}

/** The one comparison that a condition consists of, or undefined. */
export function thresholdOf({ attribute, tests }: Condition, slots: Slots): Threshold | undefined {
  const [test, second] = tests;
  if (test === undefined || second !== undefined || typeof test.operand !== 'number') return undefined;
  const order = ORDERS.findIndex((name) => name === test.op);
  return order < 0 ? undefined : { slot: slots.value(attribute), order, bound: test.operand };
}

/** Compares two numbers. */
export function isOrdered(order: number, value: number, bound: number): boolean {
  if (order === GT) return value > bound;
  if (order === GTE) return value >= bound;
  return order === LT ? value < bound : value <= bound;
}

const compare = (op: Order, bound: Json): Check => {
  const order = ORDERS.indexOf(op);
  if (!isNumber(bound)) return UNKNOWN;
  return (value) => (isNumber(value) ? isOrdered(order, value, bound) : 'unknown');
};

const UNKNOWN: Check = () => 'unknown';

const isNumber = (value: Json): value is number => typeof value === 'number' && Number.isFinite(value);

const COMPARISONS: { readonly [op in Exclude<Operator, 'exists'>]: (operand: Json) => Check } = {
  eq: (operand) => equality(operand),
  neq: (operand) => not(equality(operand)),
  gt: (bound) => compare('gt', bound),
  gte: (bound) => compare('gte', bound),
  lt: (bound) => compare('lt', bound),
  lte: (bound) => compare('lte', bound),
  in: (operand) => membership(operand),
  not_in: (operand) => not(membership(operand)),
  between: (operand) => range(operand),
  not_between: (operand) => not(range(operand)),
  contains: (operand) => containment(operand),
};

const not =
  (check: Check): Check =>
  (value) => {
    const truth = check(value);
    return truth === 'unknown' ? truth : !truth;
  };

/** No coercion: "1000" is not 1000, and comparing them has no answer (flaw.P3). */
const alike = (a: Json, b: Json): a is Scalar => isValue(a) && isValue(b) && typeof a === typeof b;

/** NaN and the infinities are no JSON, but a host can hand them over. */
const isValue = (value: Json): value is Scalar =>
  isScalar(value) && (typeof value !== 'number' || Number.isFinite(value));

const equality =
  (operand: Json): Check =>
  (value) =>
    alike(value, operand) ? value === operand : 'unknown';

/** The elements of a list of one type; undefined for anything else. */
function elementsOf(list: Json): ReadonlySet<Json> | undefined {
  if (!Array.isArray(list)) return undefined;
  const first = list[0];
  return list.every((element) => alike(element, first ?? null)) ? new Set<Json>(list) : undefined;
}

function membership(list: Json): Check {
  const elements = elementsOf(list);
  if (elements === undefined) return () => 'unknown';
  const [first] = elements;
  return (value) => {
    if (!isValue(value)) return 'unknown';
    if (first === undefined) return false;
    return alike(value, first) ? elements.has(value) : 'unknown';
  };
}

/** A text is no list, so `contains` never searches inside one (flaw.P11). */
const containment =
  (operand: Json): Check =>
  (value) => {
    if (!Array.isArray(value)) return 'unknown';
    return value.every((element) => alike(element, operand))
      ? value.some((element) => element === operand)
      : 'unknown';
  };

/** Numbers: both bounds included. Times of day: `[start, end)`, wrapping past midnight (decision D14). */
function range(bounds: Json): Check {
  const [from, to] = Array.isArray(bounds) ? bounds : [];
  if (typeof from === 'number' && typeof to === 'number')
    return (value) =>
      typeof value === 'number' && Number.isFinite(value) ? value >= from && value <= to : 'unknown';
  const start = typeof from === 'string' ? minutesOf(from) : undefined;
  const end = typeof to === 'string' ? minutesOf(to) : undefined;
  if (start === undefined || end === undefined) return () => 'unknown';
  return (value) => {
    const minutes = typeof value === 'string' ? minutesOf(value) : undefined;
    return minutes === undefined ? 'unknown' : withinTimes(minutes, start, end);
  };
}
