import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { attributeOf, own } from '../../attributes.js';
import { isScalar, type Operator, type Scalar } from '../../condition.js';
import { CEDAR_ALTERNATIVES_MAX } from '../../limits.js';

/** One test on one attribute. A reference is a text in braces, as SPL writes it. */
export interface Atom {
  readonly attribute: string;
  readonly op: Operator;
  readonly operand: Scalar | readonly Scalar[];
}

/** Alternatives, each a list of tests that all have to hold. */
export type Alternatives = readonly (readonly Atom[])[];

const ALWAYS: Alternatives = [[]];
const NEVER: Alternatives = [];

/** Attributes that say in SPL what the entity itself is: a Cedar attribute of that name is something else. */
const OF_THE_ENTITY: ReadonlySet<string> = new Set([
  'agent.type',
  'agent.id',
  'agent.ancestors',
  'resource.ancestors',
]);

/** What a Cedar variable is called in SPL. */
const VARIABLES: { readonly [variable: string]: string } = {
  principal: 'agent',
  resource: 'resource',
  context: 'request.context',
};

/** The operator with its sides changed, and the one that says the opposite. */
const ORDERS = {
  '<': { op: 'lt', flipped: 'gt', not: '>=' },
  '<=': { op: 'lte', flipped: 'gte', not: '>' },
  '>': { op: 'gt', flipped: 'lt', not: '<=' },
  '>=': { op: 'gte', flipped: 'lte', not: '<' },
} as const;

/** Refuses what SPL has no words for, or what is no Cedar. */
export function unsupported(what: string, field: string): never {
  throw new TtpError('SPL_CEDAR_UNSUPPORTED', `${field}: ${what}`, { field });
}

/**
 * A Cedar expression as alternatives of SPL tests. The right side of `||` carries the opposite of its left side, since
 * Cedar looks at it only where the left side is false: an error on the left never grants.
 *
 * @param holds whether the expression has to be true, or false
 * @param field path of the expression
 * @throws SPL_CEDAR_UNSUPPORTED
 */
export const alternativesOf = (json: Json | undefined, holds: boolean, field: string): Alternatives =>
  remembered(json, holds, field, { true: new Map(), false: new Map() });

/** The left side of `||` is looked at twice: without what is known of it, twice as often at every level. */
type Known = { readonly [holds in 'true' | 'false']: Map<JsonObject, Alternatives> };

function remembered(json: Json | undefined, holds: boolean, field: string, known: Known): Alternatives {
  const of = known[holds ? 'true' : 'false'];
  const expression = objectOf(json, field);
  const before = of.get(expression);
  if (before !== undefined) return before;
  const found = read(expression, holds, field, known);
  of.set(expression, found);
  return found;
}

function read(json: JsonObject, holds: boolean, field: string, known: Known): Alternatives {
  const [kind, argument] = operation(json, field);
  if (kind === 'Value' && typeof argument === 'boolean') return argument === holds ? ALWAYS : NEVER;
  if (kind === '!')
    return remembered(own(membersOf(argument, ['arg'], field), 'arg'), !holds, `${field}.!`, known);
  if (kind === '&&' || kind === '||') {
    const { left, right } = sides(argument, field);
    const side = (expression: Json | undefined, is: boolean): Alternatives =>
      remembered(expression, is, `${field}.${kind}`, known);
    const both = (kind === '&&') === holds;
    if (both) return product(side(left, holds), side(right, holds), field);
    const first = side(left, holds);
    return capped([...first, ...product(side(left, !holds), side(right, holds), field)], field);
  }
  return [[atomOf(kind, argument, json, holds, field)]];
}

function atomOf(kind: string, argument: Json, json: Json | undefined, holds: boolean, field: string): Atom {
  if (kind === '.' || kind === 'Var') return { attribute: pathOf(json, field), op: 'eq', operand: holds };
  if (kind === 'has') {
    const { left, attr } = membersOf(argument, ['left', 'attr'], field);
    return presence(left, attr, holds, field);
  }
  const { left, right } = sides(argument, field);
  if (kind === '==' || kind === '!=') return equality(left, right, (kind === '==') === holds, field);
  if (kind === 'contains') return containment(left, right, holds, field);
  if (kind === '<' || kind === '<=' || kind === '>' || kind === '>=') {
    const { op, flipped } = ORDERS[holds ? kind : ORDERS[kind].not];
    const [a, b] = [valueOf(left, field), valueOf(right, field)];
    if (typeof b === 'number') return { attribute: pathOf(left, field), op, operand: b };
    if (typeof a === 'number') return { attribute: pathOf(right, field), op: flipped, operand: a };
    return { attribute: pathOf(left, field), op, operand: `{${pathOf(right, field)}}` };
  }
  return unsupported(`${JSON.stringify(kind)} has no counterpart in SPL`, field);
}

