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

/** What a source says under a name of the first level: nothing to report, a reason to, or members to look at. */
type Standing = 'own' | DroppedAttribute['reason'] | Prefix;

/** A first segment under which attributes stand one level down. */
interface Prefix {
  /** Who owns what is below it, beside the members; undefined where only those exist. */
  readonly owner: Source | undefined;
  readonly members: ReadonlyMap<string, Source>;
  /** Members of another source than the owner: where the owner speaks, only they can be foreign. */
  readonly exceptions: readonly string[];
}

const prefixOf = (first: string): Prefix => {
  const owner = own(NAMESPACES, first)?.source;
  const below = Object.entries(ATTRIBUTES).filter(([full]) => full.startsWith(`${first}.`));
  const members = below.map(([full, row]) => [full.slice(first.length + 1), row.source] as const);
  const exceptions = members.flatMap(([member, source]) => (source === owner ? [] : [member]));
  return { owner, members: new Map(members), exceptions };
};

/** First segments under which attributes stand one level down. */
const PREFIXES: readonly (readonly [first: string, Prefix])[] = [
  ...new Set([
    ...Object.keys(NAMESPACES),
    ...Object.keys(ATTRIBUTES)
      .filter((name) => name.includes('.'))
      .map((name) => name.split('.', 1).join()),
  ]),
].map((first) => [first, prefixOf(first)]);

const standingsOf = (source: Source): ReadonlyMap<string, Standing> =>
  new Map<string, Standing>([
    ...Object.entries(ATTRIBUTES).map(
      ([name, row]) => [name, reasonToDrop(name, source, row) ?? 'own'] as const,
    ),
    ...PREFIXES,
  ]);

/** By source and name: one look-up for each fact, and this runs in every evaluation. */
const STANDINGS: { readonly [source in Source]: ReadonlyMap<string, Standing> } = {
  engine: standingsOf('engine'),
  resolver: standingsOf('resolver'),
  registry: standingsOf('registry'),
  caller: standingsOf('caller'),
};

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
    const standings = STANDINGS[source];
    for (const name in facts) {
      if (!Object.hasOwn(facts, name)) continue;
      const standing = standings.get(name) ?? reasonToDrop(name, source, attributeOf(name)) ?? 'own';
      if (standing === 'own') continue;
      if (typeof standing === 'object') {
        const members = facts[name];
        if (isJsonObject(members)) dropped = reportMembers(name, source, standing, members, dropped);
      } else (dropped ??= []).push(entry(name, source, standing));
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
  { owner, members, exceptions }: Prefix,
  facts: JsonObject,
  before: DroppedAttribute[] | undefined,
): DroppedAttribute[] | undefined {
  if (source === owner && !exceptions.some((member) => Object.hasOwn(facts, member))) return before;
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
