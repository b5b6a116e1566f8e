import {
  type Did,
  type Dispose,
  type EventType,
  type Hash,
  isTtpError,
  type Json,
  type Receipt,
  type TraceId,
  TtpError,
  type TtpEvent,
} from '@ttp/core';
import { hex } from '@ttp/crypto';
import { CHECKPOINT_ENTRIES, DENIAL_FLUSH_MS, DENIAL_QUEUE_MAX, GROUP_COMMIT_MAX } from '../limits.js';
import { hashText, type InclusionProof } from '../proof.js';
import type { HeldTreeHead } from '../signed-tree-head.js';
import type { Chains } from './chains.js';
import { Checkpointer } from './checkpointer.js';
import { type ExportOptions, exportLedger } from './export.js';
import type { Entry, EntryFilter } from './filter.js';
import { readHead } from './head-store.js';
import { leafOf, type PreparedLeaf, prepareLeaf } from './leaf.js';
import { type Ledger, openLedger } from './ledger.js';
import { Ledgers } from './ledgers.js';
import { checkOptions, openFreeLedger } from './open.js';
import { createPayload, type Payload, payloadValue } from './payload.js';
import { createPayloadStore, type PayloadStore } from './payload-store.js';
import { readEntries } from './reader.js';
import type {
  EraseContext,
  RecorderFaults,
  RecorderOptions,
  SealedTrace,
  TraceRecorder,
} from './recorder.js';
import { COMPONENT } from './recovery.js';
import { prepareSeal } from './seal.js';
import { type Placed, Writer } from './writer.js';

/** Types that mean something to the log itself: only `seal` and `erase` make them. */
const RESERVED: readonly EventType[] = ['trace-sealed', 'payload-erased'];

/**
 * Opens the audit log of an enforcement point and brings it up to date: the chains are rebuilt and held against the
 * last tree head, and every intent without an outcome gets an `outcome-unknown` entry.
 *
 * @param options `origin` is the DID of the enforcement point
 * @throws ETR_NOT_A_LOG_KEY, ETR_BAD_ORIGIN, ETR_LOG_INCONSISTENT, ETR_BAD_LEAF, and what the storage throws
 */
export async function openRecorder(options: RecorderOptions): Promise<TraceRecorder> {
  checkOptions(options);
  const payloads = createPayloadStore(options.storage.store, options.random);
  return new LogRecorder(options, payloads, await openFreeLedger(options, payloads, 0));
}

/** Makes the leaves of a job in its turn, and whatever its caller wants to know of that. */
type Build<T> = (chains: Chains) => { readonly leaves: readonly PreparedLeaf[]; readonly value: T };

/** The index of a job's first leaf, and what was wanted. */
interface Written<T> {
  readonly first: bigint;
  readonly value: T;
}

class LogRecorder implements TraceRecorder {
  readonly #options: RecorderOptions;
  readonly #payloads: PayloadStore;
  readonly #writer: Writer;
  readonly #checkpointer: Checkpointer;
  readonly #ledgers = new Ledgers();
  /** Traces whose seal is on its way. */
  readonly #sealing = new Set<TraceId>();
  readonly #listeners = new Set<(entry: Entry) => void>();
  readonly #counts = { listeners: 0, denials: 0, checkpoints: 0 };
  #denialsDue: Dispose | undefined;
  #closed = false;

