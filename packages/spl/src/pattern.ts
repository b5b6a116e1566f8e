import { TtpError } from '@ttp/core';
import { segmentMatcher } from './glob.js';
import { PATTERN_MAX_SEGMENTS, PATTERN_MAX_WILDCARDS } from './limits.js';
import { type Resource, readResource } from './resource.js';

/** A resource pattern, ready to match (decision D15). */
export interface Pattern {
  /** As the policy writes it. */
  readonly text: string;
  /** `*` or `**` alone: every resource of every scheme. */
  readonly everything: boolean;
  /** Ends in a `*` that stands for a whole subtree. */
  readonly tail: boolean;
  /** Lowercase, without the colon; empty for none, and where the pattern covers everything. */
  readonly scheme: string;
  /** The segments before the first wildcard: a resource that matches begins with them. */
  readonly literal: readonly string[];
  /** How many they are. */
  readonly depth: number;
  /** Scheme and literal segments as text, and its hash among those of a resource. */
  readonly prefix: string;
  readonly hash: number;
  /** After the literal segments: with how many more (`ZERO`, `ONE`, `MORE`, added) a resource can match. */
  readonly after: number;
  /** Whether the literal segments and `after` say everything, so that `matches` need not be asked. */
  readonly settled: boolean;
  matches(resource: Resource): boolean;
}

/** No segment follows. */
export const ZERO = 1;
/** One segment follows. */
export const ONE = 2;
/** Two or more segments follow. */
export const MORE = 4;
const ANY = ZERO | ONE | MORE;

/** The segments of a pattern, by what they accept; segment i is bit i. */
interface Elements {
  readonly literals: ReadonlyMap<string, number>;
  readonly globs: readonly (readonly [bit: number, matches: (segment: string) => boolean])[];
  /** Elements that accept any one segment. */
  readonly one: number;
  /** Elements that accept any number of segments. */
  readonly any: number;
  readonly accept: number;
  /** How what matches ends; empty where it ends in a wildcard. */
  readonly ending: string;
}

/**
 * Reads a resource pattern. `*` stays within a segment, `**` is a whole segment and stands for any number of them,
 * a final `+` for exactly one, and a final `*` for the rest: after `/` one segment or more, after text the rest of
 * the segment and whatever is below. A scheme has to be equal; `*` or `**` alone covers every scheme.
 *
 * @param where path of the pattern, asked for where it is refused
 * @throws SPL_BAD_PATTERN
 */
export function parsePattern(text: string, where: () => string = () => 'pattern'): Pattern {
  const fail = (why: string): never => {
    throw new TtpError('SPL_BAD_PATTERN', `${why}: ${JSON.stringify(text)}`, { field: where() });
  };
  if (text === '*' || text === '**') return { ...EVERYTHING, text, tail: text === '*' };
  const parsed = readResource(text);
  if (typeof parsed === 'string') return fail(parsed);
  const segments = segmentsOf(parsed);
  if (segments.length > PATTERN_MAX_SEGMENTS) fail(`a pattern has at most ${PATTERN_MAX_SEGMENTS} segments`);
  if (wildcardsOf(segments) > PATTERN_MAX_WILDCARDS)
    fail(`a pattern has at most ${PATTERN_MAX_WILDCARDS} wildcards`);
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    if (segment !== '**' && segment.includes('**')) fail('** is a whole segment');
    if (segment === '+' && i < segments.length - 1) fail('+ is only the last segment; use * here');
  }
  return new SegmentPattern(text, parsed, segments);
}

const EVERYTHING: Pattern = {
  text: '**',
  everything: true,
  tail: false,
  scheme: '',
  literal: [],
  depth: 0,
  prefix: '',
  hash: 0,
  after: ANY,
  settled: true,
  matches: () => true,
};

/** Not the list that a resource keeps: of a thousand patterns hardly one is ever run, and lists are what fills memory. */
const segmentsOf = ({ text, start }: { readonly text: string; readonly start: number }): readonly string[] =>
  text.slice(start).split('/');

/** A pattern of segments. It keeps little, and makes the rest when asked for it. */
class SegmentPattern implements Pattern {
  readonly text: string;
  readonly everything = false;
  readonly tail: boolean;
  readonly depth: number;
  readonly prefix: string;
  readonly hash: number;
  readonly after: number;
  readonly settled: boolean;
  /** The canonical spelling, and where its path begins. */
  readonly #canonical: { readonly text: string; readonly start: number };
  #elements: Elements | undefined;

