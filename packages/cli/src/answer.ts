import type { JsonObject } from '@ttp/core';
import type { ExitCode } from './exit-codes.js';
import type { Paint } from './terminal.js';

/** What a command answers: the same for programs and for people. */
export interface Answer {
  readonly exit: ExitCode;
  readonly json: JsonObject;
  /** Lines for people, without the last newline. */
  text(paint: Paint): string;
}

/** A command that has the standard streams to itself says only how it ended. */
export type Ending = Answer | ExitCode;
