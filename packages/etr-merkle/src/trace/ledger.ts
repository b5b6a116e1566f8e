import { type AppendLog, type Storage, type TraceId, TtpError } from '@ttp/core';
import { leafHash } from '../hash.js';
import type { LogKey } from '../signed-tree-head.js';
import { createTree, type MerkleTree } from '../tree.js';
import { Chains } from './chains.js';
import { extendsHead, readHead } from './head-store.js';
import { type Leaf, parseLeaf } from './leaf.js';

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
  readonly erasedKeys: ReadonlySet<string>;
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
  const tree = createTree();
  const traces: TraceId[] = [];
  const chains = new Chains();
  const sealed = new Set<TraceId>();
  const erasedKeys = new Set<string>();
  for await (const bytes of log.read(0n, size)) {
    const leaf = parseLeaf(bytes);
    requireNext(chains, leaf, tree.size, sealed);
    const hash = leafHash(bytes);
    tree.append(hash);
    chains.add(leaf, hash);
    traces.push(leaf.trace);
    if (leaf.type === 'trace-sealed') sealed.add(leaf.trace);
    const id = leaf.data['key'];
    if (leaf.type === 'payload-erased' && typeof id === 'string') erasedKeys.add(id);
  }
  if (tree.size !== size || (held !== undefined && !extendsHead(tree, held.open)))
    throw new TtpError('ETR_LOG_INCONSISTENT', `${origin} is not what its tree head says`);
  return { origin, log, tree, traces, chains, sealed, erasedKeys };
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
