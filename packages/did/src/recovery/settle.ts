import type { Envelope, Hash } from '@ttp/core';
import { RECOVERY_DELAY_MS } from '../limits.js';

/**
 * The recoveries of a log that are in force: known for 24 hours, and not vetoed before that. The delay runs from when
 * an entry was seen or is proved to have existed; the time that stands in it is the word of whoever recovers.
 *
 * @param entries with their ids
 * @param datedBefore a time before which the entry with this id existed, ms
 * @param now wall clock, ms; undefined: nothing is in force
 */
export function settledRecoveries(
  entries: readonly { readonly id: Hash; readonly entry: Envelope }[],
  datedBefore: (id: Hash) => number | undefined,
  now: number | undefined,
): ReadonlySet<Hash> {
  const settled = new Set<Hash>();
  entries.forEach(({ id, entry }, i) => {
    const due = dueAt(entry, datedBefore(id));
    if (due === undefined || now === undefined || now < due) return;
    const next = entries[i + 1];
    const vetoed = next?.entry.body['veto'] === id && (datedBefore(next.id) ?? due) < due;
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