  constructor(options: RecorderOptions, payloads: PayloadStore, first: { ledger: Ledger; n: number }) {
    const { store } = options.storage;
    let { n } = first;
    this.#options = options;
    this.#payloads = payloads;
    this.#writer = new Writer(this.#ledgers.add(first.ledger), {
      store,
      payloads,
      nextLedger: async () => {
        const next = await openFreeLedger(options, payloads, n + 1);
        n = next.n;
        return this.#ledgers.add(next.ledger);
      },
      durable: (entries, index) => this.#publish(entries, index),
    });
    this.#checkpointer = new Checkpointer({
      store,
      clock: options.clock,
      timer: options.timer,
      signer: options.signer,
      entries: options.checkpointEntries ?? CHECKPOINT_ENTRIES,
      ledger: () => this.#writer.ledger,
      faulted: () => void this.#counts.checkpoints++,
    });
    this.#checkpointer.grown();
  }

  get origin(): string {
    return this.#writer.ledger.origin;
  }

  get size(): bigint {
    return this.#writer.ledger.tree.size;
  }

  get faults(): RecorderFaults {
    return { ...this.#counts };
  }

  payload(subject: Did, value: Json): Payload {
    return createPayload(this.#options.random, subject, value);
  }

  async record(events: readonly TtpEvent[], payloads: readonly Payload[] = []): Promise<readonly bigint[]> {
    const leaves = this.#prepare(events);
    const { first } = await this.#write(leaves.length, payloads, () => ({ leaves, value: undefined }));
    return leaves.map((_, i) => first + BigInt(i));
  }

  async queue(event: TtpEvent, payloads: readonly Payload[] = []): Promise<void> {
    let leaves = this.#prepare([event]);
    while (this.#writer.waiting >= DENIAL_QUEUE_MAX) {
      await this.#start();
      leaves = this.#prepare([event]); // meanwhile the trace may have been sealed, or a write have failed
    }
    // The caller is gone when this one is written: a fault shows in the next call, and in the count.
    this.#push(1, payloads, () => ({ leaves, value: undefined })).catch(() => void this.#counts.denials++);
    if (this.#writer.waiting >= GROUP_COMMIT_MAX) void this.#start();
    else this.#denialsDue ??= this.#options.timer.after(DENIAL_FLUSH_MS, () => void this.#start());
  }

  receipt(index: bigint, log: string = this.origin): Receipt {
    return this.#ledgers.receipt(log, index);
  }

  proof(index: bigint, size?: bigint, log: string = this.origin): InclusionProof {
    return this.#ledgers.proof(log, index, size);
  }

  async checkpoint(): Promise<string> {
    this.#requireOpen();
    return (await this.#checkpointer.head()).signed.checkpoint;
  }

  async seal(trace: TraceId): Promise<SealedTrace> {
    this.#requireOpen();
    this.#requireUnsealed(trace);
    const at = this.#options.clock.now();
    this.#sealing.add(trace);
    try {
      const { first, value } = await this.#write(1, [], (chains) => {
        const { leaf, summary } = prepareSeal(chains, trace, at);
        return { leaves: [leaf], value: summary };
      });
      const receipt = this.receipt(first);
      const { signed } = await this.#checkpointer.head();
      return { receipt, root: value.root, count: value.count, checkpoint: signed.checkpoint };
    } finally {
      this.#sealing.delete(trace);
    }
  }

  async *events(filter: EntryFilter = {}): AsyncIterable<Entry> {
    for await (const { entry } of readEntries(this.#writer.ledger, filter, this.size)) yield entry;
  }

  async read(hash: Hash): Promise<Json | undefined> {
    const kept = await this.#payloads.read(hash);
    return kept.state === 'kept' ? payloadValue(kept.bytes) : undefined;
  }

  async erase(subject: Did, { agent, trace }: EraseContext): Promise<Receipt | undefined> {
    this.#requireOpen();
    const key = await this.#payloads.keyOf(subject);
    if (key === undefined) return undefined;
    this.#requireOpen(); // again: it may have been closed meanwhile
    this.#requireUnsealed(trace);
    const id = hex(key.id);
    const leaf = prepareLeaf({
      type: 'payload-erased',
      component: COMPONENT,
      at: this.#options.clock.now(),
      trace,
      agent,
      // The key's random id: the log must not say who it was that wished to be forgotten.
      subject: `key:${id}`,
      data: { key: id },
    });
    const { first } = await this.#write(1, [], () => ({ leaves: [leaf], value: undefined }));
    const receipt = this.receipt(first);
    // After its record: what a crash leaves undone here is done when the log is opened again.
    await this.#payloads.erase(subject, key);
    this.#writer.forgetStored();
    return receipt;
  }

  async exportBundle(options: ExportOptions = {}): Promise<string> {
    this.#requireOpen();
    await this.#start();
    this.#writer.requireSound();
    const { clock, signer } = this.#options;
    const { ledger, head } = await this.#signedLedger();
    return exportLedger({ ledger, head, payloads: this.#payloads, at: clock.now(), signer }, options);
  }

  onEvent(fn: (entry: Entry) => void): Dispose {
    // A function of its own for each call, so that registering one twice can be undone once.
    const listener = (entry: Entry): void => fn(entry);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async flush(): Promise<void> {
    this.#requireOpen();
    await this.#start();
    this.#writer.requireSound();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#start();
      this.#writer.requireSound();
      if (this.size > 0n) await this.#checkpointer.head();
    } catch (error) {
      // Whoever has taken the log over has signed for all that is in it.
      if (!isTtpError(error, 'LOG_CONFLICT')) throw error;
    } finally {
      this.#checkpointer.stop();
    }
  }

  /** Checks events while their caller still waits. Throws before anything of them is in the queue. */
  #prepare(events: readonly TtpEvent[]): PreparedLeaf[] {
    this.#requireOpen();
    return events.map((event) => {
      if (RESERVED.includes(event.type))
        throw new TtpError('ETR_BAD_EVENT', `${event.type} is the log's own`, { field: 'type' });
      const leaf = prepareLeaf(event);
      this.#requireUnsealed(leaf.trace);
      return leaf;
    });
  }

  /** Queues what `build` makes; resolves, with what it says besides, when that is durable. */
  #push<T>(count: number, payloads: readonly Payload[], build: Build<T>): Promise<Written<T>> {
    return new Promise((resolve, failed) => {
      this.#writer.push({
        count,
        payloads,
        build(chains) {
          const { leaves, value } = build(chains);
          return { leaves, done: (first) => resolve({ first, value }) };
        },
        failed,
      });
    });
  }

  #write<T>(count: number, payloads: readonly Payload[], build: Build<T>): Promise<Written<T>> {
    const written = this.#push(count, payloads, build);
    void this.#start();
    return written;
  }

  #start(): Promise<void> {
    this.#denialsDue?.();
    this.#denialsDue = undefined;
    return this.#writer.start();
  }

  #publish(entries: readonly Placed[], first: bigint): void {
    this.#checkpointer.grown();
    if (this.#listeners.size === 0) return;
    entries.forEach(({ leaf, position, hash }, i) => {
      const entry = { ...leafOf(leaf, position), index: first + BigInt(i), leafHash: hashText(hash) };
      for (const listener of this.#listeners) {
        try {
          listener(entry);
        } catch {
          this.#counts.listeners++; // a listener never stands between an entry and whoever waits for it
        }
      }
    });
  }

  /** The log with a head that covers all of it or, where another process writes it, all that is signed for. */
  async #signedLedger(): Promise<{ ledger: Ledger; head: HeldTreeHead }> {
    const { ledger } = this.#writer;
    try {
      return { ledger, head: await this.#checkpointer.head() };
    } catch (error) {
      if (!isTtpError(error, 'LOG_CONFLICT')) throw error;
      const { storage, signer } = this.#options;
      const { held } = await readHead(storage.store, ledger.origin, signer);
      if (held === undefined) throw error;
      return { ledger: await openLedger(storage, ledger.origin, signer), head: held };
    }
  }

  #requireUnsealed(trace: TraceId): void {
    if (this.#ledgers.isSealed(trace) || this.#sealing.has(trace))
      throw new TtpError('ETR_TRACE_SEALED', `trace ${trace} is sealed`, { field: 'trace' });
  }

  #requireOpen(): void {
    if (this.#closed) throw new TtpError('ETR_CLOSED', 'the recorder was closed');
    this.#writer.requireSound();
  }
}
