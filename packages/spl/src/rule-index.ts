import type { CompiledRule } from './compile.js';
import { MORE, ONE, type Pattern, ZERO } from './pattern.js';
import { beginsWith, type Resource } from './resource.js';
import { Screen } from './screen.js';

/** A rule under the literal beginning of one of its patterns. */
interface Entry {
  readonly rule: CompiledRule;
  /** With how many more segments it can match, as `Pattern` says it. */
  readonly after: number;
  /** Asked where `after` does not say everything. */
  readonly pattern: Pattern | undefined;
}

const ALWAYS = ZERO | ONE | MORE;

/** Rules for an action on a resource, each once, in order of rank. */
export interface Run {
  readonly rules: readonly CompiledRule[];
  /** Theirs, where they are many. */
  readonly screen: Screen | undefined;
}

const NONE: Run = Object.freeze({ rules: Object.freeze([]), screen: undefined });

/** The rules of entries, each once. */
function runOf(entries: readonly Entry[]): Run {
  const rules = entries.map(({ rule }) => rule).filter((rule, i) => rule !== entries[i - 1]?.rule);
  return { rules, screen: Screen.of(rules) };
}

/** What begins with one literal beginning. */
class Place {
  /** The literal beginning, with its scheme. */
  readonly prefix: string;
  /** How many segments it has. */
  readonly depth: number;
  /** Another beginning with the same hash. */
  readonly next: Place | undefined;
  /** In order of rank. Nearly always one, and a list of one is smaller than an empty one that has grown. */
  #entries: Entry[] | undefined;
  /** With how many more segments every entry matches, without being asked. */
  #always = ALWAYS;
  /** Of all rules, made when first asked for. */
  #run: Run | undefined;

  constructor(prefix: string, depth: number, next?: Place) {
    this.prefix = prefix;
    this.depth = depth;
    this.next = next;
  }

  add(rule: CompiledRule, after: number, pattern?: Pattern): void {
    const entry = { rule, after, pattern };
    this.#always &= pattern === undefined ? after : 0;
    if (this.#entries === undefined) this.#entries = [entry];
    else this.#entries.push(entry);
  }

  /** The rules here that match a resource with so many segments left, in order of rank. */
  matching(left: number, resource: Resource): Run {
    if ((this.#always & left) !== 0) {
      this.#run ??= runOf(this.#entries ?? []);
      return this.#run;
    }
    const found: CompiledRule[] = [];
    for (const { rule, after, pattern } of this.#entries ?? [])
      if (
        (after & left) !== 0 &&
        rule !== found[found.length - 1] &&
        (pattern === undefined || pattern.matches(resource))
      )
        found.push(rule);
    return found.length === 0 ? NONE : { rules: found, screen: undefined };
  }
}

/** The rules of one action by the literal beginnings of their patterns. */
class Places {
  /** What speaks of every resource, whatever its scheme. */
  #everywhere: Place | undefined;
  readonly #byHash = new Map<number, Place>();
  /** To build with: many beginnings can have one hash, and a policy can be written so that they do. */
  readonly #byPrefix = new Map<string, Place>();
  /** Bit n: some beginning has n segments. */
  #depths = 0;

  add(rule: CompiledRule): void {
    if (rule.patterns === undefined) this.#everything().add(rule, ALWAYS);
    for (const pattern of rule.patterns ?? []) {
      const place = pattern.everything ? this.#everything() : this.#at(pattern);
      place.add(rule, pattern.after, pattern.settled ? undefined : pattern);
    }
  }

  /** The rules for a resource, and those that were found before. */
  find(resource: Resource, before: Run): Run {
    let run =
      this.#everywhere === undefined ? before : joined(before, this.#everywhere.matching(ALWAYS, resource));
    const { hashes } = resource;
    const last = hashes.length - 1;
    for (let depth = 0, depths = this.#depths; depths !== 0 && depth <= last; depth++, depths >>>= 1) {
      if ((depths & 1) === 0) continue;
      let place = this.#byHash.get(hashes[depth] ?? 0);
      while (place !== undefined && !(place.depth === depth && beginsWith(resource, place.prefix)))
        place = place.next;
      if (place === undefined) continue;
      run = joined(run, place.matching(depth === last ? ZERO : depth === last - 1 ? ONE : MORE, resource));
    }
    return run;
  }

  #everything(): Place {
    this.#everywhere ??= new Place('', 0);
    return this.#everywhere;
  }

  #at({ prefix, hash, depth }: Pattern): Place {
    const known = this.#byPrefix.get(prefix);
    if (known !== undefined) return known;
    const made = new Place(prefix, depth, this.#byHash.get(hash));
    this.#byPrefix.set(prefix, made);
    this.#byHash.set(hash, made);
    this.#depths |= 1 << depth;
    return made;
  }
}

/** Joins runs that are each in order; a rule with several patterns can be in both. Nearly always one is empty. */
function joined(before: Run, found: Run): Run {
  if (found === NONE) return before;
  if (before === NONE) return found;
  const rules = [...before.rules, ...found.rules].sort((a, b) => a.rank - b.rank);
  return { rules: rules.filter((rule, i) => rule !== rules[i - 1]), screen: undefined };
}

/** Rules by action, and below it by the literal beginning of their patterns. */
export interface RuleIndex {
  readonly byAction: ReadonlyMap<string, Places>;
  /** The rules that name no action. They are not copied into the others: actions times rules would be too many. */
  readonly anyAction: Places | undefined;
}

/**
 * Builds the index: for each action the literal beginnings of patterns, by their hash. A pattern stands where its
 * first wildcard is, and a resource is looked up once for each length that some beginning has.
 *
 * @param rules in order of rank
 */
export function indexRules(rules: readonly CompiledRule[]): RuleIndex {
  const byAction = new Map<string, Places>();
  let anyAction: Places | undefined;
  for (const rule of rules) {
    if (rule.actions === undefined) (anyAction ??= new Places()).add(rule);
    for (const action of rule.actions ?? []) {
      const known = byAction.get(action);
      const places = known ?? new Places();
      if (known === undefined) byAction.set(action, places);
      places.add(rule);
    }
  }
  return { byAction, anyAction };
}

/** The rules for an action on a resource, each once, in order of rank. */
export function matchingRules({ byAction, anyAction }: RuleIndex, action: string, resource: Resource): Run {
  const found = byAction.get(action)?.find(resource, NONE) ?? NONE;
  return anyAction === undefined ? found : anyAction.find(resource, found);
}
