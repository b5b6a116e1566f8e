import { type Clock, type Did, type Dispose, isTtpError, type Store, type Timer, TtpError } from '@ttp/core';
import { ANOMALY_MIN_VOLUME, ANOMALY_WRITE_MS } from '../limits.js';
import { createRecords } from '../records/records.js';
import type { BaselineRule } from './baseline.js';
import { type Addition, additionsOf, type Seen } from './counts.js';
import { type Anomaly, type AnomalyFinding, detect, type OffHours } from './detectors.js';
import { LiveCounts } from './live.js';
import { Pending } from './pending.js';
import { latencyAt, type Profile } from './profile.js';
import { decodeProfiles, distrust, encodeProfiles, observe } from './profiles.js';
import { decodeState, encodeState, prolonged, standing, stepped } from './state.js';

/** What {@link watchBehavior} needs. */
export interface BehaviorWatchOptions {
  readonly agent: Did;
  readonly store: Store;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timer: Timer;
  /** When nobody should see confidential data; 22:00 to 06:00 unless given. */
  readonly hours?: OffHours;
  /** What counts as unusual for this agent; without it no baseline is kept. */
  readonly baseline?: BaselineRule;
  /** Told of every alarm that did not stand before, in the same tick; must not throw. */
  readonly raised?: (finding: AnomalyFinding) => void;
}

/** What triggers look at. */
export interface BehaviorMetrics {
  /** Attempts of the last minute. */
  readonly requestRate: number;
  /** Share of the calls that ended in the last minute; absent for fewer than ANOMALY_MIN_VOLUME. */
  readonly errorRate?: number;
  /** The alarms that stand. */
  readonly patterns: readonly Anomaly[];
}

