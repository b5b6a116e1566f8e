import {
  type AppendLog,
  type EventType,
  type Hash,
  isTraceId,
  isTtpError,
  type JsonObject,
  type Storage,
  type TraceId,
  TtpError,
} from '@ttp/core';
import { equalBytes } from '@ttp/crypto';
import { leafHash } from '../hash.js';
import { HASH_BYTES } from '../limits.js';
import type { LogKey } from '../signed-tree-head.js';
import { createTree, type MerkleTree } from '../tree.js';
import { Chains } from './chains.js';
import { extendsHead, readHead } from './head-store.js';
import { type Leaf, parseLeaf } from './leaf.js';
import { LIFE_TYPES } from './life-types.js';
import { type Indexed, readIndex } from './log-index.js';
import { digestWith, readState } from './log-state.js';

/** One log, opened: what is durable in `log`, `tree` and `traces`, what comes next in `chains`. */
export interface Ledger {
  readonly origin: string;
  readonly log: AppendLog;
  readonly tree: MerkleTree;
  /** The trace of every durable entry, by index. */
  readonly traces: TraceId[];
  /** What comes next; ahead of the rest while an append is under way. */
  readonly chains: Chains;
  /** Digest over traces and seals of all durable entries. */
  digest: Uint8Array;
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
  ledger: Ledger,
  { trace, type, subject, hash }: Durable,
  data: () => JsonObject,
): void {
  const { erasedKeys, standard, lifeEntries, unindexed } = ledger;
  const indexed = { hash, trace, seals: type === 'trace-sealed' };
  const index = addIndexed(ledger, indexed);
  unindexed.entries.push(indexed);
  if (LIFE_TYPES.includes(type)) lifeEntries.push(index);
  if (type === 'mode-set' && isTraceId(subject) && data()['mode'] === 'standard') standard.add(subject);
  if (type !== 'payload-erased') return;
  const { key } = data();
  if (typeof key === 'string') erasedKeys.add(key);
}

/** What the index has of an entry, at the end of the ledger. */
function addIndexed(ledger: Ledger, { hash, trace, seals }: Indexed): bigint {
  const index = ledger.tree.append(hash);
  ledger.traces.push(trace);
  if (seals) ledger.sealed.add(trace);
  ledger.digest = digestWith(ledger.digest, trace, seals);
  return index;
}

/**
 * Opens a log and holds it against the last tree head that was signed for it, so that a shortened file is noticed
 * before anything is added. Where a state is kept that the log key has signed for, what lies before it comes from the
 * index, under that head's root, and only the tail is read from the log; else all of it is. An entry that is read later
 * is held against the tree.
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
  const ledger = (await fromState(storage, origin, key)) ?? emptyLedger(storage, origin, new Chains());
  const { tree, chains, sealed } = ledger;
  for await (const bytes of log.read(tree.size, size)) {
    const leaf = parseLeaf(bytes);
    requireNext(chains, leaf, tree.size, sealed);
    const hash = leafHash(bytes);
    chains.add(leaf, hash);
    extendLedger(ledger, { ...leaf, hash }, () => leaf.data);
  }
  if (tree.size !== size || (held !== undefined && !extendsHead(tree, held.open)))
    throw new TtpError('ETR_LOG_INCONSISTENT', `${origin} is not what its tree head says`);
  // The index is written with each tree head.
  const indexed = Number((held?.open.size ?? 0n) - (tree.size - BigInt(ledger.unindexed.entries.length)));
  ledger.unindexed.entries.splice(0, indexed);
  return ledger;
}

const emptyLedger = (storage: Storage, origin: string, chains: Chains): Ledger => ({
  origin,
  log: storage.log(origin),
  tree: createTree(),
  traces: [],
  chains,
  digest: new Uint8Array(HASH_BYTES),
  sealed: new Set(),
  erasedKeys: new Set(),
  standard: new Set(),
  lifeEntries: [],
  unindexed: { entries: [], committed: [] },
});

/** The log up to its last state; undefined where there is none, or the index is not what that says. */
async function fromState(storage: Storage, origin: string, key: LogKey): Promise<Ledger | undefined> {
  const kept = await readState(storage.store, origin, key);
  if (kept === undefined) return undefined;
  const { state, head } = kept;
  const ledger = emptyLedger(storage, origin, Chains.from(state.chains, Number(state.size)));
  try {
    for await (const { entries } of readIndex(storage.store, origin, state.size))
      for (const entry of entries) if (ledger.tree.size < state.size) addIndexed(ledger, entry);
  } catch (error) {
    if (isTtpError(error, 'ETR_INDEX_DAMAGED')) return undefined;
    throw error;
  }
  if (!equalBytes(ledger.tree.root(), head.root) || !equalBytes(ledger.digest, state.digest))
    return undefined;
  for (const id of state.erased) ledger.erasedKeys.add(id);
  for (const trace of state.standard) ledger.standard.add(trace);
  ledger.lifeEntries.push(...state.life);
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
