import { advanceClock, type Envelope, type Hash, type Signer, TtpError } from '@ttp/core';
import { envelopeId, equalBytes } from '@ttp/crypto';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { openTreeHead, signTreeHead, type TreeHead } from './tree-head.js';

/** One tree head, signed twice: as a C2SP checkpoint, and with its time as an envelope (decision D28). */
export interface SignedTreeHead {
  readonly checkpoint: string;
  readonly treeHead: Envelope;
}

/** A tree head whose two signatures were verified, and the id of its envelope. */
export type OpenTreeHead = TreeHead & { readonly id: Hash };

/** The key of a log: what a verifier has to know beforehand. */
export interface LogKey {
  /** Full DID URL. */
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** A signed tree head together with what it says. */
export interface HeldTreeHead {
  readonly signed: SignedTreeHead;
  readonly open: OpenTreeHead;
}

/**
 * Signs the head of a log, after its predecessor in time and in the chain of heads.
 *
 * @param head what the log is now
 * @param now wall clock, ms
 * @param before the log's last head; left out for its first
 * @param signer the log key
 * @throws CORE_CLOCK_REGRESSED more than a minute before the last head; ETR_BAD_ORIGIN, ETR_BAD_POSITION
 */
export async function signHead(
  head: Pick<TreeHead, 'origin' | 'size' | 'root' | 'state'>,
  now: number,
  before: OpenTreeHead | undefined,
  signer: Signer,
): Promise<HeldTreeHead> {
  const at = advanceClock(before?.at ?? 0, now);
  const next = { ...head, at, ...(before === undefined ? {} : { prev: before.id }) };
  const [checkpoint, treeHead] = await Promise.all([
    signCheckpoint(next, signer),
    signTreeHead(next, signer),
  ]);
  return { signed: { checkpoint, treeHead }, open: { ...next, id: envelopeId(treeHead) } };
}

/**
 * Verifies both forms of a signed tree head, and that they speak of one tree.
 *
 * @param signed as received
 * @param origin which log it has to be
 * @param key the log key that the caller trusts
 * @throws ETR_BAD_CHECKPOINT where the two differ, ETR_BAD_ORIGIN, and what `openCheckpoint` and `openTreeHead` throw
 */
export function openHead(signed: SignedTreeHead, origin: string, key: LogKey): OpenTreeHead {
  const { size, root } = openCheckpoint(signed.checkpoint, { name: origin, publicKey: key.publicKey });
  const head = openTreeHead(signed.treeHead, key);
  if (head.origin !== origin) throw new TtpError('ETR_BAD_ORIGIN', 'a tree head of another log');
  if (head.size !== size || !equalBytes(head.root, root))
    throw new TtpError('ETR_BAD_CHECKPOINT', 'checkpoint and tree head differ');
  return head;
}
