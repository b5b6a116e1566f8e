import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { canonicalBytes, parseJson } from '@ttp/crypto';
import { ANOMALY_HOLD_MS } from '../limits.js';
import { readTally, tallyJson } from '../window/tally.js';
import { type Addition, COUNTERS, type Counts, counted, NO_COUNTS } from './counts.js';
import { ANOMALIES, type Anomaly } from './detectors.js';

/** What is known of one agent's behaviour: counted, and which alarms stand until when. */
export interface AnomalyState {
  /** Time of the last change, ms of watched time: time in which nobody watched does not count. */
  readonly now: number;
  readonly counts: Counts;
  readonly alarms: { readonly [anomaly in Anomaly]?: number };
}

/** Something that changes the state at a time: what is to be counted, and what was found. */
export interface Step {
  readonly now: number;
  readonly additions?: readonly Addition[];
  readonly found?: readonly Anomaly[];
}

/** Nobody was watched yet. */
export const NO_STATE: AnomalyState = { now: 0, counts: NO_COUNTS, alarms: {} };

/**
 * The state after a step. A time that went back counts as the latest known; an alarm is prolonged by what is found again,
 * and never ends before its time.
 */
export function stepped(state: AnomalyState, { now: at, additions = [], found = [] }: Step): AnomalyState {
  const now = Math.max(state.now, at);
  const counts = additions.length === 0 ? state.counts : counted(state.counts, additions, now);
  if (found.length === 0) return { now, counts, alarms: state.alarms };
  return { now, counts, alarms: prolonged(state.alarms, found, now) };
}

/** The alarms with what was found: each stands for its time from now on. */
export function prolonged(
  alarms: AnomalyState['alarms'],
  found: readonly Anomaly[],
  now: number,
): AnomalyState['alarms'] {
  const until = now + ANOMALY_HOLD_MS;
  return { ...alarms, ...Object.fromEntries(found.map((name) => [name, until])) };
}

/** The alarms that stand, in the order of their list. */
export const standing = ({ alarms }: Pick<AnomalyState, 'alarms'>, now: number): readonly Anomaly[] =>
  alarms === NO_STATE.alarms ? NONE : ANOMALIES.filter((anomaly) => (alarms[anomaly] ?? 0) > now);

const NONE: readonly Anomaly[] = Object.freeze([]);

/** The bytes that a store keeps. */
export const encodeState = ({ now, counts, alarms }: AnomalyState): Uint8Array =>
  canonicalBytes({
    v: 1,
    now,
    counts: Object.fromEntries(COUNTERS.map((counter) => [counter, tallyJson(counts[counter])])),
    alarms: { ...alarms },
  });

/**
 * What a store kept; nothing where it kept nothing.
 * @throws GUARD_ANOMALY_UNREADABLE for anything else: what nobody can read may have been an alarm
 */
export function decodeState(bytes: Uint8Array | undefined): AnomalyState {
  if (bytes === undefined) return NO_STATE;
  const state = read(parsed(bytes));
  if (state === undefined)
    throw new TtpError('GUARD_ANOMALY_UNREADABLE', 'the record of what was counted cannot be read');
  return state;
}

function parsed(bytes: Uint8Array): Json {
  try {
    return parseJson(bytes);
  } catch {
    return null; // which is no record
  }
}

function read(record: Json): AnomalyState | undefined {
  if (!isJsonObject(record)) return undefined;
  const { v, now, counts, alarms } = record;
  if (v !== 1 || !isTime(now) || counts === undefined || !isJsonObject(counts)) return undefined;
  if (alarms === undefined || !isJsonObject(alarms)) return undefined;
  const tallies: { -readonly [counter in keyof Counts]?: Counts[counter] } = {};
  for (const counter of COUNTERS) {
    const tally = readTally(counts[counter]);
    if (tally === undefined) return undefined;
    tallies[counter] = tally;
  }
  const until = readAlarms(alarms);
  return until && { now, counts: { ...NO_COUNTS, ...tallies }, alarms: until };
}

function readAlarms(alarms: JsonObject): AnomalyState['alarms'] | undefined {
  const until: { -readonly [anomaly in Anomaly]?: number } = {};
  for (const [name, time] of Object.entries(alarms)) {
    const anomaly = ANOMALIES.find((known) => known === name);
    if (anomaly === undefined || !isTime(time)) return undefined;
    until[anomaly] = time;
  }
  return until;
}

const isTime = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
