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

/** What reorders, hides or controls text on a screen. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of somebody else for one line of a terminal: what could move the cursor or hide is written out. */
export const printable = (text: string): string =>
  text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
