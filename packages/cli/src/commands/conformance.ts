import type { AddCommand } from '../answer.js';
import { operations } from '../conformance/operations.js';
import { serve } from '../conformance/protocol.js';
import { EXIT } from '../exit-codes.js';

/** `ttp conformance`: every verifier and evaluator, driven line by line. */
export const conformance: AddCommand = (program, io, act) => {
  program
    .command('conformance')
    .description('Answer the conformance protocol: one JSON request a line in, one answer a line out.')
    .option('--json', 'changes nothing: every line is JSON')
    .addHelpText(
      'after',
      `
Example:
  echo '{"id":1,"op":"sha256","data":"616263"}' | ttp conformance`,
    )
    .action(() =>
      act(async () => {
        await serve(io.stdin, io.stdout, operations());
        return EXIT.ok;
      }),
    );
};
