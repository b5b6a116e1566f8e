import { type AppendLog, type Hash, isTtpError, type Storage, type Timer } from '@ttp/core';
import { CHECKPOINT_INTERVAL_MS, FSCK_SLICE_ENTRIES, LOGS_MAX } from '../limits.js';
import type { LogKey, OpenTreeHead } from '../signed-tree-head.js';
import { collectHashes } from './data-hashes.js';
import { checkLog, type LifeClaims } from './fsck-entries.js';
import { type Fault, Faults, type FsckReport } from './fsck-report.js';
import { readHead } from './head-store.js';
import { type Leaf, parseLeaf } from './leaf.js';
import { createLifeStore } from './life-store.js';
import { readIndex } from './log-index.js';
import { isStricter } from './mode.js';
import { originOf } from './open.js';
import { createPayloadStore, type PayloadStore } from './payload-store.js';

/** How far a check is. */
export interface FsckProgress {
  /** Origin of the log that is read. */
  readonly log: string;
  readonly entries: bigint;
  /** Entries of the log. */
  readonly of: bigint;
}

/** What a storage is checked with. */
export interface FsckOptions {
  readonly storage: Storage;
  /** The DID of the enforcement point. */
  readonly origin: string;
  /** The public log key. */
  readonly key: LogKey;
  /** Which logs that key has signed, by their numbers, where other keys were there before or after it; all unless given. */
  readonly logs?: { readonly from: number; readonly to?: number };
  /** Gives the event loop its turn. */
  readonly timer: Timer;
  /** Wall clock, ms; where it is given, entries that wait too long for a tree head are found. */
  readonly now?: number;
  readonly onProgress?: (progress: FsckProgress) => void;
}

/**
 * Checks everything that an enforcement point keeps of its logs: tree heads, every entry, chains, seals, modes, index,
 * payloads, holds, erasures. Reads only, and reads all: what one fault hides is looked for all the same. What is being
 * written meanwhile may be found missing.
 *
 * @throws what the storage throws
 */
export async function fsck(options: FsckOptions): Promise<FsckReport> {
  const { storage, origin: point, logs: { from, to = LOGS_MAX } = { from: 0 } } = options;
  const faults = new Faults();
  const logs: { origin: string; entries: bigint; signed: bigint }[] = [];
  // No randomness is needed to read.
  const payloads = createPayloadStore(storage.store, { bytes: (n) => new Uint8Array(n) });
  const placed = new Map<string, string>();
  const lifted = new Set<string>();
  let opened = 0;
  let gap: string | undefined;
  for (let n = from; n < to; n++) {
    const origin = originOf(point, n);
    const one = new LogCheck(options, origin, payloads, faults);
    const { entries, signed, isThere } = await one.run();
    if (!isThere) {
      gap ??= origin;
      continue;
    }
    if (gap !== undefined) faults.add({ code: 'ETR_FSCK_LOG', log: gap, message: `${origin} is there` });
    gap = undefined;
    logs.push({ origin, entries, signed });
    opened += one.payloads;
    for (const [id, log] of one.placed) placed.set(id, log);
    for (const id of one.lifted) lifted.add(id);
  }
  const holds = await attempt(() => createLifeStore(storage.store).holds());
  for (const [id, log] of placed)
    if (!lifted.has(id) && holds?.some((hold) => hold.id === id) !== true)
      faults.add({ code: 'ETR_FSCK_HOLD', log, message: `hold ${id} is not in force` });
  const { list, omitted } = faults;
  return { sound: list.length === 0, logs, payloads: opened, faults: list, omitted };
}

/** The check of one log. */
class LogCheck {
  readonly #options: FsckOptions;
  readonly #origin: string;
  readonly #payloads: PayloadStore;
  readonly #fault: (fault: Omit<Fault, 'log'>) => void;
  payloads = 0;
  /** What is wrong with payloads whose entries are still to be found. */
  readonly #unplaced = new Map<Hash, Pick<Fault, 'code' | 'message'>>();
  /** Holds, by the log that they were placed in. */
  readonly placed = new Map<string, string>();
  readonly lifted = new Set<string>();

  constructor(options: FsckOptions, origin: string, payloads: PayloadStore, faults: Faults) {
    this.#options = options;
    this.#origin = origin;
    this.#payloads = payloads;
    this.#fault = (fault) => faults.add({ ...fault, log: origin });
  }

