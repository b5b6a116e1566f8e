import { operations } from '../conformance/operations.js';
import { serve } from '../conformance/protocol.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Call } from '../verb.js';

/** `ttp conformance`: every verifier and evaluator, driven line by line. */
export async function run({ io }: Call): Promise<ExitCode> {
  await serve(io.stdin, io.stdout, operations());
  return EXIT.ok;
}
