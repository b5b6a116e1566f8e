import type {
  Classification,
  Clock,
  Did,
  Dispose,
  Hash,
  Json,
  Random,
  Receipt,
  Recorder,
  Signer,
  Storage,
  Timer,
  TraceId,
  TtpEvent,
} from '@ttp/core';
import type { InclusionProof } from '../proof.js';
import type { ExportOptions } from './export.js';
import type { Entry, EntryFilter } from './filter.js';
import type { LifeContext, TraceLife } from './life.js';
import type { Payload } from './payload.js';

/** What a recorder is opened with. */
export interface RecorderOptions {
  /** Keeps the log, the payloads and the tree heads. The caller closes it, after the recorder. */
  readonly storage: Storage;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  /** The log key: LOG_PURPOSES and nothing else (decision D28, flaw.E4). */
  readonly signer: Signer;
  /** The DID of the enforcement point; the log's own origin is `<origin>/log/<n>`. */
  readonly origin: string;
  /** The number of the first log that this key writes; 0 unless given. Those before it are of keys before it. */
  readonly firstLog?: number;
  /**
   * Checkpoints of this enforcement point's logs that somebody else has kept, such as a witness: a log that does not
   * extend its own is not opened. For a storage that was restored from a backup.
   */
  readonly atLeast?: readonly string[];
  /** Entries without a signed tree head before one is made ahead of its time; 4096 unless given. */
  readonly checkpointEntries?: number;
}

/** Faults of what nobody waits for, counted since the recorder was opened. */
export interface RecorderFaults {
  /** Listeners that threw. */
  readonly listeners: number;
  /** Queued denials that were not recorded. */
  readonly denials: number;
  /** Tree heads that could not be signed or kept in time; tried again after the next interval. */
  readonly checkpoints: number;
}

/** What sealing a trace gives. */
export interface SealedTrace {
  /** Of the `trace-sealed` entry. */
  readonly receipt: Receipt;
  /** RFC 9162 root over the trace's own leaf hashes. */
  readonly root: Hash;
  /** Entries of the trace, without the seal. */
  readonly count: number;
  /** A checkpoint of the log that covers the seal. */
  readonly checkpoint: string;
}

/** The audit log of one enforcement point (decisions D28 to D30). */
export interface TraceRecorder extends Recorder {
  /** Origin of the log that is written now. It changes when another process takes the log over. */
  readonly origin: string;
  /** Entries that are durable. */
  readonly size: bigint;
  readonly faults: RecorderFaults;
  /** Modes, archives, legal holds, retention. */
  readonly life: TraceLife;
  /**
   * Records events, all of them or none, and keeps the payloads they refer to. Resolves when everything is durable;
   * calls that come together share one append.
   *
   * @returns the index of each entry, in the log `origin`
   * @throws ETR_BAD_EVENT, ETR_LEAF_TOO_LARGE, ETR_TRACE_SEALED, ETR_POISONED, ETR_CLOSED
   */
  record(events: readonly TtpEvent[], payloads?: readonly Payload[]): Promise<readonly bigint[]>;
  /**
   * Commits to a value; {@link record} or {@link queue} then keeps it.
   *
   * @param dataClass what retention goes by
   * @throws ETR_BAD_PAYLOAD, ETR_PAYLOAD_TOO_LARGE
   */
  payload(subject: Did, value: Json, dataClass?: Classification): Payload;
  /**
   * Records a denial with the next batch, at the latest after a second. Resolves when it is in the queue; waits when
   * 10 000 entries are waiting (decision D29). Throws like {@link record}.
   */
  queue(event: TtpEvent, payloads?: readonly Payload[]): Promise<void>;
  /**
   * The receipt of a durable entry.
   *
   * @param log its origin where it is not the current one
   * @throws ETR_NO_ENTRY
   */
  receipt(index: bigint, log?: string): Receipt;
  /**
   * Proof that the entry at `index` is in the tree of `size` entries (left out: now), to be checked against the root
   * of a checkpoint of that size. Throws ETR_NO_ENTRY, ETR_BAD_POSITION.
   */
  proof(index: bigint, size?: bigint, log?: string): InclusionProof;
  /** A signed checkpoint that covers every acknowledged entry. Throws LOG_CONFLICT, CORE_CLOCK_REGRESSED, ETR_POISONED. */
  checkpoint(): Promise<string>;
  /**
   * Ends a trace (decision D28): appends its seal, then signs a checkpoint that covers it.
   *
   * @throws ETR_TRACE_UNKNOWN, ETR_TRACE_SEALED, ETR_TRACE_OPEN_INTENT
   */
  seal(trace: TraceId): Promise<SealedTrace>;
  /** The durable entries of the current log that match, in order. */
  events(filter?: EntryFilter): AsyncIterable<Entry>;
  /** The payload of a commitment; undefined where none is kept, or it was erased. Throws ETR_PAYLOAD_UNREADABLE. */
  read(hash: Hash): Promise<Json | undefined>;
  /**
   * Erases all payloads of a subject: records the erasure, then destroys the subject's key. Every proof stays valid
   * (flaw.E7). An erasure that a crash interrupts is completed when the recorder is opened again.
   *
   * @returns undefined when nothing is kept of the subject
   * @throws ETR_HELD where a legal hold is on any of them
   */
  erase(subject: Did, context: LifeContext): Promise<Receipt | undefined>;
  /** The log, or what the options select, as a bundle that `verifyTrace` checks offline (decision D30). */
  exportBundle(options?: ExportOptions): Promise<string>;
  /** Calls `fn` with every entry as soon as it is durable. What it throws is counted. */
  onEvent(fn: (entry: Entry) => void): Dispose;
  /** Writes what is queued. Throws ETR_POISONED. */
  flush(): Promise<void>;
  /** Writes what is queued, signs a last checkpoint, stops the timers. Everything but reading throws ETR_CLOSED afterwards. */
  close(): Promise<void>;
}