function equality(left: Json | undefined, right: Json | undefined, equal: boolean, field: string): Atom {
  const op = equal ? 'eq' : 'neq';
  const [a, b] = [valueOf(left, field), valueOf(right, field)];
  if (b !== undefined) return { attribute: pathOf(left, field), op, operand: b };
  if (a !== undefined) return { attribute: pathOf(right, field), op, operand: a };
  return { attribute: pathOf(left, field), op, operand: `{${pathOf(right, field)}}` };
}

function presence(left: Json | undefined, attr: Json | undefined, holds: boolean, field: string): Atom {
  // Cedar fails where the object itself is missing, and a failing permit grants nothing; `exists: false` would hold.
  if (!holds && operation(left, field)[0] !== 'Var')
    unsupported('the absence of a nested attribute cannot be told from that of its object', field);
  return { attribute: join(pathOf(left, field), attr, field), op: 'exists', operand: holds };
}

function containment(left: Json | undefined, right: Json | undefined, holds: boolean, field: string): Atom {
  const [kind, elements] = operation(left, field);
  if (kind === 'Set') {
    const values = isList(elements) ? elements.map((element) => valueOf(element, field)) : [];
    const known = values.filter((value) => value !== undefined);
    if (known.length === 0 || known.length < values.length)
      unsupported('a set holds texts or numbers', field);
    return { attribute: pathOf(right, field), op: holds ? 'in' : 'not_in', operand: known };
  }
  const element = valueOf(right, field);
  if (!holds) unsupported('a list that does not contain something has no counterpart in SPL', field);
  if (element === undefined) return unsupported('contains takes a text or a number', field);
  return { attribute: pathOf(left, field), op: 'contains', operand: element };
}

/** The name of `principal.a.b`, `resource.a`, `context.a`. */
function pathOf(json: Json | undefined, field: string): string {
  const [kind, argument] = operation(json, field);
  if (kind === 'Var')
    return (
      own(VARIABLES, typeof argument === 'string' ? argument : '') ??
      unsupported('expected principal, resource or context', field)
    );
  if (kind !== '.') return unsupported('one side has to be an attribute', field);
  const { left, attr } = membersOf(argument, ['left', 'attr'], field);
  return join(pathOf(left, field), attr, field);
}

function join(path: string, attr: Json | undefined, field: string): string {
  if (typeof attr !== 'string' || attr.includes('.') || attributeOf(`${path}.${attr}`) === undefined)
    return unsupported(`${JSON.stringify(attr)} cannot be an attribute of SPL`, field);
  const name = `${path}.${attr}`;
  // Cedar's principal.id is an attribute of the entity, SPL's agent.id the entity: they can differ.
  return OF_THE_ENTITY.has(name) ? unsupported(`${name} is the entity itself in SPL`, field) : name;
}

/** A text, number or truth value; undefined for anything that is no constant. */
function valueOf(json: Json | undefined, field: string): Scalar | undefined {
  const [kind, value] = operation(json, field);
  if (kind !== 'Value') return undefined;
  if (!isScalar(value)) return unsupported('entities and records are no values of SPL', field);
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    return unsupported('a number is no integer that can be told from its neighbours', field);
  // A text in braces would refer to another attribute (flaw.P11).
  if (typeof value === 'string' && /[{}]/.test(value)) unsupported('a text holds a brace', field);
  return value;
}

function operation(json: Json | undefined, field: string): readonly [kind: string, argument: Json] {
  const [first, second] = Object.entries(objectOf(json, field));
  if (first === undefined || second !== undefined) return unsupported('expected one operation', field);
  return first;
}

function sides(
  json: Json,
  field: string,
): { readonly left: Json | undefined; readonly right: Json | undefined } {
  const both = membersOf(json, ['left', 'right'], field);
  return { left: own(both, 'left'), right: own(both, 'right') };
}

function product(a: Alternatives, b: Alternatives, field: string): Alternatives {
  if (a.length * b.length > CEDAR_ALTERNATIVES_MAX) tooMany(field);
  return a.flatMap((left) => b.map((right) => [...left, ...right]));
}

function capped(alternatives: Alternatives, field: string): Alternatives {
  return alternatives.length > CEDAR_ALTERNATIVES_MAX ? tooMany(field) : alternatives;
}

const tooMany = (field: string): never =>
  unsupported(`more than ${CEDAR_ALTERNATIVES_MAX} alternatives; write it as several policies`, field);

/** The object at `field`, of which everything is understood: what is not could be a condition. */
export function membersOf(json: Json | undefined, names: readonly string[], field: string): JsonObject {
  const object = objectOf(json, field);
  const strange = Object.keys(object).find((name) => !names.includes(name));
  return strange === undefined ? object : unsupported(`${JSON.stringify(strange)} is not understood`, field);
}

/** The object at `field`. */
export function objectOf(json: Json | undefined, field: string): JsonObject {
  return isJsonObject(json) ? json : unsupported('expected an object', field);
}

export const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);
