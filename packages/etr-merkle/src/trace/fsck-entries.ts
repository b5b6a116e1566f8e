import {
  type AppendLog,
  isTraceId,
  isTtpError,
  MESSAGE_MAX_AHEAD_MS,
  type Store,
  type TraceId,
} from '@ttp/core';
import { equalBytes } from '@ttp/crypto';
import { Frontier } from '../frontier.js';
import { emptyRoot, leafHash } from '../hash.js';
import type { OpenTreeHead } from '../signed-tree-head.js';
import { Findings, type TraceCheck } from './findings.js';
import type { Fault } from './fsck-report.js';
import { type Leaf, parseLeaf } from './leaf.js';
import { type IndexRecord, readIndex } from './log-index.js';
import { isStorageMode, type StorageMode } from './mode.js';
import { EntryChecks } from './verify-entries.js';

/** What one log is checked with. */
export interface LogSource {
  readonly origin: string;
  readonly log: AppendLog;
  readonly size: bigint;
  readonly store: Store;
  readonly head: OpenTreeHead | undefined;
  readonly fault: (fault: Omit<Fault, 'log'>) => void;
  /** Called with every entry that can be read, in order. */
  entry(leaf: Leaf, index: bigint): Promise<void>;
  /** Called after each entry. */
  step(index: bigint): Promise<void>;
}

/** What the entries of a log say about the life of traces: what the Store has to agree with. */
export interface LifeClaims {
  readonly modes: ReadonlyMap<TraceId, StorageMode>;
  /** Holds that are placed here, */
  readonly placed: ReadonlySet<string>;
  /** and that are lifted here, whichever log they were placed in. */
  readonly lifted: ReadonlySet<string>;
  /** Data keys that are erased. */
  readonly erased: ReadonlySet<string>;
}

/** The faults that the checks of a bundle find in the entries of a log. */
const CODE_OF: Readonly<Partial<Record<TraceCheck, Fault['code']>>> = {
  chain: 'ETR_FSCK_CHAIN',
  trace: 'ETR_FSCK_TRACE',
  seal: 'ETR_FSCK_SEAL',
  mode: 'ETR_FSCK_MODE',
};

/**
 * Reads a log from its first entry to its last and holds each against the chains, the index and the tree head.
 *
 * @returns what its entries say about the life of traces
 */
export async function checkLog(source: LogSource): Promise<LifeClaims> {
  const { log, size, head, fault } = source;
  const findings = new Findings();
  const checks = new EntryChecks(WHOLE_LOG, { size, root: emptyRoot() }, 0, findings);
  const claims = new Claims();
  const tree = new Frontier();
  const places = new Places(source);
  let [told, latest, index] = [0, 0, 0n];
  for await (const bytes of log.read(0n, size)) {
    const hash = leafHash(bytes);
    await places.hold(hash, index);
    if (head !== undefined && index < head.size) tree.append(hash);
    const leaf = readLeaf(bytes, index, fault);
    if (leaf !== undefined) {
      checks.add({ kind: 'entry', index, bytes, leaf, line: Number(index) });
      for (; told < findings.list.length; told++) {
        const finding = findings.list[told];
        const code = finding === undefined ? undefined : CODE_OF[finding.check];
        if (finding !== undefined && code !== undefined) fault({ code, index, message: finding.message });
      }
      if (leaf.at < latest - MESSAGE_MAX_AHEAD_MS || isAfterHead(leaf, index, head))
        fault({ code: 'ETR_FSCK_TIME', index, message: `it is stamped ${leaf.at}` });
      latest = Math.max(latest, leaf.at);
      claims.add(leaf);
      await source.entry(leaf, index);
    }
    index++;
    await source.step(index);
  }
  if (head !== undefined && index < head.size)
    fault({
      code: 'ETR_FSCK_TRUNCATED',
      index,
      message: `${head.size - index} of ${head.size} entries are gone`,
    });
  else if (head !== undefined && !equalBytes(tree.root(), head.root)) {
    places.tell('ETR_FSCK_ALTERED');
    fault({ code: 'ETR_FSCK_ROOT', message: `the first ${head.size} entries do not lead to its root` });
    return claims;
  }
  // The entries are those that were signed for: where the index differs, it is the index that is wrong.
  places.tell(head === undefined || index < head.size ? 'ETR_FSCK_ALTERED' : 'ETR_FSCK_INDEX');
  return claims;
}

