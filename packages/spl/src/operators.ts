import type { Json } from '@ttp/core';
import { type Condition, isReference, isScalar, type Operator, type Scalar, type Test } from './condition.js';
import { type Facts, presence, valueOf } from './facts.js';
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

/** Compiles all tests on one attribute. */
export function compileCondition({ attribute, tests }: Condition): Predicate {
  return all(tests.map((test) => compileTest(attribute, test)));
}

/** What an operator says of a value that is there and fits its attribute. */
type Check = (value: Json) => Truth;

function compileTest(attribute: string, { op, operand }: Test): Predicate {
  if (op === 'exists') {
    const read = presence(attribute);
    return (facts) => (read(facts) !== undefined) === operand;
  }
  const read = valueOf(attribute);
  if (isReference(operand)) {
    const resolve = valueOf(operand.ref);
    return (facts) => {
      const value = read(facts);
      const other = resolve(facts);
      if (value === undefined || other === undefined) return 'unknown';
      return COMPARISONS[op](other)(value);
    };
  }
  const check = COMPARISONS[op](operand);
  return (facts) => {
    const value = read(facts);
    return value === undefined ? 'unknown' : check(value);
  };
}

const COMPARISONS: { readonly [op in Exclude<Operator, 'exists'>]: (operand: Json) => Check } = {
  eq: (operand) => equality(operand),
  neq: (operand) => not(equality(operand)),
  gt: (operand) => order(operand, (value, bound) => value > bound),
  gte: (operand) => order(operand, (value, bound) => value >= bound),
  lt: (operand) => order(operand, (value, bound) => value < bound),
  lte: (operand) => order(operand, (value, bound) => value <= bound),
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

const order =
  (bound: Json, holds: (value: number, bound: number) => boolean): Check =>
  (value) =>
    typeof value === 'number' && typeof bound === 'number' && alike(value, bound)
      ? holds(value, bound)
      : 'unknown';

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
