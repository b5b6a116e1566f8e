import { isJsonObject, type JsonObject } from '@ttp/core';
import { ATTRIBUTES, attributeOf, NAMESPACES, own, SOURCES, type Source } from './attributes.js';
import type { PolicyRequest } from './facts.js';
import { DROPPED_MAX_ENTRIES, DROPPED_NAME_CHARACTERS } from './limits.js';

/** A value that counted for nothing. */
export interface DroppedAttribute {
  /** Cut to 80 UTF-16 units, half of a surrogate pair replaced by U+FFFD: an attacker chooses it. */
  readonly name: string;
  /** Who gave it. */
  readonly source: Source;
  /** `foreign`: the name belongs to another source. `computed`: it follows from `now`. `unknown`: no such attribute. */
  readonly reason: 'foreign' | 'computed' | 'unknown';
}

/** First segments under which attributes stand one level down. */
const PREFIXES: { readonly [first: string]: true } = Object.fromEntries(
  [...Object.keys(NAMESPACES), ...Object.keys(ATTRIBUTES).filter((name) => name.includes('.'))].map(
    (name) => [name.split('.', 1).join(), true],
  ),
);

/**
 * What stands under a name that its source does not own (decision D18). Look-ups never see it, since each name is
 * looked up in its own source alone; this is the report, so that an attempt to pass `trustScore` among the
 * arguments of a call leaves a trace (flaw.P4).
 */
export function droppedOf(request: PolicyRequest): readonly DroppedAttribute[] {
  const dropped: DroppedAttribute[] = [];
  for (const source of SOURCES) {
    for (const name of Object.keys(request[source])) report(name, source, request[source], dropped);
  }
  if (dropped.length > 1) dropped.sort(compare);
  return dropped.length > DROPPED_MAX_ENTRIES ? dropped.slice(0, DROPPED_MAX_ENTRIES) : dropped;
}

function report(name: string, source: Source, facts: JsonObject, dropped: DroppedAttribute[]): void {
  if (own(PREFIXES, name) === true) {
    const members = own(facts, name);
    if (isJsonObject(members)) reportMembers(name, source, members, dropped);
    return;
  }
  const row = attributeOf(name);
  if (row?.computed === true) dropped.push(entry(name, source, 'computed'));
  else if (row !== undefined && row.source !== source) dropped.push(entry(name, source, 'foreign'));
  // A dotted key of the caller is never looked up: see `find` in facts.ts.
  else if (row === undefined || (source === 'caller' && name.includes('.')))
    dropped.push(entry(name, source, 'unknown'));
}

/** Members of a namespace: one of them can belong to another source, as `request.rate` does to the engine. */
function reportMembers(name: string, source: Source, members: JsonObject, dropped: DroppedAttribute[]): void {
  const owner = own(NAMESPACES, name)?.source;
  for (const member of Object.keys(members)) {
    const full = `${name}.${member}`;
    const actual = own(ATTRIBUTES, full)?.source ?? owner;
    if (actual !== source) dropped.push(entry(full, source, actual === undefined ? 'unknown' : 'foreign'));
  }
}

function entry(name: string, source: Source, reason: DroppedAttribute['reason']): DroppedAttribute {
  // A cut through a surrogate pair, or a name that holds half of one, would make the verdict impossible to hash.
  return { name: name.slice(0, DROPPED_NAME_CHARACTERS).toWellFormed(), source, reason };
}

function compare(a: DroppedAttribute, b: DroppedAttribute): number {
  if (a.source !== b.source) return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
