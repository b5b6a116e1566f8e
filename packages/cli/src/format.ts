import type { Io } from './io.js';

/** In which form a command line answers. */
export interface Format {
  readonly json: boolean;
  /** Where errors go: into the answer, to people beside it, or both. */
  readonly errors: 'stdout' | 'stderr' | 'both';
}

/**
 * `--json` and `--text` say it; otherwise people at a terminal get text, and whatever reads standard output elsewhere
 * gets JSON. Where nobody asked for JSON, errors are said on standard error too: `ttp ... > file` must not fail in
 * silence.
 *
 * @param words the arguments before `--`
 */
export function formatOf(words: readonly string[], { stdout }: Pick<Io, 'stdout'>): Format {
  if (words.includes('--json')) return { json: true, errors: 'stdout' };
  if (words.includes('--text') || stdout.isTTY === true) return { json: false, errors: 'stderr' };
  return { json: true, errors: 'both' };
}
