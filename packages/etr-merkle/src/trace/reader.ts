import { TtpError } from '@ttp/core';
import { equalBytes } from '@ttp/crypto';
import { leafHash } from '../hash.js';
import { hashText } from '../proof.js';
import { type Entry, type EntryFilter, matches } from './filter.js';
import { parseLeaf } from './leaf.js';
import type { Ledger } from './ledger.js';

/**
 * The durable entries of a log that match, in order, with their bytes. Reads what it needs only: entries of other
 * traces are skipped without being read.
 *
 * @param size entries of the log to look at, from the beginning
 * @throws ETR_LOG_INCONSISTENT where an entry is not the one that the tree has
 */
export async function* readEntries(
  ledger: Ledger,
  filter: EntryFilter,
  size: bigint,
): AsyncGenerator<{ entry: Entry; bytes: Uint8Array }> {
  for (const [from, to] of ranges(ledger, filter, size)) {
    let index = from;
    for await (const bytes of ledger.log.read(from, to)) {
      // What was not read when the log was opened is held against the tree now.
      if (!equalBytes(leafHash(bytes), ledger.tree.leaf(index)))
        throw new TtpError(
          'ETR_LOG_INCONSISTENT',
          `entry ${index} of ${ledger.origin} is not the one in the tree`,
        );
      const leaf = parseLeaf(bytes);
      if (matches(filter, leaf))
        yield { entry: { ...leaf, index, leafHash: hashText(ledger.tree.leaf(index)) }, bytes };
      index += 1n;
    }
  }
}

/** Runs of neighbouring entries that can match. */
function ranges({ traces }: Ledger, { trace }: EntryFilter, size: bigint): [bigint, bigint][] {
  if (trace === undefined) return size > 0n ? [[0n, size]] : [];
  const runs: [bigint, bigint][] = [];
  traces.slice(0, Number(size)).forEach((other, i) => {
    if (other !== trace) return;
    const index = BigInt(i);
    const last = runs.at(-1);
    if (last?.[1] === index) last[1] = index + 1n;
    else runs.push([index, index + 1n]);
  });
  return runs;
}
