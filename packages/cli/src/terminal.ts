import type { Io, OutputStream } from './io.js';

/** How text for people may look: what went well and what did not, and how many columns there are. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  /** Columns; infinite where no terminal listens, so that nothing is left out of a file. */
  readonly width: number;
}

const PLAIN: Omit<Paint, 'width'> = { good: (text) => text, bad: (text) => text };
const COLOURED: Omit<Paint, 'width'> = {
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
};

/** Columns of a terminal that does not say. */
const USUAL_WIDTH = 80;

/** Colours only on a terminal, and never where NO_COLOR is set to anything (no-color.org). */
export const paintFor = (stream: OutputStream, env: Io['env']): Paint => ({
  ...(stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' ? COLOURED : PLAIN),
  width: widthOf(stream),
});

/** The columns that a stream has. */
export const widthOf = ({ isTTY, columns = USUAL_WIDTH }: OutputStream): number =>
  isTTY === true ? columns : Number.POSITIVE_INFINITY;
