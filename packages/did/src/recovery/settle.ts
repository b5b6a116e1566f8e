import type { Envelope, Hash } from '@ttp/core';
import { RECOVERY_DELAY_MS } from '../limits.js';
import type { ReadLog } from '../read-log.js';

/**
 * The recoveries of a log that are in force: known for 24 hours, and not vetoed before that. The delay runs from when
 * an entry was seen or is proved to have existed; the time that stands in it is the word of whoever recovers.
 *
 * @param read the log and the ids of its entries
 * @param datedBefore a time before which the entry with this id existed, ms
 * @param now wall clock, ms; undefined: nothing is in force
 */
export function settledRecoveries(
  { log: { entries }, ids }: Pick<ReadLog, 'log' | 'ids'>,
  datedBefore: (id: Hash) => number | undefined,
  now: number | undefined,
): ReadonlySet<Hash> {
  const settled = new Set<Hash>();
  entries.forEach((entry, i) => {
    const id = ids[i];
    if (id === undefined) return;
    const due = dueAt(entry, datedBefore(id));
    if (due === undefined || now === undefined || now < due) return;
    const nextId = ids[i + 1];
    const vetoed =
      nextId !== undefined && entries[i + 1]?.body['veto'] === id && (datedBefore(nextId) ?? due) < due;
    if (!vetoed) settled.add(id);
  });
  return settled;
}

/** When a recovery of this entry comes into force unless vetoed, ms; undefined where it is none or was never dated. */
export function dueAt(entry: Envelope, datedBefore: number | undefined): number | undefined {
  return entry.body['op'] === 'recover' && datedBefore !== undefined
    ? datedBefore + RECOVERY_DELAY_MS
    : undefined;
}
