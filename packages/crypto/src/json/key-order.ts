import { TtpError } from '@ttp/core';
import { isWellFormed } from '../bytes.js';
import { CANONICAL_KEY_ORDERS } from '../limits.js';

/** A member of an object in canonical order: its key, and what is written in front of its value. */
export interface OrderedKey {
  readonly key: string;
  /** `{` or `,`, then the key in quotes and a colon. */
  readonly text: string;
}

/** Longest key that is remembered, characters: a key of an own record, not one that somebody made up to fill memory. */
const REMEMBERED_CHARS = 64;

/** The keys met so far, one after the other; at the last one stands their canonical order. */
interface Step {
  readonly next: Map<string, Step>;
  order?: readonly OrderedKey[];
}
const start: Step = { next: new Map() };
let steps = 0;

/**
 * The canonical order of an object's keys, at least one: by UTF-16 code units (RFC 8785 3.2.3). Records of one kind
 * have their keys in one order, so for all but the first of them it is looked up.
 *
 * @throws CRYPTO_JSON_NOT_PLAIN for a key that no JSON data of ours may have
 */
export function keyOrder(keys: readonly string[]): readonly OrderedKey[] {
  let at: Step | undefined = start;
  for (const key of keys) {
    at = at.next.get(key) ?? newStep(at, key);
    if (at === undefined) return sorted(keys);
  }
  at.order ??= sorted(keys);
  return at.order;
}

/** Undefined where no more is remembered: whoever sends ever new keys is served more slowly, and takes no memory. */
function newStep(from: Step, key: string): Step | undefined {
  if (steps >= CANONICAL_KEY_ORDERS || key.length > REMEMBERED_CHARS) return undefined;
  const step: Step = { next: new Map() };
  from.next.set(key, step);
  steps++;
  return step;
}

function sorted(keys: readonly string[]): readonly OrderedKey[] {
  // ECMAScript compares strings by code units, too.
  return [...keys].sort().map((key, i) => ({ key, text: `${i === 0 ? '{' : ','}${quoted(key)}:` }));
}

function quoted(key: string): string {
  if (key === '__proto__' || !isWellFormed(key))
    throw new TtpError('CRYPTO_JSON_NOT_PLAIN', 'a key that is refused');
  return JSON.stringify(key);
}
