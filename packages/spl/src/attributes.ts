import { type Json, RISK_LEVELS, STAGES } from '@ttp/core';
import { WINDOW_AMOUNT_MAX } from './limits.js';
import { DAYS, minutesOf } from './time.js';
import { parseWindow, type Window } from './window.js';

/**
 * Where the value of an attribute comes from (decision D18). `engine`: observed by the enforcement point.
 * `registry`: the resource's registry or the call map. `resolver`: what is known about the agent. `caller`: the
 * arguments and claims of the call, which nobody verified.
 */
export const SOURCES = ['engine', 'resolver', 'registry', 'caller'] as const;
export type Source = (typeof SOURCES)[number];

/** The JSON type of an attribute. `list`: texts. `money`: a decimal of at most two places, never negative. */
export type AttributeType = 'number' | 'money' | 'string' | 'boolean' | 'time' | 'list' | 'any';

/** One row of the table. */
export interface Attribute {
  readonly source: Source;
  readonly type: AttributeType;
  /** Computed from `now` in the policy's zone: a value given for it is dropped. */
  readonly computed?: true;
  /** Bounds of a number, both included. */
  readonly range?: readonly [number, number];
  /** The closed list a text has to come from. */
  readonly terms?: readonly string[];
}

const count: readonly [number, number] = [0, Number.MAX_VALUE];

/** The registered attributes: the one table of names, types and provenance (decision D18). */
export const ATTRIBUTES: { readonly [name: string]: Attribute } = {
  trustScore: { source: 'engine', type: 'number', range: [0, 100] },
  trustStage: { source: 'engine', type: 'string', terms: STAGES },
  identityVerified: { source: 'engine', type: 'boolean' },
  capabilities: { source: 'engine', type: 'list' },
  'request.rate': { source: 'engine', type: 'number', range: count },
  errorRate: { source: 'engine', type: 'number', range: [0, 1] },
  detected_pattern: { source: 'engine', type: 'string' },
  'pdp.decision': { source: 'engine', type: 'boolean' },
  'trace.labels': { source: 'engine', type: 'list' },
  timeOfDay: { source: 'engine', type: 'time', computed: true },
  dayOfWeek: { source: 'engine', type: 'string', terms: DAYS, computed: true },
  dataClassification: { source: 'registry', type: 'string' },
  riskLevel: { source: 'registry', type: 'string', terms: RISK_LEVELS },
  decisionType: { source: 'registry', type: 'string' },
  compliance: { source: 'registry', type: 'list' },
  'agent.role': { source: 'resolver', type: 'string' },
  'agent.roles': { source: 'resolver', type: 'list' },
  'agent.assignedCases': { source: 'resolver', type: 'list' },
  'request.amount': { source: 'caller', type: 'money' },
  purpose: { source: 'caller', type: 'string' },
  biasScore: { source: 'caller', type: 'number', range: [0, 1] },
  protectedClass: { source: 'caller', type: 'any' },
};

/** Namespaces whose names are open: everything below one has its source. */
export const NAMESPACES: { readonly [first: string]: Attribute } = {
  agent: { source: 'resolver', type: 'any' },
  resource: { source: 'registry', type: 'any' },
  request: { source: 'caller', type: 'any' },
};

/** Windowed sums and counts: the enforcement point keeps them, and nobody else says what they are. */
export const SUM: Attribute = { source: 'engine', type: 'money', range: [0, WINDOW_AMOUNT_MAX] };
export const COUNT: Attribute = { source: 'engine', type: 'number', range: count };

/** Other spellings of one attribute in the documents (decision D19). */
export const ALIASES: { readonly [name: string]: string } = { error_rate: 'errorRate' };

/** Letters first in each segment: an index or `length` of a list is no attribute. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*){0,15}$/;
/** Names that every object inherits or that rewire it; they never name an attribute (flaw.P10). */
const RESERVED = /(?:^|\.)(?:__proto__|constructor|prototype)(?:\.|$)/;

/** The name an attribute is registered by. */
export const canonicalName = (name: string): string => own(ALIASES, name) ?? name;

/** The row of an attribute by its canonical name, or undefined where neither table nor namespace has it. */
export function attributeOf(name: string): Attribute | undefined {
  const row = own(ATTRIBUTES, name);
  if (row !== undefined) return row;
  const span = windowOf(name);
  if (span !== undefined) return span.adds === undefined ? COUNT : SUM;
  const dot = name.indexOf('.');
  if (dot < 0 || name.length > 256 || !NAME.test(name) || RESERVED.test(name)) return undefined;
  return own(NAMESPACES, name.slice(0, dot));
}

/**
 * The window that an attribute's name says, or undefined. What a sum adds up is an amount that the caller names: one
 * that is negative, has more than two decimals or is no number has no sum.
 */
export function windowOf(name: string): Window | undefined {
  const span = parseWindow(name);
  if (span?.adds === undefined) return span;
  const added = attributeOf(span.adds);
  return added?.source === 'caller' && (added.type === 'money' || added.type === 'any') ? span : undefined;
}

/** The own value of `key`; what an object inherits is never seen (flaw.P10). */
export function own<V>(object: { readonly [key: string]: V }, key: string): V | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The first character that another one can be composed with, and all that follow it. */
const COMPOSABLE = /[\u0300-\uffff]/;

/**
 * Whether a text is in Unicode NFC. One spelling each: the same letters, composed in another way, would be another
 * text to a policy and the same to whoever is asked (flaw.P17).
 */
export const isNormal = (text: string): boolean => !COMPOSABLE.test(text) || text.normalize('NFC') === text;

const isText = (value: Json): value is string => typeof value === 'string' && isNormal(value);

/** Whether every element is a text. */
function isTextList(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Whatever is not a text that could be spelt otherwise, alone or as an element. */
const isPlain = (value: Json): boolean =>
  typeof value === 'string'
    ? isNormal(value)
    : !Array.isArray(value) || value.every((element) => typeof element !== 'string' || isNormal(element));

/** Whether a value has the type, range and terms of its attribute. There is no coercion (flaw.P3). */
export const fits = (attribute: Attribute, value: Json): boolean => FITS[attribute.type](value, attribute);

const FITS: { readonly [type in AttributeType]: (value: Json, attribute: Attribute) => boolean } = {
  any: isPlain,
  boolean: (value) => typeof value === 'boolean',
  list: isTextList,
  time: (value) => typeof value === 'string' && minutesOf(value) !== undefined,
  string: (value, { terms }) => isText(value) && (terms?.includes(value) ?? true),
  // At most two decimals, never negative: decisions.md, table of numbers.
  money: (value, { range }) =>
    typeof value === 'number' &&
    value >= 0 &&
    value <= (range === undefined ? Number.MAX_VALUE : range[1]) &&
    hasTwoDecimals(value),
  number: (value, { range }) =>
    typeof value === 'number' &&
    (range === undefined ? Number.isFinite(value) : value >= range[0] && value <= range[1]),
};

/** Up to here a number of hundredths is exact, and so is rounding to it. */
const EXACT_HUNDREDTHS_MAX = 1_000_000_000_000;

/** Whether a number that is not negative is the nearest one to some number of hundredths. */
function hasTwoDecimals(value: number): boolean {
  if (value <= EXACT_HUNDREDTHS_MAX) return Math.round(value * 100) / 100 === value;
  return Number(value.toFixed(2)) === value;
}
