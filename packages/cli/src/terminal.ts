import type { Io, OutputStream } from './io.js';

/** Marks what went well and what did not; plain where colours are not wanted. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
}

const PLAIN: Paint = { good: (text) => text, bad: (text) => text };
const COLOURED: Paint = {
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
};

/** Colours only on a terminal, and never where NO_COLOR is set to anything (no-color.org). */
export const paintFor = (stream: OutputStream, env: Io['env']): Paint =>
  stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' ? COLOURED : PLAIN;
