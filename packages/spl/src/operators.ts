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
  if (typeof operand === 'number') {
    const order = ORDERS[op];
    if (order !== undefined) return order(slot, operand);
  }
  const check = COMPARISONS[op](operand);
  return (facts) => check(facts.value(slot));
}

/** The usual comparisons with a constant, in one function each instead of two: there are many, and they run often. */
const ORDERS: { readonly [op in Operator]?: (slot: Slot, bound: number) => Predicate } = {
  gt: (slot, bound) => (facts) => {
    const value = facts.value(slot);
    return isNumber(value) ? value > bound : 'unknown';
  },
  gte: (slot, bound) => (facts) => {
    const value = facts.value(slot);
    return isNumber(value) ? value >= bound : 'unknown';
  },
  lt: (slot, bound) => (facts) => {
    const value = facts.value(slot);
    return isNumber(value) ? value < bound : 'unknown';
  },
  lte: (slot, bound) => (facts) => {
    const value = facts.value(slot);
    return isNumber(value) ? value <= bound : 'unknown';
  },
};

const UNKNOWN: Check = () => 'unknown';

const isNumber = (value: Json): value is number => typeof value === 'number' && Number.isFinite(value);

const COMPARISONS: { readonly [op in Exclude<Operator, 'exists'>]: (operand: Json) => Check } = {
  eq: (operand) => equality(operand),
  neq: (operand) => not(equality(operand)),
  gt: (bound) => (isNumber(bound) ? (value) => (isNumber(value) ? value > bound : 'unknown') : UNKNOWN),
  gte: (bound) => (isNumber(bound) ? (value) => (isNumber(value) ? value >= bound : 'unknown') : UNKNOWN),
  lt: (bound) => (isNumber(bound) ? (value) => (isNumber(value) ? value < bound : 'unknown') : UNKNOWN),
  lte: (bound) => (isNumber(bound) ? (value) => (isNumber(value) ? value <= bound : 'unknown') : UNKNOWN),
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
