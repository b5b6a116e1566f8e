import { isJsonObject, type JsonObject } from '@ttp/core';
import {
  ATTRIBUTES,
  type Attribute,
  attributeOf,
  NAMESPACES,
  own,
  SOURCES,
  type Source,
} from './attributes.js';
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

/** Who owns the names below a first segment, as far as that is not said for a single one of them. */
interface Prefix {
  /** Undefined where only the names of the table exist. */
  readonly owner: Source | undefined;
  readonly members: ReadonlyMap<string, Source>;
}

/** First segments under which attributes stand one level down. */
const PREFIXES: ReadonlyMap<string, Prefix> = new Map(
  [...Object.keys(NAMESPACES), ...Object.keys(ATTRIBUTES).filter((name) => name.includes('.'))].map(
    (name) => {
      const first = name.split('.', 1).join();
      const below = Object.entries(ATTRIBUTES).filter(([full]) => full.startsWith(`${first}.`));
      const members = below.map(([full, row]) => [full.slice(first.length + 1), row.source] as const);
      return [first, { owner: own(NAMESPACES, first)?.source, members: new Map(members) }] as const;
    },
  ),
);

/** A name is one of them. Every entry has both members: one shape is read faster than two. */
interface Known {
  readonly row: Attribute | undefined;
  readonly prefix: Prefix | undefined;
}

/** The first segments, and the rows of the table: one look-up for each fact, and this runs in every evaluation. */
const KNOWN: ReadonlyMap<string, Known> = new Map<string, Known>([
  ...Object.entries(ATTRIBUTES).map(([name, row]) => [name, { row, prefix: undefined }] as const),
  ...[...PREFIXES].map(([name, prefix]) => [name, { row: undefined, prefix }] as const),
]);

const NOTHING: readonly DroppedAttribute[] = Object.freeze([]);

/**
 * What stands under a name that its source does not own (decision D18). Look-ups never see it, since each name is
 * looked up in its own source alone; this is the report, so that an attempt to pass `trustScore` among the
 * arguments of a call leaves a trace (flaw.P4).
 */
export function droppedOf(request: PolicyRequest): readonly DroppedAttribute[] {
  let dropped: DroppedAttribute[] | undefined;
  for (const source of SOURCES) {
    const facts = request[source];
    for (const name of Object.keys(facts)) {
      const known = KNOWN.get(name);
      if (known?.prefix !== undefined) {
        const members = facts[name];
        if (isJsonObject(members)) dropped = reportMembers(name, source, known.prefix, members, dropped);
        continue;
      }
      const reason = reasonToDrop(name, source, known?.row ?? attributeOf(name));
      if (reason !== undefined) (dropped ??= []).push(entry(name, source, reason));
    }
  }
  if (dropped === undefined) return NOTHING;
  if (dropped.length > 1) dropped.sort(compare);
  return dropped.length > DROPPED_MAX_ENTRIES ? dropped.slice(0, DROPPED_MAX_ENTRIES) : dropped;
}

function reasonToDrop(
  name: string,
  source: Source,
  row: Attribute | undefined,
): DroppedAttribute['reason'] | undefined {
  if (row?.computed === true) return 'computed';
  if (row !== undefined && row.source !== source) return 'foreign';
  // A dotted key of the caller is never looked up: see `find` in facts.ts.
  return row === undefined || (source === 'caller' && name.includes('.')) ? 'unknown' : undefined;
}

/** Members of a namespace: one of them can belong to another source, as `request.rate` does to the engine. */
function reportMembers(
  name: string,
  source: Source,
  { owner, members }: Prefix,
  facts: JsonObject,
  before: DroppedAttribute[] | undefined,
): DroppedAttribute[] | undefined {
  let dropped = before;
  for (const member of Object.keys(facts)) {
    const actual = members.get(member) ?? owner;
    if (actual === source) continue;
    dropped ??= [];
    dropped.push(entry(`${name}.${member}`, source, actual === undefined ? 'unknown' : 'foreign'));
  }
  return dropped;
}

function entry(name: string, source: Source, reason: DroppedAttribute['reason']): DroppedAttribute {
  // A cut through a surrogate pair, or a name that holds half of one, would make the verdict impossible to hash.
  return { name: name.slice(0, DROPPED_NAME_CHARACTERS).toWellFormed(), source, reason };
}

function compare(a: DroppedAttribute, b: DroppedAttribute): number {
  if (a.source !== b.source) return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
