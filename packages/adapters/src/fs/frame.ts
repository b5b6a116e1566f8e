import { crc32 } from 'node:zlib';
import { type Random, TtpError } from '@ttp/core';

/** How long the mark of a file is, in bytes: random, so that nothing that is stored can pass for a frame. */
const MARK_BYTES = 16;
const MAGIC = new TextEncoder().encode('TTPFILE1');
/** Magic, mark, length and checksum of the description. */
const HEADER_BYTES = MAGIC.length + MARK_BYTES + 8;
/** Mark, kind, length and checksum of the payload. */
export const FRAME_BYTES: number = MARK_BYTES + 12;

/** What a frame says: changes, or that all before it was synced when the file was closed. */
export type FrameKind = 'changes' | 'closed';
const KINDS: readonly FrameKind[] = ['changes', 'closed'];

/** The beginning of a file: its mark, what it says of itself, and where the frames begin. */
export interface FileHeader {
  readonly mark: Uint8Array;
  readonly description: Uint8Array;
  readonly length: number;
}

/** The head of a frame, before its payload has been held against the checksum. */
export interface FrameHead {
  readonly kind: FrameKind;
  /** Length of the payload, in bytes. */
  readonly length: number;
}

/** The header of a new file that says `description` of itself. */
export function encodeHeader(
  description: Uint8Array,
  random: Random,
): { readonly bytes: Uint8Array; readonly mark: Uint8Array } {
  const mark = random.bytes(MARK_BYTES);
  const bytes = new Uint8Array(HEADER_BYTES + description.length);
  bytes.set(MAGIC);
  bytes.set(mark, MAGIC.length);
  bytes.set(description, HEADER_BYTES);
  const view = viewOf(bytes);
  view.setUint32(HEADER_BYTES - 8, description.length);
  view.setUint32(HEADER_BYTES - 4, crc32(description, crc32(bytes.subarray(0, HEADER_BYTES - 4))));
  return { bytes, mark };
}

/**
 * Reads the header of a file. It was synced before the file got its name, so a bad one is damage.
 *
 * @param bytes the beginning of the file, as much as there is up to `HEADER_READ_BYTES`
 * @throws STORE_UNREADABLE
 */
export function decodeHeader(bytes: Uint8Array, path: string): FileHeader {
  const view = viewOf(bytes);
  const length = bytes.length < HEADER_BYTES ? 0 : view.getUint32(HEADER_BYTES - 8);
  const description = bytes.slice(HEADER_BYTES, HEADER_BYTES + length);
  if (
    bytes.length < HEADER_BYTES ||
    MAGIC.some((byte, i) => bytes[i] !== byte) ||
    description.length !== length ||
    view.getUint32(HEADER_BYTES - 4) !== crc32(description, crc32(bytes.subarray(0, HEADER_BYTES - 4)))
  )
    throw new TtpError('STORE_UNREADABLE', `${path} does not begin as a file of TTP does`, { field: path });
  return {
    mark: bytes.slice(MAGIC.length, MAGIC.length + MARK_BYTES),
    description,
    length: HEADER_BYTES + length,
  };
}

/** The frame around `payload` at the place `offset` of the file with this mark. */
export function encodeFrame(
  mark: Uint8Array,
  offset: number,
  kind: FrameKind,
  payload: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + payload.length);
  bytes.set(mark);
  const view = viewOf(bytes);
  view.setUint32(MARK_BYTES, KINDS.indexOf(kind));
  view.setUint32(MARK_BYTES + 4, payload.length);
  view.setUint32(MARK_BYTES + 8, checksum(bytes, offset, payload));
  bytes.set(payload, FRAME_BYTES);
  return bytes;
}

/** The head of the frame that begins with `bytes`; undefined where none of this mark does. */
export function decodeHead(mark: Uint8Array, bytes: Uint8Array): FrameHead | undefined {
  if (bytes.length < FRAME_BYTES || mark.some((byte, i) => bytes[i] !== byte)) return undefined;
  const view = viewOf(bytes);
  const kind = KINDS[view.getUint32(MARK_BYTES)];
  return kind && { kind, length: view.getUint32(MARK_BYTES + 4) };
}

/** Whether the payload is the one that was written behind this head at this offset. */
export const isWhole = (head: Uint8Array, offset: number, payload: Uint8Array): boolean =>
  viewOf(head).getUint32(MARK_BYTES + 8) === checksum(head, offset, payload);

/** Over head, place and payload: a frame that is copied to another place is none. */
function checksum(head: Uint8Array, offset: number, payload: Uint8Array): number {
  const place = new Uint8Array(8);
  viewOf(place).setBigUint64(0, BigInt(offset));
  return crc32(payload, crc32(place, crc32(head.subarray(0, MARK_BYTES + 8))));
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
