import { type DiskFile, TtpError } from '@ttp/core';
import { FILE_DESCRIPTION_BYTES, FILE_READ_BYTES } from '../limits.js';
import { decodeHead, decodeHeader, type FileHeader, FRAME_BYTES, type FrameKind, isWhole } from './frame.js';

/** One whole frame of a file. */
export interface Frame {
  readonly kind: FrameKind;
  /** Where the payload begins in the file. */
  readonly at: number;
  readonly payload: Uint8Array;
}

/** What a look through a file found. */
export interface Scan {
  readonly header: FileHeader;
  /** Where the last whole frame of changes ends. */
  readonly end: number;
  /** Whether the file was closed in order, behind its last change: then nothing before `end` is in doubt. */
  readonly closed: boolean;
}

/** Reads what the file says of itself. Throws STORE_UNREADABLE. */
async function readHeader(file: DiskFile, path: string): Promise<FileHeader> {
  return decodeHeader(await file.read(0, FILE_DESCRIPTION_BYTES), path);
}

/**
 * Goes through the frames of a file from its beginning. The last write before a crash may be there in part: what is
 * left of it is no frame and ends the scan. It can only be the last: every write was synced before the next, so a
 * whole frame behind a broken one means damage, and nothing is dropped for it.
 *
 * @param onFrame is called for each whole frame of changes, in order
 * @throws STORE_UNREADABLE for damage, and what `onFrame` throws
 */
export async function scanFile(file: DiskFile, path: string, onFrame: (frame: Frame) => void): Promise<Scan> {
  const header = await readHeader(file, path);
  const read = readAhead(file);
  let offset = header.length;
  let end = offset;
  for (;;) {
    const frame = await frameAt(read, header.mark, offset);
    if (frame === undefined) break;
    offset = frame.at + frame.payload.length;
    if (frame.kind === 'closed') continue;
    onFrame(frame);
    end = offset;
  }
  for (let next = offset + 1; ; next++) {
    next = await find(read, header.mark, next);
    if (next < 0) return { header, end, closed: end < offset && (await file.size()) === offset };
    if ((await frameAt(read, header.mark, next)) !== undefined)
      throw new TtpError('STORE_UNREADABLE', `${path} is damaged at ${offset}, and goes on at ${next}`, {
        field: path,
      });
  }
}

type Read = (offset: number, length: number) => Promise<Uint8Array>;

/** Reads through a window of 1 MiB, so that small frames do not take a read each. */
function readAhead(file: DiskFile): Read {
  let from = 0;
  let ahead: Uint8Array = new Uint8Array();
  return async (offset, length) => {
    if (offset < from || offset + length > from + ahead.length) {
      from = offset;
      ahead = await file.read(offset, Math.max(length, FILE_READ_BYTES));
    }
    return ahead.subarray(offset - from, offset - from + length);
  };
}

async function frameAt(read: Read, mark: Uint8Array, offset: number): Promise<Frame | undefined> {
  const bytes = (await read(offset, FRAME_BYTES)).slice();
  const head = decodeHead(mark, bytes);
  if (head === undefined) return undefined;
  const at = offset + FRAME_BYTES;
  const payload = (await read(at, head.length)).slice();
  if (payload.length !== head.length || !isWhole(bytes, offset, payload)) return undefined;
  return { kind: head.kind, at, payload };
}

/** Where the mark stands next, from `offset` on; -1 where it does not. */
async function find(read: Read, mark: Uint8Array, offset: number): Promise<number> {
  for (let from = offset; ; from += FILE_READ_BYTES - mark.length) {
    const bytes = await read(from, FILE_READ_BYTES);
    const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(mark);
    if (found >= 0) return from + found;
    if (bytes.length < FILE_READ_BYTES) return -1;
  }
}
