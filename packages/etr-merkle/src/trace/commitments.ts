import type { Hash, Storage, TraceId } from '@ttp/core';
import { LOGS_MAX } from '../limits.js';
import { collectHashes } from './data-hashes.js';
import { type Leaf, parseLeaf } from './leaf.js';
import { LIFE_TYPES } from './life-types.js';
import { originOf } from './open.js';

/** Where the logs of an enforcement point are. */
export interface Logs {
  readonly storage: Storage;
  /** Its DID. */
  readonly origin: string;
}

/** A commitment, and the entry that makes it. */
export interface Committed {
  readonly hash: Hash;
  readonly trace: TraceId;
  readonly at: number;
}

/**
 * Every commitment in every log of an enforcement point, those of other processes too. Hashes that stand for other
 * things are among them: the payload store tells. Reads everything; made for what is done rarely.
 *
 * @throws ETR_BAD_LEAF
 */
export async function* commitmentsIn(logs: Logs): AsyncGenerator<Committed> {
  for await (const { trace, at, data, type } of leavesOf(logs)) {
    // What a tombstone names is not committed to by it.
    if (LIFE_TYPES.includes(type)) continue;
    const hashes = new Set<Hash>();
    collectHashes(data, hashes);
    for (const hash of hashes) yield { hash, trace, at };
  }
}

/** What the entries of a trace commit to, each with all the traces that do. Throws ETR_BAD_LEAF. */
export async function sharesOf(logs: Logs, trace: TraceId): Promise<ReadonlyMap<Hash, ReadonlySet<TraceId>>> {
  const shares = new Map<Hash, Set<TraceId>>();
  for await (const one of commitmentsIn(logs))
    if (one.trace === trace) shares.set(one.hash, new Set([trace]));
  if (shares.size > 0) for await (const one of commitmentsIn(logs)) shares.get(one.hash)?.add(one.trace);
  return shares;
}

async function* leavesOf({ storage, origin }: Logs): AsyncGenerator<Leaf> {
  for (let n = 0; n < LOGS_MAX; n++) {
    const log = storage.log(originOf(origin, n));
    const size = await log.size();
    if (size === 0n) return;
    for await (const bytes of log.read(0n, size)) yield parseLeaf(bytes);
  }
}
