import type { Disk, DiskFile } from '@ttp/core';
import { damaged, described, describedText } from './description.js';
import { addOffsets, type Offsets } from './log-entries.js';
import { type Scan, scanFile } from './scan.js';

/** One file of a log: entries from `first` on. */
export interface Segment {
  readonly path: string;
  readonly first: number;
}

/** What was found in the file of a segment. */
export interface ReadSegment {
  readonly file: DiskFile;
  readonly offsets: Offsets;
  readonly scan: Scan;
  /** The log that the file says it is of. */
  readonly log: string;
}

const NAME = /^log-(0|[1-9]\d{0,14})-(0|[1-9]\d{0,15})$/;

/** The name of the file that holds the entries from `first` on of the log with this number. */
export const segmentPath = (id: number, first: number): string => `log-${id}-${first}`;

/** Takes the name of a file apart; undefined for any other file. */
export function parseSegmentPath(path: string): { readonly id: number; readonly first: number } | undefined {
  const [, id, first] = NAME.exec(path) ?? [];
  return id === undefined || first === undefined ? undefined : { id: Number(id), first: Number(first) };
}

/** Reads a segment through. Throws STORE_UNREADABLE, and the faults of the disk. */
export async function readSegment(disk: Disk, { path, first }: Segment): Promise<ReadSegment> {
  const file = await disk.open(path);
  const offsets: Offsets = { at: [], length: [] };
  const scan = await scanFile(file, path, ({ at, payload }) =>
    addOffsets(offsets, payload, at, first + offsets.at.length, path),
  );
  const { description } = scan.header;
  if (described(description, 'first') !== first) throw damaged(path);
  return { file, offsets, scan, log: describedText(description, 'log') };
}
