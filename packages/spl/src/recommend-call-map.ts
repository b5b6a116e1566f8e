import { isJsonObject, type Json, type JsonObject } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { ACTION } from './action.js';
import { attributeOf, fits } from './attributes.js';
import { entryName, loadCallMap, mapCall } from './call-map.js';
import { LISTED_ARGUMENTS_MAX, LISTED_VALUES_MAX, TEXT_MAX_CHARACTERS } from './limits.js';
import type { Observation } from './observation.js';
import { isAddress, likelihood, namedResources, textsAt } from './recommend-arguments.js';
import type { OmissionCode, Omissions } from './recommend-reasons.js';
import { isTooDeep, looksLikePattern } from './recommend-resources.js';
import { type Resource, readResource } from './resource.js';

/** How the calls of one tool are to be read, and which of them can be. */
export interface MappedTool {
  readonly server: string;
  readonly tool: string;
  /** Its entry in the call map; undefined: `call` on `mcp:<server>/<tool>`. */
  readonly entry: JsonObject | undefined;
  readonly action: string;
  /** Further arguments that name resources, each with every value that was seen. */
  readonly listed: Readonly<Record<string, readonly string[]>>;
  readonly calls: readonly { readonly call: Observation; readonly resource: Resource }[];
}

/** Where the resource of a call comes from. */
type Selector =
  | { readonly kind: 'tool' }
  | { readonly kind: 'fixed'; readonly text: string }
  | { readonly kind: 'argument'; readonly scheme: string | undefined; readonly path: readonly string[] };

/** Where the resource comes from, and the other arguments that said the same in every call. */
interface Reading {
  readonly selector: Selector;
  readonly alike: readonly string[];
}

/**
 * Reads how the calls of one tool name what they are done to. Where a call map was in force it is found again from
 * what it said; otherwise an argument whose name says so is taken, and the action is the tool's own, so that two tools
 * never share what only one of them did. What cannot be read is left out.
 *
 * @param calls of one tool, all of them permitted in principle
 */
export function mapTool(
  tool: string,
  calls: readonly Observation[],
  omissions: Omissions,
): MappedTool | undefined {
  const omitAll = (code: OmissionCode): undefined => {
    for (const call of calls) omissions.add(code, call);
  };
  const [one] = calls;
  if (one === undefined) return undefined;
  if (new Set(calls.map(({ server }) => server)).size > 1) return omitAll('SPL_OMITTED_SERVERS');
  const isMapped = calls.some((call) => !isUnmapped(call));
  const reading = isMapped ? recordedReading(calls, one) : inferredReading(calls);
  if (reading === undefined) return omitAll('SPL_OMITTED_AMBIGUOUS');
  const { selector, alike } = reading;
  const taken = selector.kind === 'argument' && selector.path.length === 1 ? selector.path[0] : undefined;
  const named = calls.flatMap(({ input }) => [...namedResources(input).texts.keys()]);
  const further = [...new Set([...named, ...alike])]
    .filter((name) => name !== taken && selector.kind !== 'fixed')
    .sort();
  // A tool that names a second resource gets an action of its own: a rule without its list would open it.
  const isOwn = !isMapped || further.length > 0;
  const action = selector.kind === 'tool' ? 'call' : isOwn ? `call:${tool}` : one.request.action;
  if (!ACTION.test(action) || further.length > LISTED_ARGUMENTS_MAX) return omitAll('SPL_OMITTED_AMBIGUOUS');
  const entry = entryOf(selector, action, calls);
  const kept = calls.flatMap((call) => {
    const resource = readCall(entry, call, further);
    if (typeof resource !== 'string') return [{ call, resource }];
    omissions.add(resource, call);
    return [];
  });
  const listed = Object.fromEntries(
    further.map((name) => [name, [...new Set(kept.flatMap(({ call }) => textOf(call.input[name])))].sort()]),
  );
  if (Object.values(listed).some((values) => values.length > LISTED_VALUES_MAX)) {
    for (const { call } of kept) omissions.add('SPL_OMITTED_AMBIGUOUS', call);
    return undefined;
  }
  return kept.length === 0 ? undefined : { server: one.server, tool, entry, action, listed, calls: kept };
}

const isUnmapped = ({ server, tool, request }: Observation): boolean =>
  request.action === 'call' && request.resource === `mcp:${server}/${tool}`;

/**
 * Every call has to have been named in one way, or nobody can say in which. Where several arguments said the same, the
 * agent may have repeated the one that counts in one that does not: all of them are held to what was seen, and where a
 * condition does not reach one, nothing is recommended.
 */
