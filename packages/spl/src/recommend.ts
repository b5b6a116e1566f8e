import type { Json, JsonObject } from '@ttp/core';
import { canonicalize, utf8 } from '@ttp/crypto';
import { entryName, loadCallMap } from './call-map.js';
import { LANGUAGE_VERSION } from './document.js';
import { COMMENT_MAX_TOOLS, LIST_MAX_ELEMENTS, POLICY_MAX_BYTES, RECOMMENDED_RATE_MIN } from './limits.js';
import { loadPolicy } from './load.js';
import type { ObservedCalls } from './observation.js';
import { type MappedTool, mapTool } from './recommend-call-map.js';
import { createOmissions, type Omission, type Omissions } from './recommend-reasons.js';
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
  readonly tools: MappedTool[];
}

interface DraftRule extends JsonObject {
  /** Not yet the only one of its name. */
  readonly id: string;
}

/** A group and its rules. */
interface Draft {
  readonly group: Group;
  readonly rules: readonly DraftRule[];
}

/**
 * The narrowest policy and call map that permit the calls that went through, and no tool, action or resource that was not
 * seen but files beside at least three that were (`generalise`). Arguments that name no resource, and such that no call
 * had, are not held to anything. Pure and deterministic: the same calls give the same bytes. Calls that
 * were stopped, that are sensitive or that cannot be read are left out and named.
 *
 * A recommendation is as good as the session: what an agent did wrong in it is permitted too. Review it.
 *
 * What does not fit into a policy is left out as well, the largest rules first.
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
  const groups = groupsOf(byTool.flatMap(([tool, of]) => mapTool(tool, of, omissions) ?? []));
  const rate = rateOf(groups);
  const drafts = fitting(groups, rate, omissions);
  const entries = drafts.flatMap(({ group: { tools } }) =>
    tools.flatMap(({ server, tool, entry }) =>
      entry === undefined ? [] : [[entryName(server, tool), entry] as const],
    ),
  );
  const sorted = [...new Map(entries)].sort(([a], [b]) => compare(a, b));
  const callMap = textOf({ version: 1, tools: Object.fromEntries(sorted) });
  const policy = textOf(documentOf(drafts, rate, calls.length + unread.length));
  // What does not load is not handed out, however it came about.
  loadPolicy(policy);
  loadCallMap(callMap);
  const permitted = drafts.reduce((sum, { group }) => sum + group.calls.length, 0);
  return { policy, callMap, permitted, omissions: omissions.list() };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const textOf = (json: JsonObject): string => `${JSON.stringify(json, undefined, 2)}\n`;

/** One group for each action on each scheme; tools whose arguments are listed have an action of their own. */
function groupsOf(mapped: readonly MappedTool[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const tool of mapped) {
    const about = canonicalize([tool.action, tool.listed]);
    for (const one of tool.calls) {
      const key = `${about} ${one.resource.scheme}`;
      const group = groups.get(key) ?? { action: tool.action, listed: tool.listed, calls: [], tools: [] };
      groups.set(key, group);
      group.calls.push(one);
      if (group.tools.at(-1) !== tool) group.tools.push(tool);
    }
  }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([, group]) => group);
}

/** What stands around the rules, and the numbers that ids may get, fit into this many bytes. */
const FRAME_BYTES = 2_048;

/** The rules of as many groups as fit into a policy, the smallest first: one flood of calls must not cost the others. */
function fitting(groups: readonly Group[], rate: number | undefined, omissions: Omissions): readonly Draft[] {
  const drafts = groups.map((group) => {
    const rules = rulesOf(group, rate);
    return { group, rules, bytes: utf8(textOf({ rules })).length };
  });
  let room = POLICY_MAX_BYTES - FRAME_BYTES;
  const kept = new Set<Draft>();
  for (const draft of drafts.toSorted((a, b) => a.bytes - b.bytes)) {
    room -= draft.bytes;
    if (room >= 0) kept.add(draft);
    else for (const { call } of draft.group.calls) omissions.add('SPL_OMITTED_SIZE', call);
  }
  return drafts.filter((draft) => kept.has(draft));
}

function documentOf(drafts: readonly Draft[], rate: number | undefined, seen: number): JsonObject {
  const ids = new Set<string>();
  const rules = drafts.flatMap((draft) => draft.rules.map((rule) => ({ ...rule, id: unused(rule.id, ids) })));
  const permitted = drafts.flatMap(({ group }) => group.calls);
  const isVerified = permitted.every(({ call }) => call.request.engine['identityVerified'] === true);
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
function rateOf(groups: readonly Group[]): number | undefined {
  let highest = 0;
  for (const { call } of groups.flatMap(({ calls }) => calls)) {
    const rate = call.request.engine['request.rate'];
    if (typeof rate !== 'number') return undefined;
    highest = Math.max(highest, rate);
  }
  const limit = Math.max(RECOMMENDED_RATE_MIN, Math.ceil(highest / 5) * 10);
  return groups.length === 0 || !Number.isSafeInteger(2 * limit) ? undefined : limit;
}

const killSwitchAt = (rate: number): JsonObject => ({
  triggers: [{ condition: `request.rate > ${rate}`, reason: 'rate_limit_exceeded', action: 'kill' }],
});

function rulesOf(group: Group, rate: number | undefined): readonly DraftRule[] {
  const { action, listed, calls } = group;
  const resources = calls.map(({ resource }) => resource);
  const lists = Object.keys(listed).length > 0;
  // With a second resource beside it, a folder would be opened once for each of them.
  const { patterns, exceptions } = lists ? exactly(resources) : generalise(resources);
  const conditions: Record<string, Json> = rate === undefined ? {} : { 'request.rate': { lte: rate } };
  for (const [name, values] of Object.entries(listed)) conditions[`request.${name}`] = { in: [...values] };
  const base = `${action}-${resources[0]?.scheme ?? ''}`.replace(/[^A-Za-z0-9._:-]/g, '-').slice(0, 100);
  const allow = chunks(patterns).map((some) => ({
    id: base,
    description: commentOf(group, some),
    effect: 'allow',
    resources: some,
    actions: [action],
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
  }));
  const deny = chunks(exceptions).map((some) => ({
    id: `${base}.unseen`,
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
  const names = tools.map(({ tool, calls: of }) => `${tool} on ${of[0]?.call.server ?? ''}`).sort();
  const named = names
    .slice(0, COMMENT_MAX_TOOLS)
    .map((name) => name.slice(0, 128).toWellFormed())
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
