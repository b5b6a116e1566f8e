import type { Json, JsonObject } from '@ttp/core';
import {
  ALIASES,
  ATTRIBUTES,
  type Attribute,
  type AttributeType,
  COUNT,
  NAMESPACES,
  SUM,
} from './attributes.js';
import { OPERATORS_OF, type Operator } from './condition.js';
import { LIST_MAX_ELEMENTS, WINDOW_MAX_MS } from './limits.js';

/** A DID, as `isDid` of @ttp/core takes it. */
export const DID_PATTERN: string = '^did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*[A-Za-z0-9._-]$';

const SIGN = ' ?(?:>=|<=|==|!=|>|<) ?';
const NUMBER = '-?[0-9]{1,15}(?:\\.[0-9]{1,9})?';
/** The condition of a kill trigger: a number of a metric, or the name of a pattern. */
export const TRIGGER_PATTERN: string = `^(?:(?:request\\.rate|errorRate|error_rate|trustScore)${SIGN}${NUMBER}|detected_pattern ?(?:==|!=) ?'[^']{0,256}')$`;

const SEGMENT = '[A-Za-z_][A-Za-z0-9_-]*';
const BELOW = `(?:\\.${SEGMENT}){1,15}`;
const RESERVED = '(?!.*(?:^|[.({])(?:__proto__|constructor|prototype)(?:[.,})]|$))';
const escaped = (text: string): string => text.replaceAll('.', '\\.');
const oneOf = (names: readonly string[]): string => `(?:${names.map(escaped).join('|')})`;
const registered = Object.keys(ATTRIBUTES);
const isOwn = (name: string): boolean => Object.hasOwn(NAMESPACES, name.split('.', 1).join());
/** Names of the table below an open namespace: rows of their own, with types of their own. */
const rowsBelow = registered.filter((name) => name.includes('.') && isOwn(name));

/** A text without braces: with them it would be a reference, or a mistake. */
const PLAIN = '^[^{}]*$';
const TIME: string = '^(?:[01][0-9]|2[0-3]):[0-5][0-9]$';

/** Rows of the table that say the same are one definition: of their type, or of their own where they narrow it. */
const nameOf = ({ type, range, terms }: Attribute): string => {
  const bounds = range === undefined ? [] : [range[0], range[1] === Number.MAX_VALUE ? 'more' : range[1]];
  return [type, ...bounds, ...(terms ?? [])].join('-');
};

/** Names and rows: those of the table, and the other spellings. */
const rows = (): readonly [string, Attribute][] => [
  ...Object.entries(ATTRIBUTES),
  ...Object.entries(ALIASES).flatMap(([alias, name]): [string, Attribute][] => {
    const row = ATTRIBUTES[name];
    return row === undefined ? [] : [[alias, row]];
  }),
];

/** Names that are open, as regular expressions: what is below a namespace, and windows. */
function openRows(): readonly [string, Attribute][] {
  // What the engine observes is no argument.
  const observed = rowsBelow.filter(
    (name) => name.startsWith('request.') && ATTRIBUTES[name]?.source !== 'caller',
  );
  return [
    ...Object.entries(NAMESPACES).map(([first, row]): [string, Attribute] => [
      `^(?=.{1,256}$)${RESERVED}(?!${oneOf(rowsBelow)}$)${first}${BELOW}$`,
      row,
    ]),
    [`^(?=.{1,256}$)${RESERVED}sum\\((?!${oneOf(observed)},)request${BELOW}, ${durations()}\\)$`, SUM],
    [`^count\\(request, ${durations()}\\)$`, COUNT],
  ];
}

/** What `conditions` of a rule may say: every name, its operators, and what they compare with. */
export function conditionsSchema(): JsonObject {
  const twice = Object.entries(ALIASES).map(([alias, name]): Json => ({ required: [alias, name] }));
  return {
    type: 'object',
    properties: Object.fromEntries(rows().map(([name, row]) => [name, refTo(nameOf(row))])),
    patternProperties: Object.fromEntries(openRows().map(([name, row]) => [name, refTo(nameOf(row))])),
    additionalProperties: false,
    not: { anyOf: twice },
  };
}

/** What {@link conditionsSchema} refers to. */
export const definitions = (): JsonObject => ({
  ...Object.fromEntries([...rows(), ...openRows()].map(([, row]) => [nameOf(row), conditionOf(row)])),
  [VALUE_REFERENCE]: reference('value'),
  [LIST_REFERENCE]: reference('list'),
});

const VALUE_REFERENCE = 'reference-to-a-value';
const LIST_REFERENCE = 'reference-to-a-list';
const refTo = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });

