import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import type { PolicyRequest } from '../../src/index.js';
import type { Case } from './compare.js';

const FACTS = ['engine', 'resolver', 'registry', 'caller'] as const;

/**
 * The smallest case of which `fails` still holds, by leaving out one member or element after another until none can
 * be spared. Quadratic, and only ever run where something is wrong.
 */
export function shrink(found: Case, fails: (smaller: Case) => boolean): Case {
  for (const smaller of smallerCases(found)) if (fails(smaller)) return shrink(smaller, fails);
  return found;
}

function* smallerCases({ json, request }: Case): Generator<Case> {
  for (const less of without(json)) if (isJsonObject(less)) yield { json: less, request };
  for (const source of FACTS)
    for (const facts of without(request[source]))
      if (isJsonObject(facts)) yield { json, request: { ...request, [source]: facts } };
  for (const [name, value] of PLAIN)
    if (request[name] !== value) yield { json, request: { ...request, [name]: value } };
}

/** What a request can do with as well as with anything else. */
const PLAIN: readonly (readonly ['now', number] | readonly ['resource' | 'action', string])[] = [
  ['now', 0],
  ['resource', 'a'],
  ['action', 'read'],
];

/** The value without one member or element, at any depth; the largest parts first. */
function* without(value: Json): Generator<Json> {
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    for (let i = 0; i < list.length; i++) yield list.toSpliced(i, 1);
    for (const [i, one] of list.entries()) for (const less of without(one)) yield list.with(i, less);
  } else if (isJsonObject(value)) {
    const members = Object.entries(value);
    for (let i = 0; i < members.length; i++) yield Object.fromEntries(members.toSpliced(i, 1));
    for (const [key, one] of members) for (const less of without(one)) yield { ...value, [key]: less };
  }
}

/** A case as text that can be pasted into a test. */
export const printed = ({
  json,
  request,
}: {
  readonly json: JsonObject;
  readonly request: PolicyRequest;
}): string => `policy ${JSON.stringify(json)}\nrequest ${JSON.stringify(request)}`;
