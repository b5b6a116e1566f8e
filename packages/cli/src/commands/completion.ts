import { bashCompletion } from '../completion/bash.js';
import { casesOf } from '../completion/cases.js';
import { zshCompletion } from '../completion/zsh.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { write } from '../io.js';
import type { Call } from '../verb.js';
import { FAMILIES, VERBS } from '../verbs/index.js';

/** `ttp completion`: a script for a shell to read. */
export async function run({ args: [shell], io }: Call): Promise<ExitCode> {
  const cases = casesOf(VERBS, FAMILIES);
  await write(io.stdout, shell === 'zsh' ? zshCompletion(cases) : bashCompletion(cases));
  return EXIT.ok;
}
