import type { Json, JsonObject } from '@ttp/core';
import { canonicalize } from '@ttp/crypto';
import { loadCallMap } from './call-map.js';
import { LANGUAGE_VERSION } from './document.js';
import { COMMENT_MAX_TOOLS, LIST_MAX_ELEMENTS, RECOMMENDED_RATE_MIN } from './limits.js';
import { loadPolicy } from './load.js';
import type { Observation, ObservedCalls } from './observation.js';
import { type MappedTool, mapTool } from './recommend-call-map.js';
import { createOmissions, type Omission } from './recommend-reasons.js';
import { generalise } from './recommend-resources.js';
import type { Resource } from './resource.js';

/** A draft that permits what was seen, for a person to read before it is armed. */
export interface Recommendation {
  /** The policy as JSON text, with a comment in the `description` of each rule. */
  readonly policy: string;
  /** The call map that it is written for. */
  readonly callMap: string;
  /** Calls that it permits. */
  readonly permitted: number;
  readonly omissions: readonly Omission[];
}

/** Calls that one rule permits. */
interface Group {
  readonly action: string;
  readonly listed: MappedTool['listed'];
  readonly calls: MappedTool['calls'][number][];
  readonly tools: Set<string>;
}

/**
 * The narrowest policy and call map that permit the calls that went through, and nothing that was not seen but files
 * beside at least three that were (`generalise`). Pure and deterministic: the same calls give the same bytes. Calls that
 * were stopped, that are sensitive or that cannot be read are left out and named.
 *
 * A recommendation is as good as the session: what an agent did wrong in it is permitted too. Review it.
 *
 * @throws SPL_TOO_LARGE and the like where the calls need a larger policy than the language allows
 */
export function recommendPolicy({ calls, unread }: ObservedCalls): Recommendation {
  const omissions = createOmissions();
  for (const call of unread) omissions.add(call.went ? 'SPL_OMITTED_UNREAD' : 'SPL_OMITTED_STOPPED', call);
  const needed = calls.filter((call) => {
    if (!call.went) omissions.add('SPL_OMITTED_STOPPED', call);
    else if (call.isSensitive) omissions.add('SPL_OMITTED_SENSITIVE', call);
    else return true;
    return false;
  });
  const byTool = [...Map.groupBy(needed, ({ tool }) => tool)].sort(([a], [b]) => compare(a, b));
  const mapped = byTool.flatMap(([tool, of]) => mapTool(tool, of, omissions) ?? []);
  const permitted = mapped.flatMap((tool) => tool.calls.map(({ call }) => call));
  const callMap = {
    version: 1,
    tools: Object.fromEntries(
      mapped.flatMap(({ tool, entry }) => (entry === undefined ? [] : [[tool, entry]])),
    ),
  };
  const document = documentOf(groupsOf(mapped), permitted, calls.length + unread.length);
  const [policy, map] = [textOf(document), textOf(callMap)];
  // What does not load is not handed out, however it came about.
  loadPolicy(policy);
  loadCallMap(map);
  return { policy, callMap: map, permitted: permitted.length, omissions: omissions.list() };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const textOf = (json: JsonObject): string => `${JSON.stringify(json, undefined, 2)}\n`;

/** One group for each action on each scheme; tools whose arguments are listed have an action of their own. */
function groupsOf(mapped: readonly MappedTool[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { tool, action, listed, calls } of mapped)
    for (const one of calls) {
      const key = canonicalize([action, one.resource.scheme, listed]);
      const group = groups.get(key) ?? { action, listed, calls: [], tools: new Set() };
      groups.set(key, group);
      group.calls.push(one);
      group.tools.add(`${tool} on ${one.call.server}`);
    }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
}

function documentOf(groups: readonly Group[], permitted: readonly Observation[], seen: number): JsonObject {
  const rate = rateOf(permitted);
  const ids = new Set<string>();
  const rules = groups.flatMap((group) => rulesOf(group, rate, ids));
  const isVerified = permitted.every(({ request }) => request.engine['identityVerified'] === true);
  return {
    version: LANGUAGE_VERSION,
    description: `Recommended from ${permitted.length} of ${seen} recorded calls. A draft: whatever was done wrong while it was recorded is permitted too.`,
    ...(isVerified && permitted.length > 0 ? { requirements: { requireIdentityVerification: true } } : {}),
    rules: rules.length > 0 ? rules : [{ id: 'nothing-seen', effect: 'deny' }],
    ...(rate === undefined ? {} : { killSwitch: killSwitchAt(2 * rate) }),
    defaultEffect: 'deny',
  };
}

/** Twice the highest rate that was seen, in tens; undefined where the rate is not known of every call. */
function rateOf(calls: readonly Observation[]): number | undefined {
  let highest = 0;
  for (const { request } of calls) {
    const rate = request.engine['request.rate'];
    if (typeof rate !== 'number') return undefined;
    highest = Math.max(highest, rate);
  }
  return calls.length === 0 ? undefined : Math.max(RECOMMENDED_RATE_MIN, Math.ceil(highest / 5) * 10);
}

const killSwitchAt = (rate: number): JsonObject => ({
  triggers: [{ condition: `request.rate > ${rate}`, reason: 'rate_limit_exceeded', action: 'kill' }],
});

function rulesOf(group: Group, rate: number | undefined, ids: Set<string>): readonly JsonObject[] {
  const { action, listed, calls } = group;
  const resources = calls.map(({ resource }) => resource);
  const lists = Object.keys(listed).length > 0;
  // With a second resource beside it, a folder would be opened once for each of them.
  const { patterns, exceptions } = lists ? exactly(resources) : generalise(resources);
  const conditions: Record<string, Json> = rate === undefined ? {} : { 'request.rate': { lte: rate } };
  for (const [name, values] of Object.entries(listed)) conditions[`request.${name}`] = { in: [...values] };
  const base = `${action}-${resources[0]?.scheme ?? ''}`.replace(/[^A-Za-z0-9._:-]/g, '-').slice(0, 100);
  const allow = chunks(patterns).map((some) => ({
    id: unused(base, ids),
    description: commentOf(group, some),
    effect: 'allow',
    resources: some,
    actions: [action],
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  }));
  const deny = chunks(exceptions).map((some) => ({
    id: unused(`${base}.unseen`, ids),
    description:
      'Hidden files and names that stand for secrets: none was seen in the folders that are opened.',
    effect: 'deny',
    resources: some,
    actions: [action],
  }));
  return [...allow, ...deny];
}

const exactly = (resources: readonly Resource[]): ReturnType<typeof generalise> => ({
  patterns: [...new Set(resources.map(({ text }) => text))].sort(),
  exceptions: [],
});

const chunks = (list: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(list.length / LIST_MAX_ELEMENTS) }, (_, i) =>
    list.slice(i * LIST_MAX_ELEMENTS, (i + 1) * LIST_MAX_ELEMENTS),
  );

