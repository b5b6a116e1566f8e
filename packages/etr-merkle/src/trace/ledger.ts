import {
  type AppendLog,
  type EventType,
  type Hash,
  isTraceId,
  type JsonObject,
  type Storage,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { leafHash } from '../hash.js';
import type { LogKey } from '../signed-tree-head.js';
import { createTree, type MerkleTree } from '../tree.js';
import { Chains } from './chains.js';
import { extendsHead, readHead } from './head-store.js';
import { type Leaf, parseLeaf } from './leaf.js';
import { LIFE_TYPES } from './life-types.js';
import type { Indexed } from './log-index.js';

/** One log, opened: what is durable in `log`, `tree` and `traces`, what comes next in `chains`. */
export interface Ledger {
  readonly origin: string;
  readonly log: AppendLog;
  readonly tree: MerkleTree;
  /** The trace of every durable entry, by index. */
  readonly traces: TraceId[];
  readonly chains: Chains;
  /** Traces whose seal is durable. */
  readonly sealed: Set<TraceId>;
  /** Ids of data keys whose erasure is in the log (hexadecimal). */
  readonly erasedKeys: Set<string>;
  /** Traces that were in standard mode at any time: what is exported of them says so (flaw.E7). */
  readonly standard: Set<TraceId>;
  /** Indices of the entries about the life of traces. */
  readonly lifeEntries: bigint[];
  /** The last entries of the log, which no index record has yet, and commitments to payloads recorded with them. */
  readonly unindexed: { readonly entries: Indexed[]; readonly committed: Hash[] };
}

/** What a ledger looks at in an entry that is durable. */
interface Durable {
  readonly trace: TraceId;
  readonly type: EventType;
  readonly subject: string;
  readonly hash: Uint8Array;
}

/**
 * Puts a durable entry at the end of the ledger, whose chains have it already.
 *
 * @param data of the entry; asked for where it matters only
 */
export function extendLedger(
  { tree, traces, sealed, erasedKeys, standard, lifeEntries, unindexed }: Ledger,
  { trace, type, subject, hash }: Durable,
  data: () => JsonObject,
): void {
  const index = tree.append(hash);
  traces.push(trace);
  unindexed.entries.push({ hash, trace, seals: type === 'trace-sealed' });
  if (type === 'trace-sealed') sealed.add(trace);
  if (LIFE_TYPES.includes(type)) lifeEntries.push(index);
  if (type === 'mode-set' && isTraceId(subject) && data()['mode'] === 'standard') standard.add(subject);
  if (type !== 'payload-erased') return;
  const { key } = data();
  if (typeof key === 'string') erasedKeys.add(key);
}

/**
 * Opens a log: reads it all, rebuilds tree and chains, and holds it against the last tree head that was signed for
 * it, so that a shortened or altered file is noticed before anything is added.
 *
 * @param origin the log's name
 * @param key its key
 * @throws ETR_LOG_INCONSISTENT, ETR_BAD_LEAF
 */
export async function openLedger(storage: Storage, origin: string, key: LogKey): Promise<Ledger> {
  const log = storage.log(origin);
  // The head first: another process may append and sign between the two, and a log only grows.
  const { held } = await readHead(storage.store, origin, key);
  const size = await log.size();
  const ledger: Ledger = {
    origin,
    log,
    tree: createTree(),
    traces: [],
    chains: new Chains(),
    sealed: new Set(),
    erasedKeys: new Set(),
    standard: new Set(),
    lifeEntries: [],
    unindexed: { entries: [], committed: [] },
  };
  const { tree, chains, sealed } = ledger;
  for await (const bytes of log.read(0n, size)) {
    const leaf = parseLeaf(bytes);
    requireNext(chains, leaf, tree.size, sealed);
    const hash = leafHash(bytes);
    chains.add(leaf, hash);
    extendLedger(ledger, { ...leaf, hash }, () => leaf.data);
  }
  if (tree.size !== size || (held !== undefined && !extendsHead(tree, held.open)))
    throw new TtpError('ETR_LOG_INCONSISTENT', `${origin} is not what its tree head says`);
  // The index is written with each tree head.
  if (held !== undefined) ledger.unindexed.entries.splice(0, Number(held.open.size));
  return ledger;
}

function requireNext(chains: Chains, leaf: Leaf, index: bigint, sealed: ReadonlySet<TraceId>): void {
  const { agentSeq, agentPrev, traceSeq } = chains.next(leaf);
  if (
    leaf.agentSeq !== agentSeq ||
    leaf.agentPrev !== agentPrev ||
    leaf.traceSeq !== traceSeq ||
    sealed.has(leaf.trace)
  )
    throw new TtpError('ETR_LOG_INCONSISTENT', `entry ${index} does not follow the entries before it`);
}
