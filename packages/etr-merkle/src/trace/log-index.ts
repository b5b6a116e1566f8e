import { asTraceId, type Hash, type Store, type TraceId, TtpError } from '@ttp/core';
import { bytesOfHash, concatBytes, fromHex, hex, sha256, utf8 } from '@ttp/crypto';
import { HASH_BYTES } from '../limits.js';
import { hashText } from '../proof.js';

/** An entry as the index of its log has it. */
export interface Indexed {
  /** Leaf hash. */
  readonly hash: Uint8Array;
  readonly trace: TraceId;
  /** Whether it seals its trace. */
  readonly seals: boolean;
}

/**
 * What a log's own index says of the entries between two tree heads: the leaf hashes of the tree, whose root the head
 * signs, and which payloads were recorded with them. It names the place of what the head alone shows to be wrong.
 */
export interface IndexRecord {
  readonly from: bigint;
  readonly entries: readonly Indexed[];
  /** Commitments to the payloads that were recorded. */
  readonly committed: readonly Hash[];
}

const INDEX = 'etr/index/';
const TRACE_BYTES = 16;
const ENTRY_BYTES: number = HASH_BYTES + TRACE_BYTES + 1;
const COUNT_BYTES = 4;

/** Keeps a record, over any that stands at its place. */
export async function putIndex(store: Store, origin: string, record: IndexRecord): Promise<void> {
  await store.put(placeOf(origin, record.from), encode(record));
}

/**
 * The records of a log up to a size, in order, as far as one follows the other. A damaged one is told by its place.
 *
 * @param size entries that a tree head covers
 * @throws ETR_INDEX_DAMAGED with the place in `field`
 */
export async function* readIndex(store: Store, origin: string, size: bigint): AsyncGenerator<IndexRecord> {
  let from = 0n;
  while (from < size) {
    const found = await store.get(placeOf(origin, from));
    const record = found === undefined ? undefined : decode(found.value, from);
    if (record === undefined || record.entries.length === 0)
      throw new TtpError('ETR_INDEX_DAMAGED', `the index of ${origin} is missing or damaged at ${from}`, {
        field: `${from}`,
      });
    yield record;
    from += BigInt(record.entries.length);
  }
}

/** Keys of a Store are shorter than an origin may be. */
const placeOf = (origin: string, from: bigint): string =>
  `${INDEX}${hex(sha256(utf8(origin)))}/${`${from}`.padStart(16, '0')}`;

function encode({ entries, committed }: IndexRecord): Uint8Array {
  const count = new Uint8Array(COUNT_BYTES);
  new DataView(count.buffer).setUint32(0, entries.length);
  const parts = entries.flatMap(({ hash, trace, seals }) => [
    hash,
    fromHex(trace),
    Uint8Array.of(seals ? 1 : 0),
  ]);
  return concatBytes(count, ...parts, ...committed.map(bytesOfHash));
}

function decode(bytes: Uint8Array, from: bigint): IndexRecord | undefined {
  if (bytes.length < COUNT_BYTES) return undefined;
  const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const end = COUNT_BYTES + count * ENTRY_BYTES;
  if (end > bytes.length || (bytes.length - end) % HASH_BYTES !== 0) return undefined;
  const entries = Array.from({ length: count }, (_, n): Indexed => {
    const at = COUNT_BYTES + n * ENTRY_BYTES;
    const trace = asTraceId(hex(bytes.subarray(at + HASH_BYTES, at + HASH_BYTES + TRACE_BYTES)));
    return { hash: bytes.slice(at, at + HASH_BYTES), trace, seals: bytes[at + ENTRY_BYTES - 1] === 1 };
  });
  const committed: Hash[] = [];
  for (let at = end; at < bytes.length; at += HASH_BYTES)
    committed.push(hashText(bytes.slice(at, at + HASH_BYTES)));
  return { from, entries, committed };
}