function unused(base: string, ids: Set<string>): string {
  let id = base;
  for (let n = 2; ids.has(id); n++) id = `${base}-${n}`;
  ids.add(id);
  return id;
}

/** What a person has to know to keep or strike a rule: what was seen, how often, from when to when, and what is opened. */
function commentOf({ calls, tools }: Group, patterns: readonly string[]): string {
  const times = calls.map(({ call }) => call.request.now);
  const [first, last] = times.reduce(
    ([a, b], at) => [Math.min(a, at), Math.max(b, at)],
    [Infinity, -Infinity],
  );
  const names = [...tools].sort();
  const named = names
    .slice(0, COMMENT_MAX_TOOLS)
    .map((name) => name.slice(0, 128))
    .join(', ');
  const rest = names.length > COMMENT_MAX_TOOLS ? ` and ${names.length - COMMENT_MAX_TOOLS} more` : '';
  const distinct = new Set(calls.map(({ resource }) => resource.text)).size;
  const opened = patterns.filter((pattern) => pattern.endsWith('/+')).length;
  const wide = calls[0]?.resource.scheme === 'mcp' ? ' Any arguments: none of them names a resource.' : '';
  const seen = `Seen ${counted(calls.length, 'time')} on ${counted(distinct, 'resource')}`;
  const when = `${timeOf(first)} to ${timeOf(last)}`;
  const opens =
    opened === 0 ? 'Each is named.' : `Opened to what stands directly in it: ${counted(opened, 'folder')}.`;
  return `${seen}, ${when}, by ${named}${rest}. ${opens}${wide}`;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** The latest time that has a date. */
const LAST_DATE = 8_640_000_000_000_000;

const timeOf = (at: number): string => (at > LAST_DATE ? `${at}` : new Date(at).toISOString());
