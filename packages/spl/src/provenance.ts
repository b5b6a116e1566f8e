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

/** For all policies: what a name stands for depends on its source alone. */
const STANDINGS: { readonly [source in Source]: ReadonlyMap<string, Standing> } = {
  engine: standingsOf('engine'),
  resolver: standingsOf('resolver'),
  registry: standingsOf('registry'),
  caller: standingsOf('caller'),
};

/** Longer lists of names are looked up each time: an attacker should not choose how much is kept. */
const FAMILIAR_MAX_NAMES = 32;

const NOTHING: readonly DroppedAttribute[] = Object.freeze([]);

/** A name that has members, which are looked at each time. */
interface Parent {
  readonly name: string;
  readonly prefix: Prefix;
}

/**
 * Reports what one source says and does not own. Whoever asks gives the same names each time, mostly: comparing them
 * with the last ones is quicker than looking each up. What is remembered says only that these names belong to this
 * source, so it changes no report.
 */
class Reporter {
  readonly #source: Source;
  readonly #standings: ReadonlyMap<string, Standing>;
  /** The names that came when there was last nothing to report but below one of them, in their order. */
  #names: readonly string[] = [];
  #parents: readonly Parent[] = [];

  constructor(source: Source) {
    this.#source = source;
    this.#standings = STANDINGS[source];
  }

  report(facts: JsonObject, before: DroppedAttribute[] | undefined): DroppedAttribute[] | undefined {
    if (!this.#isFamiliar(facts)) return this.#reportAll(facts, before);
    let dropped = before;
    for (const parent of this.#parents) dropped = reportMembers(parent, this.#source, facts, dropped);
    return dropped;
  }

  /** Whether the names are the last ones, or the first of them. What is inherited counts too: it is one or it is not. */
  #isFamiliar(facts: JsonObject): boolean {
    const names = this.#names;
    let i = 0;
    for (const name in facts) {
      if (name !== names[i]) return false;
      i++;
    }
    return true;
  }

  #reportAll(facts: JsonObject, before: DroppedAttribute[] | undefined): DroppedAttribute[] | undefined {
    const names = Object.keys(facts);
    const parents: Parent[] = [];
    let dropped = before;
    let isClean = names.length <= FAMILIAR_MAX_NAMES;
    for (const name of names) {
      const standing =
        this.#standings.get(name) ?? reasonToDrop(name, this.#source, attributeOf(name)) ?? 'own';
      if (standing === 'own') continue;
      if (typeof standing === 'object') {
        const parent = { name, prefix: standing };
        parents.push(parent);
        dropped = reportMembers(parent, this.#source, facts, dropped);
      } else {
        isClean = false;
        (dropped ??= []).push(entry(name, this.#source, standing));
      }
    }
    if (isClean) {
      this.#names = names;
      this.#parents = parents;
    }
    return dropped;
  }
}

/**
 * Reports what stands under a name that its source does not own (decision D18). Look-ups never see it, since each
 * name is looked up in its own source alone; this is so that an attempt to pass `trustScore` among the arguments of a
 * call leaves a trace (flaw.P4).
 */
export class Provenance {
  readonly #engine = new Reporter('engine');
  readonly #resolver = new Reporter('resolver');
  readonly #registry = new Reporter('registry');
  readonly #caller = new Reporter('caller');

  /** What of a request counts for nothing. */
  droppedOf(request: PolicyRequest): readonly DroppedAttribute[] {
    let dropped = this.#engine.report(request.engine, undefined);
    dropped = this.#resolver.report(request.resolver, dropped);
    dropped = this.#registry.report(request.registry, dropped);
    dropped = this.#caller.report(request.caller, dropped);
    if (dropped === undefined) return NOTHING;
    if (dropped.length > 1) dropped.sort(compare);
    return dropped.length > DROPPED_MAX_ENTRIES ? dropped.slice(0, DROPPED_MAX_ENTRIES) : dropped;
  }
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
  { name, prefix: { owner, members, exceptions } }: Parent,
  source: Source,
  facts: JsonObject,
  before: DroppedAttribute[] | undefined,
): DroppedAttribute[] | undefined {
  const given = own(facts, name);
  if (!isJsonObject(given)) return before;
  if (source === owner && !hasAny(given, exceptions)) return before;
  let dropped = before;
  for (const member of Object.keys(given)) {
    const actual = members.get(member) ?? owner;
    if (actual === source) continue;
    dropped ??= [];
    dropped.push(entry(`${name}.${member}`, source, actual === undefined ? 'unknown' : 'foreign'));
  }
  return dropped;
}

function hasAny(facts: JsonObject, names: readonly string[]): boolean {
  for (const name of names) if (Object.hasOwn(facts, name)) return true;
  return false;
}

function entry(name: string, source: Source, reason: DroppedAttribute['reason']): DroppedAttribute {
  // A cut through a surrogate pair, or a name that holds half of one, would make the verdict impossible to hash.
  return { name: name.slice(0, DROPPED_NAME_CHARACTERS).toWellFormed(), source, reason };
}

function compare(a: DroppedAttribute, b: DroppedAttribute): number {
  if (a.source !== b.source) return SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
