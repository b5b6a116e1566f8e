import {
  type Classification,
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
import { CHECKPOINT_ENTRIES } from '../limits.js';
import type { InclusionProof } from '../proof.js';
import type { HeldTreeHead } from '../signed-tree-head.js';
import type { Chains } from './chains.js';
import { Checkpointer } from './checkpointer.js';
import { type ExportOptions, type ExportSource, exportLedger } from './export.js';
import type { Entry, EntryFilter } from './filter.js';
import { readHead } from './head-store.js';
import { Intake } from './intake.js';
import { type PreparedLeaf, prepareLeaf } from './leaf.js';
import { type Ledger, openLedger } from './ledger.js';
import { Ledgers } from './ledgers.js';
import type { LifeContext, TraceLife } from './life.js';
import { type LifeEvent, LifeRecorder } from './life-recorder.js';
import { createLifeStore } from './life-store.js';
import { LIFE_TYPES } from './life-types.js';
import { Listeners } from './listeners.js';
import { checkOptions, openFreeLedger } from './open.js';
import { createPayload, type Payload, payloadValue } from './payload.js';
import { createPayloadStore, type PayloadStore } from './payload-store.js';
import { readEntries } from './reader.js';
import type { RecorderFaults, RecorderOptions, SealedTrace, TraceRecorder } from './recorder.js';
import { COMPONENT } from './recovery.js';
import { prepareSeal } from './seal.js';
import { Writer } from './writer.js';

/** Types that mean something to the log itself: only `seal` and `life` make them. */
const RESERVED: readonly EventType[] = ['trace-sealed', 'payload-erased', ...LIFE_TYPES];

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
  const { firstLog = 0 } = options;
  return new LogRecorder(options, payloads, await openFreeLedger(options, payloads, firstLog));
}

class LogRecorder implements TraceRecorder {
  readonly #options: RecorderOptions;
  readonly #payloads: PayloadStore;
  readonly life: TraceLife;
  readonly #writer: Writer;
  readonly #checkpointer: Checkpointer;
  readonly #ledgers = new Ledgers();
  /** Traces whose seal is on its way. */
  readonly #sealing = new Set<TraceId>();
  readonly #listeners = new Listeners();
  readonly #intake: Intake;
  #checkpointFaults = 0;
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
      durable: (entries, index) => {
        this.#checkpointer.grown();
        this.#listeners.publish(entries, index);
      },
    });
    this.#intake = new Intake(this.#writer, options.timer);
    this.#checkpointer = new Checkpointer({
      store,
      clock: options.clock,
      timer: options.timer,
      signer: options.signer,
      entries: options.checkpointEntries ?? CHECKPOINT_ENTRIES,
      ledger: () => this.#writer.ledger,
      faulted: () => void this.#checkpointFaults++,
    });
    this.life = new LifeRecorder({
      life: createLifeStore(store),
      payloads,
      logs: { storage: options.storage, origin: options.origin },
      random: options.random,
      write: (events, kept, check) => this.#writeLife(events, kept, check),
      source: async () => ({ ...(await this.#exportSource()), origin: options.origin }),
      requireOpen: () => this.#requireOpen(),
      isSealed: (trace) => this.#isSealed(trace),
      forgetStored: () => this.#writer.forgetStored(),
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
    return {
      listeners: this.#listeners.faults,
      denials: this.#intake.denialsLost,
      checkpoints: this.#checkpointFaults,
    };
  }

  payload(subject: Did, value: Json, dataClass?: Classification): Payload {
    return createPayload(this.#options.random, subject, value, dataClass);
  }

  async record(events: readonly TtpEvent[], payloads: readonly Payload[] = []): Promise<readonly bigint[]> {
    const leaves = this.#prepare(events);
    const { first } = await this.#intake.write(leaves.length, payloads, () => ({ leaves, value: undefined }));
    return leaves.map((_, i) => first + BigInt(i));
  }

  async queue(event: TtpEvent, payloads: readonly Payload[] = []): Promise<void> {
    await this.#intake.queue(() => this.#prepare([event]), payloads);
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
      const { first, value } = await this.#intake.write(1, [], (chains) => {
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

  erase(subject: Did, context: LifeContext): Promise<Receipt | undefined> {
    return this.life.erase(subject, context);
  }

  async exportBundle(options: ExportOptions = {}): Promise<string> {
    return exportLedger(await this.#exportSource(), options);
  }

  onEvent(fn: (entry: Entry) => void): Dispose {
    return this.#listeners.add(fn);
  }

  async flush(): Promise<void> {
    this.#requireOpen();
    await this.#intake.start();
    this.#writer.requireSound();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#intake.start();
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

  /** Events of the log's own, for an entry each. */
  async #writeLife(
    events: readonly LifeEvent[],
    payloads: readonly Payload[] = [],
    check?: (chains: Chains) => void,
  ): Promise<readonly Receipt[]> {
    this.#requireOpen();
    const at = this.#options.clock.now();
    const leaves = events.map((event) => {
      this.#requireUnsealed(event.trace);
      return prepareLeaf({ ...event, component: COMPONENT, at });
    });
    const { first } = await this.#intake.write(leaves.length, payloads, (chains) => {
      check?.(chains);
      return { leaves, value: undefined };
    });
    return leaves.map((_, i) => this.receipt(first + BigInt(i)));
  }

  async #exportSource(): Promise<ExportSource> {
    this.#requireOpen();
    await this.#intake.start();
    this.#writer.requireSound();
    const { clock, signer } = this.#options;
    return { ...(await this.#signedLedger()), payloads: this.#payloads, at: clock.now(), signer };
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

  #isSealed(trace: TraceId): boolean {
    return this.#ledgers.isSealed(trace) || this.#sealing.has(trace);
  }

  #requireUnsealed(trace: TraceId): void {
    if (this.#isSealed(trace))
      throw new TtpError('ETR_TRACE_SEALED', `trace ${trace} is sealed`, { field: 'trace' });
  }

  #requireOpen(): void {
    if (this.#closed) throw new TtpError('ETR_CLOSED', 'the recorder was closed');
    this.#writer.requireSound();
  }
}