  async run(): Promise<{ readonly entries: bigint; readonly signed: bigint; readonly isThere: boolean }> {
    const { storage, onProgress } = this.#options;
    const log = storage.log(this.#origin);
    // The head first: the log may grow meanwhile.
    const { head, isThere } = await this.#head();
    const size = await log.size();
    const signed = head?.size ?? 0n;
    if (size === 0n && !isThere) return { entries: 0n, signed, isThere: false };
    let last = 0;
    const claims = await checkLog({
      origin: this.#origin,
      log,
      size,
      store: storage.store,
      head,
      fault: this.#fault,
      entry: async (leaf, index) => {
        last = leaf.at;
        // What is newer than the index is found by looking whether something is kept.
        if (index >= signed)
          for (const hash of hashesOf(leaf))
            await this.#open(hash, (fault) => this.#fault({ ...fault, index }));
      },
      step: async (entries) => {
        if (entries % BigInt(FSCK_SLICE_ENTRIES) !== 0n) return;
        onProgress?.({ log: this.#origin, entries, of: size });
        await this.#turn();
      },
    });
    onProgress?.({ log: this.#origin, entries: size, of: size });
    this.#checkSigned(size, signed, last);
    await this.#checkCommitted(signed);
    await this.#place(log, size);
    await this.#checkLife(claims);
    for (const id of claims.placed) this.placed.set(id, this.#origin);
    for (const id of claims.lifted) this.lifted.add(id);
    return { entries: size, signed, isThere: true };
  }

  async #head(): Promise<{ head: OpenTreeHead | undefined; isThere: boolean }> {
    const { storage, key } = this.#options;
    try {
      const { held } = await readHead(storage.store, this.#origin, key);
      return { head: held?.open, isThere: held !== undefined };
    } catch (error) {
      if (!isTtpError(error, 'ETR_LOG_INCONSISTENT')) throw error;
      const why = error.cause instanceof Error ? error.cause.message : error.message;
      this.#fault({ code: 'ETR_FSCK_HEAD', message: why });
      return { head: undefined, isThere: true };
    }
  }

  /** A running log signs once a minute; twice that is none. */
  #checkSigned(size: bigint, signed: bigint, last: number): void {
    const { now } = this.#options;
    if (now === undefined || size <= signed || now - last <= 2 * CHECKPOINT_INTERVAL_MS) return;
    this.#fault({
      code: 'ETR_FSCK_UNSIGNED',
      index: signed,
      message: `${size - signed} entries have no tree head`,
    });
  }

  /** Every payload that was recorded is there and readable, or it is known why not. */
  async #checkCommitted(signed: bigint): Promise<void> {
    const { store } = this.#options.storage;
    const seen = new Set<Hash>();
    try {
      for await (const { committed } of readIndex(store, this.#origin, signed)) {
        seen.clear(); // a payload is recorded once, but for what one batch repeats
        for (const hash of committed) {
          if (seen.has(hash)) continue;
          seen.add(hash);
          const later = (fault: Pick<Fault, 'code' | 'message'>): unknown => this.#unplaced.set(hash, fault);
          if (!(await this.#open(hash, later)))
            later({ code: 'ETR_FSCK_PAYLOAD_MISSING', message: `the payload of ${hash} is gone` });
        }
      }
    } catch (error) {
      if (!isTtpError(error, 'ETR_INDEX_DAMAGED')) throw error; // told where entries were held against it
    }
  }

  /** Whether something is kept of a commitment; what is kept and damaged is a fault. */
  async #open(hash: Hash, fault: (fault: Pick<Fault, 'code' | 'message'>) => unknown): Promise<boolean> {
    try {
      const { state } = await this.#payloads.read(hash);
      if (state === 'kept') this.payloads++;
      return state !== 'unknown';
    } catch (error) {
      if (!isTtpError(error, 'ETR_PAYLOAD_UNREADABLE')) throw error;
      fault({ code: 'ETR_FSCK_PAYLOAD', message: error.message });
      return true;
    }
  }

  /** Tells what is wrong with payloads, each at the first entry that commits to it. One reading, however many they are. */
  async #place(log: AppendLog, size: bigint): Promise<void> {
    if (this.#unplaced.size === 0) return;
    let index = 0n;
    for await (const bytes of log.read(0n, size)) {
      for (const hash of hashesIn(bytes)) {
        const fault = this.#unplaced.get(hash);
        if (fault !== undefined) this.#fault({ ...fault, index });
        this.#unplaced.delete(hash);
      }
      if (this.#unplaced.size === 0) return;
      index++;
      if (index % BigInt(FSCK_SLICE_ENTRIES) === 0n) await this.#turn();
    }
    for (const fault of this.#unplaced.values()) this.#fault(fault);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.timer.after(0, resolve);
    });
  }

  async #checkLife({ modes, erased }: LifeClaims): Promise<void> {
    const life = createLifeStore(this.#options.storage.store);
    for (const [trace, mode] of modes) {
      const kept = await attempt(() => life.modeOf(trace));
      if (kept === undefined || isStricter(mode, kept))
        this.#fault({
          code: 'ETR_FSCK_MODE',
          message: `trace ${trace} is ${mode}, and ${kept ?? 'nothing'} in the store`,
        });
    }
    for (const id of await this.#payloads.present(erased))
      this.#fault({ code: 'ETR_FSCK_KEY', message: `data key ${id} is there again` });
  }
}

/** Undefined for what is damaged in the Store. */
async function attempt<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isTtpError(error, 'ETR_LIFE_UNREADABLE')) return undefined;
    throw error;
  }
}

function hashesOf({ data }: Leaf): ReadonlySet<Hash> {
  const hashes = new Set<Hash>();
  collectHashes(data, hashes);
  return hashes;
}

/** None where the entry is damaged. */
function hashesIn(bytes: Uint8Array): Iterable<Hash> {
  try {
    return hashesOf(parseLeaf(bytes));
  } catch (error) {
    if (isTtpError(error)) return [];
    throw error;
  }
}
