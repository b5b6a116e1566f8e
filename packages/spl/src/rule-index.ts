import type { CompiledRule } from './compile.js';
import { MORE, ONE, type Pattern, ZERO } from './pattern.js';
import type { Resource } from './resource.js';

/** A rule under the literal beginning of one of its patterns. */
interface Entry {
  readonly rule: CompiledRule;
  /** With how many more segments it can match, as `Pattern` says it. */
  readonly after: number;
  /** Asked where `after` does not say everything. */
  readonly pattern: Pattern | undefined;
}

const ALWAYS = ZERO | ONE | MORE;

const NONE: readonly CompiledRule[] = Object.freeze([]);

/** A place in the tree of literal segments. */
class Place {
  /** Segments that lead here from the place above, beside the one it is found by: `v1/items`, or empty. */
  lead = '';
  #path: readonly string[] = [];
  below: Map<string, Place> | undefined;
  /** What begins here, in order of rank. */
  #entries: Entry[] | undefined;
  /** Its rules, each once. */
  #rules: CompiledRule[] | undefined;
  /** With how many more segments every entry matches, without being asked. */
  #always = ALWAYS;

  add(rule: CompiledRule, after: number, pattern?: Pattern): void {
    this.#entries ??= [];
    this.#rules ??= [];
    this.#entries.push({ rule, after, pattern });
    this.#always &= pattern === undefined ? after : 0;
    if (this.#rules[this.#rules.length - 1] !== rule) this.#rules.push(rule);
  }

  /** The place that the segments from `from` on lead to, made where there is none. */
  descend(segments: readonly string[], from = 0): Place {
    const key = segments[from];
    if (key === undefined) return this;
    this.below ??= new Map();
    const known = this.below.get(key);
    if (known === undefined) {
      const made = new Place().#leadBy(segments.slice(from + 1));
      this.below.set(key, made);
      return made;
    }
    const path = known.#path;
    let common = 0;
    while (common < path.length && path[common] === segments[from + 1 + common]) common++;
    if (common === path.length) return known.descend(segments, from + 1 + common);
    // The way to it forks: a place in between, from which it is reached by what is left.
    const fork = new Place().#leadBy(path.slice(0, common));
    fork.below = new Map([[path[common] ?? '', known.#leadBy(path.slice(common + 1))]]);
    this.below.set(key, fork);
    return fork.descend(segments, from + 1 + common);
  }

  #leadBy(path: readonly string[]): this {
    this.#path = path;
    this.lead = path.join('/');
    return this;
  }

  /** The rules here that match a resource with so many segments left, in order of rank. */
  matching(left: number, resource: Resource): readonly CompiledRule[] {
    if (this.#entries === undefined) return NONE;
    if ((this.#always & left) !== 0) return this.#rules ?? NONE;
    const found: CompiledRule[] = [];
    for (const { rule, after, pattern } of this.#entries)
      if (
        (after & left) !== 0 &&
        rule !== found[found.length - 1] &&
        (pattern === undefined || pattern.matches(resource))
      )
        found.push(rule);
    return found;
  }
}

/** Rules by action, and below it by scheme and by the literal beginning of their patterns. */
export interface RuleIndex {
  readonly byAction: ReadonlyMap<string, Place>;
  /** The rules that name no action. They are not copied into the others: actions times rules would be too many. */
  readonly anyAction: Place;
}

/**
 * Builds the index: for each action a tree whose first level is the scheme and whose others are segments. A pattern
 * stands where its first wildcard is.
 *
 * @param rules in order of rank
 */
export function indexRules(rules: readonly CompiledRule[]): RuleIndex {
  const byAction = new Map<string, Place>();
  const anyAction = new Place();
  for (const rule of rules) {
    if (rule.actions === undefined) insert(anyAction, rule);
    for (const action of rule.actions ?? []) {
      const known = byAction.get(action);
      const root = known ?? new Place();
      if (known === undefined) byAction.set(action, root);
      insert(root, rule);
    }
  }
  return { byAction, anyAction };
}

function insert(root: Place, rule: CompiledRule): void {
  if (rule.patterns === undefined) root.add(rule, ALWAYS);
  for (const pattern of rule.patterns ?? []) {
    // A scheme is a level of its own: it is looked up by itself, and no segment leads to it.
    const place = pattern.everything ? root : root.descend([pattern.scheme]).descend(pattern.literal);
    place.add(rule, pattern.after, pattern.settled ? undefined : pattern);
  }
}

/** The rules for an action on a resource, each once, in order of rank. */
export function matchingRules(
  { byAction, anyAction }: RuleIndex,
  action: string,
  resource: Resource,
): readonly CompiledRule[] {
  const runs: (readonly CompiledRule[])[] = [];
  const named = byAction.get(action);
  if (named !== undefined) collect(named, resource, runs);
  collect(anyAction, resource, runs);
  return runs.length > 1 ? inOrder(runs.flat()) : (runs[0] ?? NONE);
}

/** Joins runs that are each in order; a rule with several patterns can be in several of them. */
function inOrder(rules: CompiledRule[]): readonly CompiledRule[] {
  rules.sort((a, b) => a.rank - b.rank);
  return rules.filter((rule, i) => rule !== rules[i - 1]);
}

/** Walks down as far as the tree knows the resource. */
function collect(root: Place, resource: Resource, runs: (readonly CompiledRule[])[]): void {
  const add = (found: readonly CompiledRule[]): void => {
    if (found.length > 0) runs.push(found);
  };
  add(root.matching(ALWAYS, resource));
  const { text } = resource;
  let place = root.below?.get(resource.scheme);
  for (let from = resource.start; place !== undefined; ) {
    const { lead, below } = place;
    if (lead !== '') {
      const end = from + lead.length;
      if (!text.startsWith(lead, from) || (end < text.length && text[end] !== '/')) return;
      from = end + 1;
    }
    const isEnd = from > text.length;
    const slash = isEnd ? -1 : text.indexOf('/', from);
    add(place.matching(isEnd ? ZERO : slash < 0 ? ONE : MORE, resource));
    if (isEnd || below === undefined) return;
    const end = slash < 0 ? text.length : slash;
    place = below.get(text.slice(from, end));
    from = end + 1;
  }
}
