import { isTtpError, type Store, TtpError } from '@ttp/core';
import { leafHash } from '../hash.js';
import { GROUP_COMMIT_MAX } from '../limits.js';
import type { Chains } from './chains.js';
import { leafBytes, leafOf, type Position, type PreparedLeaf } from './leaf.js';
import { extendLedger, type Ledger } from './ledger.js';
import type { Payload } from './payload.js';
import type { PayloadStore, SealedPayload } from './payload-store.js';

/** Something to append, whole or not at all. */
export interface Job {
  /** Entries it will make, at most: what it counts for in a batch. */
  readonly count: number;
  readonly payloads: readonly Payload[];
  /** Its leaves, in its turn. What it throws refuses this job alone. Called again when the log has changed. */
  build(chains: Chains): Built;
  /** None of it is acknowledged. */
  failed(error: unknown): void;
}

/** What a job appends. */
export interface Built {
  readonly leaves: readonly PreparedLeaf[];
  /** All of it is durable; `first` is the index of the first leaf. */
  readonly done: (first: bigint) => void;
}

/** What the writer needs of its recorder. */
export interface WriterPorts {
  readonly store: Store;
  readonly payloads: PayloadStore;
  /** The log to go on with when another process appends to this one. */
  nextLedger(): Promise<Ledger>;
  /** Called with the entries of each append as soon as they are durable; `first` is the index of the first. */
  durable(entries: readonly Placed[], first: bigint): void;
}

/** A leaf at its place in the log. */
export interface Placed {
  readonly leaf: PreparedLeaf;
  readonly position: Position;
  readonly bytes: Uint8Array;
  /** Leaf hash. */
  readonly hash: Uint8Array;
}

/**
 * The only one who appends. Jobs that wait while an append is under way, or are handed over in one turn, share the
 * next append (group commit, decision D29). After a fault nothing is acknowledged any more (flaw.E9).
 */
export class Writer {
  #ledger: Ledger;
  readonly #ports: WriterPorts;
  readonly #waiting: Job[] = [];
  #running: Promise<void> | undefined;
  #fault: { readonly cause: unknown } | undefined;
  /** Payloads that are in the store, by object: a policy's text goes with every decision and is stored once. */
  #stored = new WeakSet<Payload>();

  constructor(ledger: Ledger, ports: WriterPorts) {
    this.#ledger = ledger;
    this.#ports = ports;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** Jobs that no append has taken yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Throws ETR_POISONED after a fault, with what went wrong as its cause. */
  requireSound(): void {
    if (this.#fault === undefined) return;
    throw new TtpError('ETR_POISONED', 'a write failed: open the recorder again', this.#fault);
  }

  /** Puts a job at the end of the queue. Nothing is written before {@link start}. */
  push(job: Job): void {
    this.requireSound();
    this.#waiting.push(job);
  }

  /** Sees to it that everything in the queue is written; resolves when nothing waits any more, whatever came of it. */
  start(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  /** Payloads are stored anew from here on: a key was destroyed, and what it encrypted is gone. */
  forgetStored(): void {
    this.#stored = new WeakSet();
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // whoever else calls in this turn is in the same batch
    while (this.#waiting.length > 0) {
      const jobs = this.#take();
      try {
        await this.#commit(jobs);
      } catch (cause) {
        this.#fault = { cause };
        const error = new TtpError('ETR_POISONED', 'the write failed: open the recorder again', { cause });
        for (const job of [...jobs, ...this.#waiting.splice(0)]) job.failed(error);
      }
    }
    this.#running = undefined;
  }

  /** The jobs of the next append, in order, and one at least. */
  #take(): Job[] {
    let entries = 0;
    const end = this.#waiting.findIndex((job) => {
      entries += job.count;
      return entries > GROUP_COMMIT_MAX;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : Math.max(end, 1));
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    // This very set: what an erasure forgets meanwhile is not to be remembered by what was encrypted before it.
    const stored = this.#stored;
    const seal = this.#ports.payloads.sealing();
    const sealed = new Map<Job, readonly SealedPayload[]>();
    await Promise.all(
      jobs.map(async (job) => {
        try {
          const missing = job.payloads.filter((payload) => !stored.has(payload));
          sealed.set(job, await Promise.all(missing.map(seal)));
        } catch (error) {
          job.failed(error); // a damaged data key is this job's misfortune only
        }
      }),
    );
    let ready = jobs.filter((job) => sealed.has(job));
    let puts = ready.flatMap((job) => sealed.get(job) ?? []);
    for (;;) {
      const { entries, accepted } = this.#build(ready);
      // In one turn, so that a store with group commit makes one transaction of them.
      const [appended, ...kept] = await Promise.allSettled([
        this.#append(entries.map(({ bytes }) => bytes)),
        ...puts.map(({ key, value }) => this.#ports.store.put(key, value)),
      ]);
      for (const put of kept) if (put.status === 'rejected') throw put.reason;
      if (appended.status === 'fulfilled') {
        for (const job of accepted.keys()) {
          for (const payload of job.payloads) {
            stored.add(payload);
            this.#ledger.unindexed.committed.push(payload.hash);
          }
        }
        return this.#acknowledge(entries, accepted);
      }
      if (!isTtpError(appended.reason, 'LOG_CONFLICT')) throw appended.reason;
      // Nothing of it was written. The chains have moved on without it and go with their ledger.
      this.#ledger = await this.#ports.nextLedger();
      ready = [...accepted.keys()];
      puts = [];
    }
  }

  #build(jobs: readonly Job[]): { entries: Placed[]; accepted: Map<Job, Built> } {
    const { chains } = this.#ledger;
    const entries: Placed[] = [];
    const accepted = new Map<Job, Built>();
    for (const job of jobs) {
      try {
        const built = job.build(chains);
        for (const leaf of built.leaves) {
          const position = chains.next(leaf);
          const bytes = leafBytes(leaf, position);
          const hash = leafHash(bytes);
          chains.add(leaf, hash);
          entries.push({ leaf, position, bytes, hash });
        }
        accepted.set(job, built);
      } catch (error) {
        job.failed(error);
      }
    }
    return { entries, accepted };
  }

  async #append(entries: readonly Uint8Array[]): Promise<void> {
    const { log, tree } = this.#ledger;
    if (entries.length > 0) await log.append(entries, tree.size);
  }

  #acknowledge(entries: readonly Placed[], accepted: ReadonlyMap<Job, Built>): void {
    const first = this.#ledger.tree.size;
    for (const { hash, leaf, position } of entries)
      extendLedger(this.#ledger, { ...leaf, hash }, () => leafOf(leaf, position).data);
    let next = first;
    for (const { leaves, done } of accepted.values()) {
      done(next);
      next += BigInt(leaves.length);
    }
    this.#ports.durable(entries, first);
  }
}