  constructor(text: string, { text: canonical, start, hashes }: Resource, segments: readonly string[]) {
    const { length } = segments;
    const wild = segments.findIndex((segment, i) => isWild(segment, i === length - 1));
    const depth = wild < 0 ? length : wild;
    const last = segments[length - 1] ?? '';
    let end = start + depth - 1;
    for (let i = 0; i < depth; i++) end += segments[i]?.length ?? 0;
    this.text = text;
    this.tail = last !== '**' && last.endsWith('*');
    this.depth = depth;
    this.prefix = canonical.slice(0, Math.max(start, end));
    this.hash = hashes[depth] ?? 0;
    const { after, settled } = afterLiteral(segments[depth], length - depth);
    this.after = after;
    this.settled = settled;
    this.#canonical = { text: canonical, start };
  }

  get scheme(): string {
    const { text, start } = this.#canonical;
    return start === 0 ? '' : text.slice(0, start - 1);
  }

  get literal(): readonly string[] {
    return segmentsOf(this.#canonical).slice(0, this.depth);
  }

  matches(resource: Resource): boolean {
    const { text, start } = this.#canonical;
    if (this.after === ZERO) return resource.text === text;
    if (resource.start !== start || !resource.text.startsWith(this.prefix)) return false;
    this.#elements ??= compile([...segmentsOf(this.#canonical), ...(this.tail ? ['**'] : [])]);
    const { ending } = this.#elements;
    // Most of what does not match ends in another way, and that is seen at a glance.
    return resource.text.endsWith(ending) && run(this.#elements, resource.segments);
  }
}

const isWild = (segment: string, isLast: boolean): boolean =>
  segment.includes('*') || (isLast && segment === '+');

/** What follows the literal segments, by the first segment after them and how many there are. */
function afterLiteral(first: string | undefined, count: number): Pick<Pattern, 'after' | 'settled'> {
  if (first === undefined) return { after: ZERO, settled: true };
  if (count > 1) return { after: ANY, settled: false };
  if (first === '**') return { after: ANY, settled: true };
  if (first === '+') return { after: ONE, settled: true };
  return { after: ONE | MORE, settled: first === '*' };
}

/**
 * Whether a pattern matches a resource, both as text.
 * @throws SPL_BAD_PATTERN, SPL_BAD_RESOURCE
 */
export function matchResource(pattern: string, resource: string): boolean {
  const matcher = parsePattern(pattern);
  const parsed = readResource(resource);
  if (typeof parsed === 'string') throw new TtpError('SPL_BAD_RESOURCE', parsed, { field: 'resource' });
  return matcher.matches(parsed);
}

/** A `**` and a final `+` are one wildcard each, as every other `*` is. */
function wildcardsOf(segments: readonly string[]): number {
  let count = 0;
  for (const segment of segments)
    if (segment === '**' || segment === '+') count++;
    else for (let at = segment.indexOf('*'); at >= 0; at = segment.indexOf('*', at + 1)) count++;
  return count;
}

/** Numbers the elements as bits. A run of `**` is one, so that one step passes it. */
function compile(segments: readonly string[]): Elements {
  const kept = segments.filter((segment, i) => segment !== '**' || segments[i - 1] !== '**');
  const literals = new Map<string, number>();
  const globs: [number, (segment: string) => boolean][] = [];
  let one = 0;
  let any = 0;
  for (const [i, segment] of kept.entries()) {
    const bit = 1 << i;
    if (segment === '**') any |= bit;
    else if (segment === '*' || segment === '+') one |= bit;
    else if (segment.includes('*')) globs.push([bit, segmentMatcher(segment)]);
    else literals.set(segment, (literals.get(segment) ?? 0) | bit);
  }
  const last = kept[kept.length - 1] ?? '';
  const ending = isWild(last, true) ? '' : last;
  return { literals, globs, one, any, accept: 1 << kept.length, ending };
}

/**
 * Runs all ways through the pattern at once, one bit for each element that may come next: time linear in the
 * resource, whatever the wildcards (law.P-8).
 */
function run({ literals, globs, one, any, accept }: Elements, segments: readonly string[]): boolean {
  let state = 1 | ((1 & any) << 1);
  for (const segment of segments) {
    let accepted = one | (literals.get(segment) ?? 0);
    for (const [bit, matches] of globs) if ((state & bit) !== 0 && matches(segment)) accepted |= bit;
    state = ((state & accepted) << 1) | (state & any);
    state |= (state & any) << 1;
    if (state === 0) return false;
  }
  return (state & accept) !== 0;
}
