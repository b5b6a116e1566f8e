import { isJsonObject, isTtpError, type Signer, type Store, TtpError } from '@ttp/core';
import {
  canonicalBytes,
  decodeEnvelope,
  encodeEnvelope,
  equalBytes,
  hashBytes,
  hex,
  parseJson,
  sha256,
  utf8,
} from '@ttp/crypto';
import {
  type HeldTreeHead,
  type LogKey,
  type OpenTreeHead,
  openHead,
  type SignedTreeHead,
  signHead,
} from '../signed-tree-head.js';
import type { MerkleTree } from '../tree.js';
import type { Ledger } from './ledger.js';
import { type IndexRecord, putIndex } from './log-index.js';
import { putState, stateOf } from './log-state.js';

/**
 * The last tree head that was signed for a log, and the version of its record in the Store (0: none yet).
 *
 * @throws ETR_LOG_INCONSISTENT where what is stored does not verify
 */
export async function readHead(
  store: Store,
  origin: string,
  key: LogKey,
): Promise<{ held: HeldTreeHead | undefined; version: number }> {
  const found = await store.get(headKey(origin));
  if (found === undefined) return { held: undefined, version: 0 };
  try {
    const signed = parseSigned(found.value);
    return { held: { signed, open: openHead(signed, origin, key) }, version: found.version };
  } catch (cause) {
    if (!isTtpError(cause)) throw cause;
    throw new TtpError('ETR_LOG_INCONSISTENT', `the stored tree head of ${origin} does not verify`, {
      cause,
    });
  }
}

/**
 * The signed tree head of a log as it is now: the stored one where that covers every entry, else a new one. It is
 * kept before anybody sees it, so that after a restart no head is signed that contradicts it or goes back in time.
 *
 * @param now wall clock, ms
 * @throws LOG_CONFLICT where another process has signed for more entries: then the log is that process's;
 * ETR_LOG_INCONSISTENT, CORE_CLOCK_REGRESSED
 */
export async function currentHead(
  store: Store,
  ledger: Ledger,
  now: number,
  signer: Signer,
): Promise<HeldTreeHead> {
  const { origin, tree, unindexed } = ledger;
  for (;;) {
    const { held, version } = await readHead(store, origin, signer);
    // Size and root are read together: the tree may grow during every await.
    const { size } = tree;
    if (held !== undefined) {
      if (held.open.size > size)
        throw new TtpError('LOG_CONFLICT', `another process has signed for more entries of ${origin}`);
      if (!extendsHead(tree, held.open))
        throw new TtpError('ETR_LOG_INCONSISTENT', `${origin} does not extend its last tree head`);
      if (held.open.size === size) return held;
    }
    const record = indexOf(unindexed, held?.open.size ?? 0n, size);
    const state = stateOf(ledger);
    const head = {
      origin,
      size,
      root: tree.root(size),
      ...(state === undefined ? {} : { state: hashBytes(state) }),
    };
    const next = await signHead(head, now, held?.open, signer);
    if (record !== undefined) await putIndex(store, origin, record);
    // Lost to another process that signed meanwhile: look at its head first.
    if (await store.put(headKey(origin), encodeSigned(next.signed), version)) {
      unindexed.entries.splice(0, record?.entries.length);
      unindexed.committed.splice(0, record?.committed.length);
      // After its head: what a crash leaves undone here makes the tail longer, and nothing else.
      if (state !== undefined) await putState(store, origin, next.signed, state);
      return next;
    }
  }
}

/**
 * The index record up to a new head. Undefined where another process signed the head before it: then what is not
 * indexed here does not begin there.
 */
function indexOf(
  { entries, committed }: Ledger['unindexed'],
  from: bigint,
  size: bigint,
): IndexRecord | undefined {
  const count = Number(size - from);
  if (entries.length < count) return undefined;
  return { from, entries: entries.slice(0, count), committed: committed.slice() };
}

/** Whether the log, as far as it is known, begins with the tree that was signed. */
export const extendsHead = (tree: MerkleTree, { size, root }: Pick<OpenTreeHead, 'size' | 'root'>): boolean =>
  size <= tree.size && equalBytes(tree.root(size), root);

/** Keys of a Store are shorter than an origin may be. */
const headKey = (origin: string): string => `etr/head/${hex(sha256(utf8(origin)))}`;

const encodeSigned = ({ checkpoint, treeHead }: SignedTreeHead): Uint8Array =>
  canonicalBytes({ checkpoint, treeHead: encodeEnvelope(treeHead) });

function parseSigned(value: Uint8Array): SignedTreeHead {
  const json = parseJson(value);
  if (isJsonObject(json)) {
    const { checkpoint, treeHead } = json;
    if (typeof checkpoint === 'string' && typeof treeHead === 'string')
      return { checkpoint, treeHead: decodeEnvelope(treeHead) };
  }
  throw new TtpError('ETR_BAD_CHECKPOINT', 'not a stored tree head');
}