/** A bare value, or operators. */
function conditionOf(attribute: Attribute): JsonObject {
  const operators = OPERATORS_OF[attribute.type];
  const tests = operators.map((op) => [op, operandOf(op, attribute)] as const);
  const object: JsonObject = {
    type: 'object',
    properties: Object.fromEntries(tests),
    additionalProperties: false,
    minProperties: 1,
  };
  const bare = operators.includes('eq') ? [operandOf('eq', attribute)] : [];
  return { anyOf: [object, ...bare] };
}

/** What each operator compares with, by the values that the attribute can have. */
function operandOf(op: Operator, attribute: Attribute): JsonObject {
  return OPERANDS[op](valuesOf(attribute), attribute);
}

type Operand = (values: readonly JsonObject[], attribute: Attribute) => JsonObject;

const equal: Operand = (values) => ({ anyOf: [...values, refTo(VALUE_REFERENCE)] });

const ordered: Operand = (values) => ({
  anyOf: [...values.filter(({ type }) => type === 'number'), refTo(VALUE_REFERENCE)],
});

const member: Operand = (values) => ({
  anyOf: [
    ...values.map((items) => ({ type: 'array', items, minItems: 1, maxItems: LIST_MAX_ELEMENTS })),
    refTo(LIST_REFERENCE),
  ],
});

const within: Operand = (values, { type }) => {
  const bounds = [...values, ...(type === 'any' ? [{ type: 'string', pattern: TIME }] : [])];
  const inOrder = bounds.filter((one) => one['type'] === 'number' || one['pattern'] === TIME);
  return { anyOf: inOrder.map((items) => ({ type: 'array', items, minItems: 2, maxItems: 2 })) };
};

const OPERANDS: { readonly [op in Operator]: Operand } = {
  eq: equal,
  neq: equal,
  gt: ordered,
  gte: ordered,
  lt: ordered,
  lte: ordered,
  in: member,
  not_in: member,
  between: within,
  not_between: within,
  contains: (values, { type }) => ({
    anyOf: [...(type === 'list' ? [TEXT] : values), refTo(VALUE_REFERENCE)],
  }),
  exists: () => ({ type: 'boolean' }),
};

const TEXT: JsonObject = { type: 'string', pattern: PLAIN };

/** What an attribute can be equal to. */
const valuesOf = (attribute: Attribute): readonly JsonObject[] => VALUES[attribute.type](attribute);

const numberOf = ({ range }: Attribute): JsonObject => {
  const [least, most] = range ?? [];
  return {
    type: 'number',
    ...(least === undefined ? {} : { minimum: least }),
    ...(most === undefined || most === Number.MAX_VALUE ? {} : { maximum: most }),
  };
};

const VALUES: { readonly [type in AttributeType]: (attribute: Attribute) => readonly JsonObject[] } = {
  number: (attribute) => [numberOf(attribute)],
  money: (attribute) => [{ ...numberOf(attribute), minimum: 0 }],
  string: ({ terms }) => [terms === undefined ? TEXT : { type: 'string', enum: [...terms] }],
  boolean: () => [{ type: 'boolean' }],
  time: () => [{ type: 'string', pattern: TIME }],
  list: () => [],
  any: () => [TEXT, { type: 'number' }, { type: 'boolean' }],
};

/** A reference to an attribute that has a single value, or a list; one of an open namespace can have either. */
function reference(wanted: 'value' | 'list'): JsonObject {
  const fits = registered.filter((name) => (ATTRIBUTES[name]?.type === 'list') === (wanted === 'list'));
  const known = wanted === 'value' ? [...fits, ...Object.keys(ALIASES)] : fits;
  const open = `(?!${oneOf(rowsBelow)}\\})${oneOf(Object.keys(NAMESPACES))}${BELOW}`;
  return { type: 'string', pattern: `^(?=.{1,258}$)${RESERVED}\\{(?:${oneOf(known)}|${open})\\}$` };
}

/** A length of at most WINDOW_MAX_MS, in any unit. */
function durations(): string {
  const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const each = Object.entries(units).map(([unit, ms]) => `${upTo(Math.floor(WINDOW_MAX_MS / ms))}${unit}`);
  return `(?:${each.join('|')})`;
}

/** Whole numbers from 1 to `most`, as a regular expression: shorter ones, and those that are smaller at some digit. */
function upTo(most: number): string {
  const digits = String(most);
  const ways = digits.split('').flatMap((digit, i) => {
    const rest = digits.length - i - 1;
    const first = i === 0 ? 1 : 0;
    const smaller = Number(digit) - 1;
    return smaller < first ? [] : [`${digits.slice(0, i)}[${first}-${smaller}]${any(rest)}`];
  });
  const shorter = digits.length > 1 ? [`[1-9][0-9]{0,${digits.length - 2}}`] : [];
  return `(?:${[...shorter, ...ways, digits].join('|')})`;
}

const any = (count: number): string => (count === 0 ? '' : `[0-9]{${count}}`);
