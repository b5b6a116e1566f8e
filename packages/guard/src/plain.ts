import { type Json, type JsonObject, TtpError } from '@ttp/core';
import { parseJson } from '@ttp/crypto';
import { VALUE_MAX_BYTES, VALUE_MAX_DEPTH, VALUE_MAX_UNITS } from './limits.js';

/** The budget of one copy: what is left of {@link VALUE_MAX_UNITS}. */
interface Budget {
  units: number;
}

/**
 * A deep copy of `value` as plain JSON data. What leaves is always the copy, each member read once: a getter or a
 * proxy cannot show one value to the scanner and another to the receiver (flaw.J1). Members that are `undefined`
 * are left out, as JSON does; everything else that JSON cannot say is refused. The errors name no path, since a
 * key may be what must not get out. That is why it is not `plainCopy` of @ttp/crypto, which serves what is hashed
 * or signed: it names the path, and refuses getters, `undefined` members and lone surrogates, which tools do return.
 *
 * @param value anything a tool returned
 * @throws GUARD_NOT_JSON, GUARD_VALUE_TOO_LARGE
 */
export function plainJson(value: unknown): Json {
  return copy(value, 0, { units: VALUE_MAX_UNITS });
}

function copy(value: unknown, depth: number, budget: Budget): Json {
  spend(budget, 1);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    spend(budget, value.length);
    return value;
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object') throw new TtpError('GUARD_NOT_JSON', `${typeof value} is not JSON`);
  if (depth >= VALUE_MAX_DEPTH)
    throw new TtpError('GUARD_VALUE_TOO_LARGE', `nested deeper than ${VALUE_MAX_DEPTH} levels`);
  if (!Array.isArray(value)) return copyObject(value, depth, budget);
  // Before the loop: a sparse array of 2^32 - 1 holes costs its author nothing.
  spend(budget, value.length);
  const items: Json[] = [];
  for (let i = 0; i < value.length; i++) items.push(copy(value[i], depth + 1, budget));
  return items;
}

function copyObject(object: object, depth: number, budget: Budget): JsonObject {
  if (!isPlain(object)) throw new TtpError('GUARD_NOT_JSON', 'an instance of a class is not JSON');
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries<unknown>({ ...object })) {
    spend(budget, key.length);
    if (member !== undefined) members.push([key, copy(member, depth + 1, budget)]);
  }
  // Defines own members, so that a key `__proto__` stays data.
  return Object.fromEntries(members);
}

/** Object literals and null-prototype objects of any realm; not Map, Date, typed arrays or other classes. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function spend(budget: Budget, units: number): void {
  budget.units -= units;
  if (budget.units < 0) throw new TtpError('GUARD_VALUE_TOO_LARGE', `more than ${VALUE_MAX_UNITS} units`);
}

/** Text that any reader would take for JSON data, whether or not it is valid. */
const LOOKS_LIKE_JSON = /^\s*(?:\[\s*)?\{/;

/**
 * The object or array that `text` is the JSON of; undefined for plain text.
 *
 * @throws GUARD_NOT_JSON for what one reader would take for JSON and another not, or differently (duplicate keys, a
 *   missing bracket, several lines of JSON): nobody can say what is in it (flaw.P15)
 */
export function jsonOfText(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(text, { profile: 'foreign', maxBytes: VALUE_MAX_BYTES });
  } catch (cause) {
    if (LOOKS_LIKE_JSON.test(text) || isJson(text))
      throw new TtpError('GUARD_NOT_JSON', 'a text that is not JSON to every reader', { cause });
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // which is an answer here
  }
}
