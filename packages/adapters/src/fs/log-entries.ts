import { damaged } from './description.js';
import { viewOf } from './frame.js';

/** Position of the first entry, and how many there are. */
const BATCH_BYTES = 12;

/** Where the entries of a file stand: of entry i its offset and its length. */
export interface Offsets {
  readonly at: number[];
  readonly length: number[];
}

/** The payload of a frame with these entries, of which the first has the position `first`. */
export function encodeEntries(first: number, entries: readonly Uint8Array[]): Uint8Array {
  const payload = new Uint8Array(entries.reduce((sum, { length }) => sum + 4 + length, BATCH_BYTES));
  const view = viewOf(payload);
  view.setBigUint64(0, BigInt(first));
  view.setUint32(8, entries.length);
  let offset = BATCH_BYTES;
  for (const entry of entries) {
    view.setUint32(offset, entry.length);
    payload.set(entry, offset + 4);
    offset += 4 + entry.length;
  }
  return payload;
}

/**
 * Adds where the entries of a payload stand, which stands itself at `base`.
 *
 * @param first the position that the first entry has to have
 * @throws STORE_UNREADABLE
 */
export function addOffsets(
  offsets: Offsets,
  payload: Uint8Array,
  base: number,
  first: number,
  path: string,
): void {
  const view = viewOf(payload);
  if (payload.length < BATCH_BYTES || Number(view.getBigUint64(0)) !== first) throw damaged(path);
  const count = view.getUint32(8);
  let offset = BATCH_BYTES;
  for (let i = 0; i < count; i++) {
    if (offset + 4 > payload.length) throw damaged(path);
    const length = view.getUint32(offset);
    offsets.at.push(base + offset + 4);
    offsets.length.push(length);
    offset += 4 + length;
  }
  if (offset !== payload.length) throw damaged(path);
}
