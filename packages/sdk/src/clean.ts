import type { Interaction } from '@ttp/core';
import type { Permitted } from './deciding.js';
import type { Flow } from './run.js';

/** The checks that have passed include the scan of everything that goes in. */
export const isScannedBy = ({ obligations }: Permitted): boolean =>
  obligations.some(({ kind }) => kind === 'dlp');

/** Nothing is logged before it was scanned, not even what is refused for another reason (decision D36, flaw.L2). */
export function isClean(interaction: Interaction, { handlers }: Pick<Flow, 'handlers'>): boolean {
  const scanner = handlers.get('dlp');
  try {
    return scanner?.check({ kind: 'dlp', from: 'log', params: {} }, interaction) === undefined;
  } catch {
    return false; // what could not be scanned is not kept
  }
}