/** Every entry is there; that they lead to the root of a head is held against the head itself. */
const WHOLE_LOG = { scope: 'log', tamperEvident: true } as const;

/** Holds leaf hashes against the index: what stands where. */
class Places {
  readonly #source: LogSource;
  readonly #records: AsyncGenerator<IndexRecord>;
  readonly #differing: bigint[] = [];
  /** What the index has where the entry before differed. */
  #skipped: Uint8Array | undefined;
  /** Hashes of the index from {@link #at} on. */
  #ahead: Uint8Array[] = [];
  /** Place in the tree of the next entry of the log. */
  #at = 0n;
  #isOver = false;

  constructor(source: LogSource) {
    const { store, origin, head } = source;
    this.#source = source;
    this.#records = readIndex(store, origin, head?.size ?? 0n);
  }

  /** The hash of the entry that the log has at `index`. */
  async hold(hash: Uint8Array, index: bigint): Promise<void> {
    await this.#fill();
    const [here, next] = this.#ahead;
    const skipped = this.#skipped;
    this.#skipped = undefined;
    if (skipped !== undefined && equalBytes(skipped, hash)) {
      this.#differing.pop();
      this.#source.fault({
        code: 'ETR_FSCK_SURPLUS',
        index: index - 1n,
        message: 'the log has it, the tree has not',
      });
      return;
    }
    if (here === undefined) return;
    if (equalBytes(here, hash)) return this.#advance(1);
    if (next !== undefined && equalBytes(next, hash)) {
      this.#source.fault({
        code: 'ETR_FSCK_MISSING',
        index: this.#at,
        message: 'the tree has it, the log has not',
      });
      return this.#advance(2);
    }
    this.#differing.push(index);
    this.#skipped = here;
    this.#advance(1);
  }

  /** Says of each entry that differed what that means. */
  tell(code: 'ETR_FSCK_ALTERED' | 'ETR_FSCK_INDEX'): void {
    for (const index of this.#differing)
      this.#source.fault({ code, index, message: 'another entry than in the tree' });
  }

  #advance(by: number): void {
    this.#ahead.splice(0, by);
    this.#at += BigInt(by);
  }

  /** At least two hashes, as long as there are any. */
  async #fill(): Promise<void> {
    while (!this.#isOver && this.#ahead.length < 2) {
      const record = await this.#next();
      if (record === undefined) this.#isOver = true;
      else this.#ahead.push(...record.entries.map(({ hash }) => hash));
    }
  }

  async #next(): Promise<IndexRecord | undefined> {
    try {
      const { value, done } = await this.#records.next();
      return done === true ? undefined : value;
    } catch (error) {
      if (!isTtpError(error)) throw error;
      const index = BigInt(error.field ?? '0');
      this.#source.fault({ code: 'ETR_FSCK_INDEX', index, message: error.message });
      return undefined;
    }
  }
}

/** Collects {@link LifeClaims}. */
class Claims implements LifeClaims {
  readonly modes = new Map<TraceId, StorageMode>();
  readonly placed = new Set<string>();
  readonly lifted = new Set<string>();
  readonly erased = new Set<string>();

  add({ type, subject, data: { mode, hold, key } }: Leaf): void {
    if (type === 'mode-set' && isTraceId(subject) && isStorageMode(mode)) this.modes.set(subject, mode);
    if (type === 'hold-placed' && typeof hold === 'string') this.placed.add(hold);
    if (type === 'hold-released' && typeof hold === 'string') this.lifted.add(hold);
    if (type === 'payload-erased' && typeof key === 'string') this.erased.add(key);
  }
}

function readLeaf(bytes: Uint8Array, index: bigint, fault: LogSource['fault']): Leaf | undefined {
  try {
    return parseLeaf(bytes);
  } catch (error) {
    if (!isTtpError(error)) throw error;
    fault({ code: 'ETR_FSCK_ENTRY', index, message: error.message });
    return undefined;
  }
}

/** A head is signed after what it covers; a clock that is set back by less than a minute does not matter. */
const isAfterHead = ({ at }: Leaf, index: bigint, head: OpenTreeHead | undefined): boolean =>
  head !== undefined && index < head.size && at > head.at + MESSAGE_MAX_AHEAD_MS;