function recordedReading(
  calls: readonly Observation[],
  { request: first }: Observation,
): Reading | undefined {
  const isOne = calls.every(
    ({ request }) =>
      request.action === first.action && canonicalize(request.registry) === canonicalize(first.registry),
  );
  if (!isOne) return undefined;
  const candidates = calls.map(selectorsOf);
  const common = [...(candidates[0] ?? new Map<string, Selector>())]
    .filter(([key]) => candidates.every((each) => each.has(key)))
    .map(([, selector]) => selector);
  const [best, ...others] = common.sort((a, b) => rankOf(a) - rankOf(b));
  if (best !== undefined) {
    const paths = others.flatMap((one) => (one.kind === 'argument' ? [one.path] : []));
    return paths.some((path) => path.length > 1)
      ? undefined
      : { selector: best, alike: paths.flatMap((path) => path) };
  }
  const isFixed = calls.every(({ request }) => request.resource === first.resource);
  return isFixed ? { selector: { kind: 'fixed', text: first.resource }, alike: [] } : undefined;
}

/** The arguments of a call that say its resource, with or without a scheme before them. */
function selectorsOf({ input, request: { resource } }: Observation): ReadonlyMap<string, Selector> {
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(resource)?.[1];
  const found = new Map<string, Selector>();
  for (const [path, text] of textsAt(input)) {
    const argument = { kind: 'argument', path } as const;
    if (text === resource) found.set(`${path.join('.')} `, { ...argument, scheme: undefined });
    else if (scheme !== undefined && `${scheme}:${text}` === resource)
      found.set(`${path.join('.')} ${scheme}`, { ...argument, scheme });
  }
  return found;
}

/** The argument that most calls have, and of those the one whose name says it most clearly. */
function inferredReading(calls: readonly Observation[]): Reading | undefined {
  const seen = calls.map(({ input }) => namedResources(input));
  if (seen.some(({ isBeyondReach }) => isBeyondReach)) return undefined;
  const counts = new Map<string, number>();
  for (const { texts } of seen)
    for (const name of texts.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [best] = [...counts].sort(
    ([a, n], [b, m]) => m - n || likelihood(a) - likelihood(b) || (a < b ? -1 : 1),
  );
  if (best === undefined) return { selector: { kind: 'tool' }, alike: [] };
  const [name] = best;
  const scheme = isAddress(name) ? undefined : 'file';
  return { selector: { kind: 'argument', scheme, path: [name] }, alike: [] };
}

const rankOf = (selector: Selector): number => {
  if (selector.kind !== 'argument') return 0;
  const rank = likelihood(selector.path.at(-1) ?? '');
  return selector.path.length * 100 + (rank < 0 ? 99 : rank);
};

/** The entry of a call map; relative where every path was, so that `/etc/x` never passes for `etc/x`. */
function entryOf(selector: Selector, action: string, calls: readonly Observation[]): JsonObject | undefined {
  if (selector.kind === 'tool') return undefined;
  const attributes = attributesOf(calls);
  const common = { action, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
  if (selector.kind === 'fixed') return { ...common, resource: selector.text };
  const { scheme, path } = selector;
  const resource = { ...(scheme === undefined ? {} : { scheme }), path: ['input', ...path].join('.') };
  const relative = { ...common, resource: { ...resource, relative: true } };
  const isRelative =
    scheme === 'file' &&
    calls.every((call) => mapped(relative, call) !== undefined || !isText(call.input, path));
  return isRelative ? relative : { ...common, resource };
}

/** What the registry said of all calls alike. */
function attributesOf(calls: readonly Observation[]): JsonObject {
  const { registry = {} } = calls[0]?.request ?? {};
  if (calls.some(({ request }) => canonicalize(request.registry) !== canonicalize(registry))) return {};
  return Object.fromEntries(
    Object.entries(registry).filter(([name, value]) => {
      const row = attributeOf(name);
      return row?.source === 'registry' && value !== null && fits(row, value);
    }),
  );
}

/** The resource that the entry makes of a call, or why no rule could name it. */
function readCall(
  entry: JsonObject | undefined,
  call: Observation,
  further: readonly string[],
): Resource | OmissionCode {
  const values = further.flatMap((name) => textOf(call.input[name]));
  const text = mapped(entry, call);
  if (text === undefined || values.length < further.length) return 'SPL_OMITTED_AMBIGUOUS';
  const resource = readResource(text);
  if (typeof resource === 'string' || isTooDeep(resource)) return 'SPL_OMITTED_RESOURCE';
  // Braces in an operand are a reference.
  const isReference = values.some((value) => /[{}]/.test(value) || value.length > TEXT_MAX_CHARACTERS);
  return isReference || looksLikePattern(resource) ? 'SPL_OMITTED_PATTERN' : resource;
}

function mapped(entry: JsonObject | undefined, { server, tool, input }: Observation): string | undefined {
  try {
    const map = loadCallMap({
      version: 1,
      tools: entry === undefined ? {} : { [entryName(server, tool)]: entry },
    });
    return mapCall(map, { server, tool, input }).resource;
  } catch {
    return undefined; // the entry does not fit this call: that is the question
  }
}

function isText(input: Json, path: readonly string[]): boolean {
  let value: Json | undefined = input;
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof value === 'string';
}

const textOf = (value: Json | undefined): readonly string[] => (typeof value === 'string' ? [value] : []);