/** What is known of the use of one resource, or of all together. */
export interface UsageProfile extends Pick<Profile, 'accesses' | 'bytes' | 'failures' | 'denials' | 'hours'> {
  /** Percentiles, as the next power of two, ms. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}

/** What is known of an agent's behaviour. */
export interface BehaviorReport extends BehaviorMetrics {
  readonly agent: UsageProfile;
  /** By `hashJson` of @ttp/crypto of the resource; those that came after the first 32 are together under `*`. */
  readonly resources: { readonly [resource: string]: UsageProfile };
}

/** Counts what one agent does, and finds what is an anomaly. */
export interface BehaviorWatch {
  /** An attempt begins. Never throws. */
  attempted(): void;
  /** An interaction ended. Never throws. */
  ended(seen: Seen): void;
  metrics(): BehaviorMetrics;
  /** The alarms that stand. */
  patterns(): readonly Anomaly[];
  report(): BehaviorReport;
  /** Throws GUARD_STORE_FAILED, GUARD_ANOMALY_UNREADABLE, GUARD_ANOMALY_CONTENTION or the store's code where the last write failed. */
  require(): void;
  /** Writes what is in memory alone. What cannot be written is lost, as in a crash. */
  close(): Promise<void>;
}

/**
 * Opens the watch over what a store kept of an agent. Counts are kept on watched time: monotonic, and standing still
 * while nobody watches, so that neither a moved wall clock nor a restart takes anything out of a window.
 *
 * @throws GUARD_ANOMALY_UNREADABLE, GUARD_STORE_FAILED, and the codes of the store
 */
export async function watchBehavior(options: BehaviorWatchOptions): Promise<BehaviorWatch> {
  const { agent, store, clock, timer, hours, baseline, raised } = options;
  const key = `guard/anomaly/${agent}`;
  const contention = 'GUARD_ANOMALY_CONTENTION';
  const states = createRecords(store, { decode: decodeState, encode: encodeState, contention });
  const stored = await states.read(key);
  const base = stored.now;
  let counts = new LiveCounts(stored.counts);
  let { alarms } = stored;
  let latest = base;
  const began = timeOf(clock);
  const profileRecords = createRecords(store, {
    decode: (bytes) => decodeProfiles(bytes, base, baseline),
    encode: encodeProfiles,
    contention,
  });
  const profiles = await profileRecords.read(`${key}/profile`);
  let writtenMinute = profiles.agent.minute.index;
  let pending = new Pending();
  let fault: TtpError | undefined;
  let next: Dispose | undefined;
  let writing: Promise<void> | undefined;
  let isClosed = false;

  /** Watched time, ms. A clock that gives no time, or an earlier one, stands still. */
  const now = (): number => (latest = Math.max(latest, base + timeOf(clock, began) - began));

  function step(at: number, additions: readonly Addition[], found: readonly Anomaly[] = NONE): void {
    counts.add(additions, at);
    if (found.length > 0) alarms = prolonged(alarms, found, at);
    pending.add({ now: at, additions, found });
    if (writing === undefined && next === undefined && !isClosed) next = timer.after(ANOMALY_WRITE_MS, write);
  }

  function write(): void {
    next?.();
    next = undefined;
    writing ??= save().finally(() => {
      writing = undefined;
      if (!pending.isEmpty() && !isClosed) next ??= timer.after(ANOMALY_WRITE_MS, write);
    });
  }

  async function save(): Promise<void> {
    const steps = pending;
    let isCounted = false;
    pending = new Pending();
    try {
      const written = await states.change(key, (before) => steps.list().reduce(stepped, before));
      isCounted = true;
      // What other processes counted comes with it.
      const state = pending.list().reduce(stepped, written);
      counts = new LiveCounts(state.counts);
      alarms = state.alarms;
      latest = Math.max(latest, state.now);
      // Learned once a minute; until then there is nothing in it that an alarm hangs on.
      if (isClosed || profiles.agent.minute.index !== writtenMinute) {
        await profileRecords.change(`${key}/profile`, () => ({ ...profiles }));
        writtenMinute = profiles.agent.minute.index;
      }
      fault = undefined;
    } catch (error) {
      // Nobody knows whether it was written: counted twice is stricter than not at all.
      if (!isCounted) pending.putBack(steps);
      fault = isTtpError(error)
        ? error
        : new TtpError('GUARD_STORE_FAILED', 'the store failed', { cause: error });
    }
  }

  function alarm(found: readonly AnomalyFinding[], at: number): void {
    const before = standing({ alarms }, at);
    const names = found.map(({ anomaly }) => anomaly);
    step(at, NOTHING, names);
    distrust(profiles);
    const fresh = found.filter(({ anomaly }) => !before.includes(anomaly));
    if (fresh.length > 0) write();
    for (const finding of fresh) raised?.(finding);
  }

  function metrics(): BehaviorMetrics {
    const at = now();
    const ended = counts.totalAt('ended', at);
    const requestRate = counts.totalAt('attempts', at);
    const patterns = standing({ alarms }, at);
    if (ended < ANOMALY_MIN_VOLUME) return { requestRate, patterns };
    return { requestRate, errorRate: counts.totalAt('failed', at) / ended, patterns };
  }

  return {
    attempted: () => step(now(), ONE_ATTEMPT),
    ended(seen) {
      const at = now();
      step(at, additionsOf(seen));
      const [unusual] = observe(profiles, seen, at, baseline);
      const shown = detect(counts.totals(at), seen, hours);
      const found: readonly AnomalyFinding[] =
        unusual === undefined ? shown : [...shown, { anomaly: 'baseline_deviation', evidence: unusual }];
      if (found.length > 0) alarm(found, at);
    },
    metrics,
    patterns: () => standing({ alarms }, now()),
    report: () => ({
      ...metrics(),
      agent: usageOf(profiles.agent),
      resources: Object.fromEntries(
        [...profiles.resources].map(([name, profile]) => [name, usageOf(profile)]),
      ),
    }),
    require() {
      if (fault !== undefined) throw fault;
    },
    async close() {
      isClosed = true;
      next?.();
      await writing;
      await save();
    },
  };
}

const ONE_ATTEMPT: readonly Addition[] = [['attempts', 1]];
const NOTHING: readonly Addition[] = [];
const NONE: readonly Anomaly[] = [];

/** Monotonic time in whole ms; `otherwise` where the clock gives none. */
function timeOf(clock: Pick<Clock, 'monotonic'>, otherwise = 0): number {
  try {
    const time = Math.floor(clock.monotonic());
    return Number.isSafeInteger(time) ? time : otherwise;
  } catch {
    return otherwise; // time stands still, and nothing leaves a window
  }
}

const usageOf = (profile: Profile): UsageProfile => {
  const { accesses, bytes, failures, denials, hours } = profile;
  const latencyMs = {
    p50: latencyAt(profile, 50),
    p95: latencyAt(profile, 95),
    p99: latencyAt(profile, 99),
  };
  return { accesses, bytes, failures, denials, hours: [...hours], latencyMs };
};
