import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalBytes, hashJson, parseJson } from '@ttp/crypto';
import {
  BASELINE_SAMPLE_MAX,
  BASELINE_SLICE_SAMPLES_MAX,
  BASELINE_SLICES,
  PROFILE_RESOURCES_MAX,
} from '../limits.js';
import type { Baseline, BaselineRule } from './baseline.js';
import type { Seen } from './counts.js';
import {
  deviations,
  NO_PROFILE,
  type Profile,
  profiled,
  tainted,
  USAGE_METRICS,
  usualAt,
} from './profile.js';

/** How an agent uses all resources together, and each of those that came first. They change in place. */
export interface Profiles {
  agent: Profile;
  readonly resources: Map<string, Profile>;
}

/** Nothing was used yet. */
export const noProfiles = (): Profiles => ({ agent: NO_PROFILE, resources: new Map() });

/** The one profile that resources share once there are too many. */
const OTHER_RESOURCES = '*';

/**
 * The name a resource has among the profiles: its hash, since they lie in the store in the clear, outlive an erasure, and
 * an agent can put a secret into the resource that it asks for (flaw.L2).
 */
function nameOf({ resources }: Profiles, resource: string): string {
  const name = hashJson(resource.toWellFormed());
  return resources.has(name) || resources.size < PROFILE_RESOURCES_MAX ? name : OTHER_RESOURCES;
}

/** Adds one interaction. Gives what of it is unusual: for the agent, and for the resource by its name. */
export function observe(
  profiles: Profiles,
  seen: Seen,
  now: number,
  rule: BaselineRule | undefined,
): readonly JsonObject[] {
  const agent = profiled(profiles.agent, seen, now, rule);
  const resource = nameOf(profiles, seen.resource);
  const own = profiled(profiles.resources.get(resource) ?? NO_PROFILE, seen, now, rule);
  profiles.agent = agent;
  profiles.resources.set(resource, own);
  const [unusual, unusualHere] = [deviations(agent), deviations(own)];
  if (unusualHere.length === 0) return unusual;
  return [...unusual, ...unusualHere.map((found) => ({ ...found, resource }))];
}

/** Nothing is learned from the minute under way: an alarm was raised in it. */
export function distrust(profiles: Profiles): void {
  profiles.agent = tainted(profiles.agent);
  for (const [name, profile] of profiles.resources) profiles.resources.set(name, tainted(profile));
}

/** The bytes that a store keeps. */
export const encodeProfiles = ({ agent, resources }: Profiles): Uint8Array =>
  canonicalBytes({
    v: 1,
    agent: jsonOf(agent),
    resources: [...resources].map(([name, profile]) => [name, jsonOf(profile)]),
  });

const jsonOf = (profile: Profile): JsonObject => ({
  accesses: profile.accesses,
  bytes: profile.bytes,
  failures: profile.failures,
  denials: profile.denials,
  hours: [...profile.hours],
  latency: [...profile.latency],
  minute: { ...profile.minute },
  baselines: Object.fromEntries(
    USAGE_METRICS.map((metric) => [metric, profile.baselines[metric].map((slice) => [...slice])]),
  ),
});

/**
 * What a store kept; nothing where it kept nothing.
 *
 * @param now time of the counts, ms
 * @param rule what the baselines are read by
 * @throws GUARD_ANOMALY_UNREADABLE for anything else
 */
export function decodeProfiles(
  bytes: Uint8Array | undefined,
  now: number,
  rule: BaselineRule | undefined,
): Profiles {
  if (bytes === undefined) return noProfiles();
  try {
    return read(parseJson(bytes), (profile) => ({
      ...profile,
      usual: usualAt(profile.baselines, now, rule),
    }));
  } catch (cause) {
    throw new TtpError('GUARD_ANOMALY_UNREADABLE', 'the record of the profiles cannot be read', { cause });
  }
}

function read(record: Json, withUsual: (profile: Profile) => Profile): Profiles {
  const { v, agent, resources } = objectOf(record);
  if (v !== 1) throw malformed();
  const named = listOf(resources, PROFILE_RESOURCES_MAX + 1).map((pair) => {
    const [name, profile, more] = listOf(pair, 2);
    if (typeof name !== 'string' || more !== undefined) throw malformed();
    return [name, withUsual(profileOf(profile))] as const;
  });
  return { agent: withUsual(profileOf(agent)), resources: new Map(named) };
}

function profileOf(json: Json | undefined): Profile {
  const { accesses, bytes, failures, denials, hours, latency, minute, baselines } = objectOf(json);
  const under = objectOf(minute);
  const { tainted: isTainted } = under;
  if (typeof isTainted !== 'boolean') throw malformed();
  const learned = objectOf(baselines);
  return {
    accesses: countOf(accesses),
    bytes: countOf(bytes),
    failures: countOf(failures),
    denials: countOf(denials),
    hours: countsOf(hours, NO_PROFILE.hours.length),
    latency: countsOf(latency, NO_PROFILE.latency.length),
    minute: {
      index: countOf(under['index']),
      accesses: countOf(under['accesses']),
      bytes: countOf(under['bytes']),
      failures: countOf(under['failures']),
      took: countOf(under['took']),
      tainted: isTainted,
    },
    baselines: {
      accesses: baselineOf(learned['accesses']),
      kib: baselineOf(learned['kib']),
      failures: baselineOf(learned['failures']),
      latency: baselineOf(learned['latency']),
    },
    usual: {},
  };
}

/** Sums that no samples can have would make a baseline of anything usual. */
function baselineOf(json: Json | undefined): Baseline {
  let before = -1;
  return listOf(json, BASELINE_SLICES + 1).map((row) => {
    const [slice = 0, samples = 0, sum = 0, squares = 0] = countsOf(row, 4);
    const most = samples * BASELINE_SAMPLE_MAX;
    if (slice <= before || samples > BASELINE_SLICE_SAMPLES_MAX || sum > most) throw malformed();
    if (squares < sum || squares > sum * BASELINE_SAMPLE_MAX) throw malformed();
    before = slice;
    return [slice, samples, sum, squares];
  });
}

const malformed = (): TtpError => new TtpError('GUARD_ANOMALY_UNREADABLE', 'not a profile');

function objectOf(json: Json | undefined): JsonObject {
  if (json === undefined || !isJsonObject(json)) throw malformed();
  return json;
}

function listOf(json: Json | undefined, most: number): readonly Json[] {
  if (!Array.isArray(json) || json.length > most) throw malformed();
  return json;
}

function countOf(json: Json | undefined): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0) throw malformed();
  return json;
}

function countsOf(json: Json | undefined, length: number): readonly number[] {
  const counts = listOf(json, length).map(countOf);
  if (counts.length !== length) throw malformed();
  return counts;
}
