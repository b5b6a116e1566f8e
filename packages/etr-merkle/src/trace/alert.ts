import type { Notifier } from '@ttp/core';
import type { Fault, FsckReport } from './fsck-report.js';

/** Patterns that somebody has to be told of (symbi-plan-fragment.txt L110). */
export type LogAlert = 'gap' | 'fork' | 'missing-head';

/** The faults that show each of them. */
const SHOWN_BY: { readonly [pattern in LogAlert]: readonly Fault['code'][] } = {
  /** Something that was there is gone. */
  gap: [
    'ETR_FSCK_LOG',
    'ETR_FSCK_TRUNCATED',
    'ETR_FSCK_MISSING',
    'ETR_FSCK_CHAIN',
    'ETR_FSCK_TRACE',
    'ETR_FSCK_PAYLOAD_MISSING',
  ],
  /** The log is another one than was signed. */
  fork: ['ETR_FSCK_ROOT', 'ETR_FSCK_ALTERED', 'ETR_FSCK_SURPLUS', 'ETR_FSCK_TIME'],
  /** What was recorded waits for a signature, or has lost it. */
  'missing-head': ['ETR_FSCK_HEAD', 'ETR_FSCK_UNSIGNED'],
};

/** Faults that one message names. */
const NAMED = 5;

/**
 * Tells people of gaps, forks and missing heads that a check found: one message a pattern, with its first places.
 *
 * @param link where the whole report can be read
 * @returns the patterns that were told; none for a storage without them
 * @throws what the notifier throws: nobody was told then
 */
export async function alertFaults(
  { faults, omitted }: FsckReport,
  notifier: Notifier,
  link?: string,
): Promise<readonly LogAlert[]> {
  const told: LogAlert[] = [];
  for (const pattern of ['gap', 'fork', 'missing-head'] as const) {
    const found = faults.filter(({ code }) => SHOWN_BY[pattern].includes(code));
    if (found.length === 0) continue;
    const more = found.length - NAMED;
    const lines = found.slice(0, NAMED).map(placeOf);
    if (more > 0) lines.push(`and ${more} more`);
    if (omitted > 0) lines.push(`${omitted} further faults are not listed`);
    await notifier.notify({
      subject: `audit log: ${pattern}`,
      text: lines.join('\n'),
      ...(link === undefined ? {} : { link }),
    });
    told.push(pattern);
  }
  return told;
}

const placeOf = ({ code, log, index, message }: Fault): string =>
  `${code} ${log ?? 'storage'}${index === undefined ? '' : ` entry ${index}`}: ${message}`;
