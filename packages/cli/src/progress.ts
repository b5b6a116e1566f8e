import type { Io } from './io.js';

/** Says what a long command does meanwhile. */
export interface Progress {
  /** Replaces what was said before. */
  readonly step: (what: string) => void;
  /** Takes it all back: the answer follows. */
  readonly done: () => void;
}

const SILENT: Progress = { step: () => undefined, done: () => undefined };
/** Back to the first column, and nothing after it. */
const CLEAR = '\r\u001b[2K';

/** Progress on standard error, where somebody watches it; nothing anywhere else. */
export function progressOn({ stderr }: Pick<Io, 'stderr'>): Progress {
  if (stderr.isTTY !== true) return SILENT;
  return {
    step: (what) => void stderr.write(`${CLEAR}${what} ...`),
    done: () => void stderr.write(CLEAR),
  };
}
