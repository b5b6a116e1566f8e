import type { Timer } from '@ttp/core';
import { VERIFY_SLICE_BYTES } from '../limits.js';
import { BundleChecks } from './bundle-checks.js';
import { LineSplitter, splitLines } from './bundle-text.js';
import type { TraceReport, TraceTrust } from './trace-report.js';

/**
 * Verifies an exported bundle offline, with nothing but the log keys that the caller trusts. Pure, linear in the
 * length of the bundle, and never throws on what is in it: whatever is wrong is a finding with its line.
 *
 * A line that does not have the hash in the first one stops it there: the contents of such a bundle mean nothing.
 *
 * @param bundle the text of the bundle, or its bytes
 */
export function verifyTrace(bundle: string | Uint8Array, trust: TraceTrust): TraceReport {
  const checks = new BundleChecks(trust);
  const { lines, ended } = splitLines(bundle);
  for (const line of lines) {
    if (checks.isOver) break;
    checks.add(line);
  }
  return checks.end(ended);
}

/** How far a verification is. */
export interface VerifyProgress {
  /** Lines that have been checked. */
  readonly lines: number;
  /** Lines that the first one names; undefined before it is verified. */
  readonly of: number | undefined;
}

/** What a long verification works with. */
export interface VerifyOptions {
  /** Gives the event loop its turn between slices. */
  readonly timer: Timer;
  /** Called after each slice. */
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/**
 * {@link verifyTrace} for a bundle that is long, or arrives in pieces: the event loop has its turn after every 64 KiB,
 * and no line is kept once it was checked. What is kept grows by the hash of each line and commitment, and not by what
 * they hold. The report is the same.
 *
 * @param bundle its bytes in order, in pieces of any size
 * @throws what reading `bundle` throws
 */
export async function verifyTraceStream(
  bundle: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  trust: TraceTrust,
  { timer, onProgress }: VerifyOptions,
): Promise<TraceReport> {
  const checks = new BundleChecks(trust);
  const splitter = new LineSplitter();
  let [lines, slice] = [0, 0];
  for await (const piece of bundle) {
    for (const line of splitter.add(piece)) {
      checks.add(line);
      lines++;
      slice += line.length;
      if (slice < VERIFY_SLICE_BYTES) continue;
      slice = 0;
      onProgress?.({ lines, of: checks.expected });
      await new Promise<void>((resolve) => {
        timer.after(0, resolve);
      });
    }
    // Where the first line is not to be believed, neither is anything after it.
    if (checks.isOver) return checks.end(true);
  }
  const rest = splitter.end();
  if (rest !== undefined) checks.add(rest);
  onProgress?.({ lines: rest === undefined ? lines : lines + 1, of: checks.expected });
  return checks.end(rest === undefined);
}
