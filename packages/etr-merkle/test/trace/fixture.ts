import { memory } from '@ttp/adapters/memory';
import {
  type AppendLog,
  asTraceId,
  type Did,
  type EventType,
  type JsonObject,
  type Storage,
  type Store,
  type TraceId,
  TtpError,
  type TtpEvent,
} from '@ttp/core';
import { type FakeClock, fakeClock, type SeededRandom, seededRandom } from '@ttp/testkit';
import {
  type Entry,
  type EntryFilter,
  openRecorder,
  type RecorderOptions,
  type TraceRecorder,
  type TraceTrust,
} from '../../src/trace/index.js';
import { logKey, POINT } from '../fixture.js';

export const NOW = 1_700_000_000_000;
export const TRACE: TraceId = asTraceId('0123456789abcdef0123456789abcdef');

/** The nth trace of a test. */
export const traceOf = (n: number): TraceId => asTraceId(n.toString(16).padStart(32, 'f'));

export const event = (
  type: EventType,
  members: { trace?: TraceId; agent?: Did; subject?: string; at?: number; data?: JsonObject } = {},
): TtpEvent => ({
  type,
  component: 'test',
  at: NOW,
  trace: TRACE,
  agent: POINT,
  subject: 'interaction-1',
  data: {},
  ...members,
});

export const TRUST: TraceTrust = {
  logKeys: [{ origin: POINT, kid: logKey().kid, publicKey: logKey().publicKey }],
};

export interface Bench {
  readonly recorder: TraceRecorder;
  readonly clock: FakeClock;
  readonly random: SeededRandom;
  readonly storage: Storage;
  readonly options: RecorderOptions;
  /** A second recorder on the same storage, as after a restart. */
  readonly reopen: () => Promise<TraceRecorder>;
}

/** A recorder in memory, on a clock that stands still. */
export async function bench(members: Partial<RecorderOptions> = {}): Promise<Bench> {
  const clock = fakeClock(NOW);
  const random = seededRandom('bench');
  const storage = members.storage ?? memory();
  const options = { storage, clock, timer: clock, random, signer: logKey(), origin: POINT, ...members };
  const recorder = await openRecorder(options);
  return { recorder, clock, random, storage, options, reopen: () => openRecorder(options) };
}

/** The entries of the recorder's log that match. */
export async function entriesOf(recorder: TraceRecorder, filter: EntryFilter = {}): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of recorder.events(filter)) entries.push(entry);
  return entries;
}

/** What a {@link controlled} storage does to its nth write. */
export type Fault = 'before' | 'after';

/** A storage in the hands of a test. */
export interface Controlled {
  readonly storage: Storage;
  /** Sizes of the batches appended, in order. */
  readonly appends: number[];
  /** Keys put, in order. */
  readonly puts: string[];
  /** Every write so far. */
  readonly writes: () => number;
  /** From now on, writes wait for the returned function. */
  readonly hold: () => () => void;
  /** The nth write from now (0: the next) throws, before or after it took effect, and all later ones throw. */
  readonly failAt: (n: number, when: Fault) => void;
}

/** `inner` with writes that can be watched, held up, and broken. */
export function controlled(inner: Storage = memory()): Controlled {
  const appends: number[] = [];
  const puts: string[] = [];
  let writes = 0;
  let failing: { readonly at: number; readonly when: Fault } | undefined;
  let gate: Promise<void> = Promise.resolve();

  async function write<T>(perform: () => Promise<T>): Promise<T> {
    const mine = writes++;
    await gate;
    if (failing !== undefined && (mine > failing.at || (mine === failing.at && failing.when === 'before')))
      throw new TtpError('STORE_POISONED', 'the disk is gone');
    const result = await perform();
    if (mine === failing?.at) throw new TtpError('STORE_POISONED', 'written, but not heard of');
    return result;
  }

  const store: Store = {
    get: (key) => inner.store.get(key),
    list: (prefix) => inner.store.list(prefix),
    delete: (key, expected) => write(() => inner.store.delete(key, expected)),
    put(key, value, expected) {
      puts.push(key);
      return write(() => inner.store.put(key, value, expected));
    },
  };
  const log = (name: string): AppendLog => {
    const kept = inner.log(name);
    return {
      size: () => kept.size(),
      read: (from, to) => kept.read(from, to),
      append(entries, expectedSize) {
        appends.push(entries.length);
        return write(() => kept.append(entries, expectedSize));
      },
    };
  };
  return {
    storage: { store, log, shared: inner.shared, close: () => inner.close() },
    appends,
    puts,
    writes: () => writes,
    hold() {
      const opened = Promise.withResolvers<void>();
      gate = opened.promise;
      return opened.resolve;
    },
    failAt(n, when) {
      failing = { at: writes + n, when };
    },
  };
}
