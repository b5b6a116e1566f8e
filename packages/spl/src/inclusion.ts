import { segmentMatcher } from './glob.js';
import { INCLUSION_MAX_STATES } from './limits.js';
import { parsePattern } from './pattern.js';
import { readResource } from './resource.js';

/** A character that no segment holds: what stands for it can only be matched by a `*`. */
const ANYTHING = '\0';

/**
 * Whether every resource that `inner` matches is matched by `outer` too, as far as that can be proved. False may mean
 * that it is not so or that this proof does not find it, as where only several ways through `outer` together cover
 * `inner`: what narrows an authority has to be shown to narrow it.
 *
 * Walks through both patterns at once: for each way through `inner`, the places in `outer` that are reached whatever
 * its wildcards stand for. A few thousand steps at most, whatever the patterns.
 *
 * @param outer a pattern of a policy, and `inner` another, as text
 * @throws SPL_BAD_PATTERN
 */
export function coversPattern(outer: string, inner: string): boolean {
  const [wide, narrow] = [elementsOf(outer), elementsOf(inner)];
  if (wide === undefined || narrow === undefined) return wide === undefined;
  return wide.scheme === narrow.scheme && includes(wide.elements, narrow.elements);
}

/** Scheme and elements of a pattern; undefined for one that matches every resource of every scheme. */
function elementsOf(
  text: string,
): { readonly scheme: string; readonly elements: readonly string[] } | undefined {
  const { everything, tail } = parsePattern(text);
  const parsed = readResource(text);
  if (everything || typeof parsed === 'string') return undefined;
  const { scheme, segments } = parsed;
  const last = segments.length - 1;
  // A final `+` is one segment, as `*` is elsewhere; a final `*` goes on below.
  const spelt = segments.map((segment, i) => (segment === '+' && i === last ? '*' : segment));
  return { scheme, elements: tail ? [...spelt, '**'] : spelt };
}

function includes(outer: readonly string[], inner: readonly string[]): boolean {
  const seen = new Set<string>();
  const waiting: (readonly [at: number, places: readonly number[]])[] = [[0, passed([0], outer)]];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const [at, places] = step;
    const mark = `${at}:${places.join()}`;
    if (seen.has(mark)) continue;
    if (places.length === 0 || seen.size >= INCLUSION_MAX_STATES) return false;
    seen.add(mark);
    const element = inner[at];
    if (element === undefined) {
      if (!places.includes(outer.length)) return false;
    } else if (element === '**') waiting.push([at + 1, places], [at, after(places, '*', outer)]);
    else waiting.push([at + 1, after(places, element, outer)]);
  }
  return true;
}

/** The places that are reached from these by one segment, whatever stands for the wildcards in `segment`. */
function after(places: readonly number[], segment: string, outer: readonly string[]): readonly number[] {
  const text = segment.replaceAll('*', ANYTHING);
  const next = places.flatMap((place) => {
    const element = outer[place];
    if (element === undefined) return [];
    if (element === '**') return [place];
    const isMatch = element.includes('*') ? segmentMatcher(element)(text) : element === text;
    return isMatch ? [place + 1] : [];
  });
  return passed(next, outer);
}

/** The places, and those behind a `**` that stands for nothing; each once, in order. */
function passed(places: readonly number[], outer: readonly string[]): readonly number[] {
  const all = new Set(places);
  for (const place of all) if (outer[place] === '**') all.add(place + 1);
  return [...all].toSorted((a, b) => a - b);
}
