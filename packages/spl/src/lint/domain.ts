import type { Json } from '@ttp/core';
import { type Attribute, attributeOf, fits } from '../attributes.js';
import { type Condition, isReference } from '../condition.js';
import { Facts, type PolicyRequest } from '../facts.js';
import type { LocalTime } from '../time.js';
import { minutesOf, timeOfMinutes } from '../time.js';

const NOTHING: PolicyRequest = {
  resource: '',
  action: '',
  now: 0,
  engine: {},
  resolver: {},
  registry: {},
  caller: {},
};

/** Facts in which one attribute has a value and nothing else is known. */
export function factsWith(name: string, value: Json): Facts {
  const source = attributeOf(name)?.source ?? 'caller';
  const path = source === 'caller' ? name.split('.') : [name];
  const facts = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  const time = typeof value === 'string' ? { timeOfDay: value, dayOfWeek: value } : undefined;
  return new Facts({ ...NOTHING, [source]: facts }, () => time);
}

/** Facts in which nothing is known but the time. */
export const factsAt = (time: LocalTime): Facts => new Facts(NOTHING, () => time);

/**
 * Values in ascending order that stand for all an attribute can have, as far as these conditions tell them apart:
 * the terms of a closed list, or the numbers and times at, beside and between the operands.
 *
 * @returns undefined where there is no such list: texts, references
 */
export function domainOf(conditions: readonly Condition[]): readonly Json[] | undefined {
  const tests = conditions.flatMap((condition) => condition.tests);
  const attribute = conditions[0] === undefined ? undefined : attributeOf(conditions[0].attribute);
  if (attribute === undefined || tests.some(({ operand }) => isReference(operand))) return undefined;
  if (attribute.terms !== undefined) return attribute.terms;
  if (attribute.type === 'boolean') return [false, true];
  const operands = tests.flatMap(({ operand }) => (isReference(operand) ? [] : [operand].flat()));
  if (attribute.type === 'time')
    return timesAround(operands.filter((operand) => typeof operand === 'string'));
  if (attribute.type === 'number' || attribute.type === 'money')
    return numbersAround(
      attribute,
      operands.filter((operand) => typeof operand === 'number'),
    );
  return undefined;
}

function numbersAround(attribute: Attribute, operands: readonly number[]): readonly Json[] {
  const step = 0.01;
  const bounds = [...(attribute.range ?? []).filter((bound) => bound < Number.MAX_VALUE), ...operands];
  const around = bounds.flatMap((bound) => [rounded(bound - step), bound, rounded(bound + step)]);
  return [...new Set(around)].filter((value) => fits(attribute, value)).sort((a, b) => a - b);
}

const rounded = (value: number): number => Number(value.toFixed(2));

function timesAround(operands: readonly string[]): readonly Json[] {
  const bounds = operands.map((operand) => minutesOf(operand) ?? 0);
  return [...new Set([0, ...bounds])].sort((a, b) => a - b).map(timeOfMinutes);
}

/**
 * Values among which one fulfils a condition, if any does: for texts, and for attributes of any type.
 *
 * @returns undefined for references, and for lists
 */
export function candidatesOf({ attribute, tests }: Condition): readonly Json[] | undefined {
  const type = attributeOf(attribute)?.type;
  if (type !== 'any' && type !== 'string') return undefined;
  const operands = tests.flatMap(({ operand }) => (isReference(operand) ? [] : [operand].flat()));
  if (tests.some(({ operand }) => isReference(operand))) return undefined;
  const numbers = operands.filter((operand) => typeof operand === 'number').sort((a, b) => a - b);
  const between = numbers.flatMap((n, i) => [n - 1, (n + (numbers[i + 1] ?? n + 2)) / 2]);
  const other = `${operands.join(' ')} other`;
  return [...operands, ...between, other, true, false, ...operands.map((one) => [one]), []];
}
