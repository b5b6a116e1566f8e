import { isTtpError } from '@ttp/core';
import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.js';
import { type Format, formatOf } from './format.js';
import { HintedError } from './hints.js';
import { type Io, write } from './io.js';
import { type Asked, createProgram } from './program.js';
import { print, report } from './report.js';
import { widthOf } from './terminal.js';
import { findUnknown } from './unknown-command.js';
import type { Verb } from './verb.js';
import { GROUPS, VERBS } from './verbs/index.js';

/** Help is broken into lines of at most so many columns, where nobody says how many there are. */
const HELP_WIDTH = 116;

/**
 * Runs one command line.
 *
 * @param argv the arguments, without the runtime and the script
 * @returns the exit code; it never rejects, and prints no stack trace
 */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  const words = argv.slice(0, [...argv, '--'].indexOf('--'));
  const format = formatOf(words, io);
  try {
    const asked = await parse(argv, words, io);
    if (asked === undefined) return EXIT.ok;
    const { verb, options, args } = asked;
    const runner = await verb.load();
    const ending = await runner
      .run({ options, args, io, json: format.json })
      .catch((error: unknown) => Promise.reject(withHelpOf(verb, error)));
    return typeof ending === 'number' ? ending : await print(ending, format, io);
  } catch (error) {
    return report(error, isProtocol(words) ? errorsOnly(format, words) : format, io);
  }
}

/** The verb that is asked for; undefined where help was, and is shown. Throws CLI_USAGE. */
async function parse(argv: readonly string[], words: readonly string[], io: Io): Promise<Asked | undefined> {
  let help = '';
  let asked: Asked | undefined;
  const program = createProgram(GROUPS, {
    width: Math.min(widthOf(io.stdout), HELP_WIDTH),
    out: (text) => (help += text),
    asked: (what) => (asked = what),
  });
  requireKnown(program, words);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, program, words);
    await write(io.stdout, help);
  }
  return asked;
}

/** Whether the standard output of the verb belongs to a protocol: its errors must not go there. */
function isProtocol(words: readonly string[]): boolean {
  const typed = words.filter((word) => !word.startsWith('-')).join(' ');
  const [verb] = VERBS.filter(({ name }) => `${typed} `.startsWith(`${name} `)).toSorted(
    (a, b) => b.name.length - a.name.length,
  );
  return verb?.isProtocol ?? false;
}

const errorsOnly = (format: Format, words: readonly string[]): Format => ({
  ...format,
  json: words.includes('--json'),
  errors: 'stderr',
});

/** Commander would answer `ttp aprove --help` with the help of ttp, as if there were such a command. */
function requireKnown(program: Command, asked: readonly string[]): void {
  const unknown = findUnknown(program, asked);
  if (unknown === undefined) return;
  const { word, path, likely } = unknown;
  throw new HintedError('CLI_USAGE', `unknown command '${word}'`, `${likely ?? path} --help`);
}

/** Arguments that only the verb could refuse: its help has them. */
function withHelpOf({ name }: Verb, error: unknown): unknown {
  if (!isTtpError(error) || error instanceof HintedError || error.code !== 'CLI_USAGE') return error;
  return new HintedError('CLI_USAGE', error.message, `ttp ${name} --help`, error.field);
}

/** What commander says of wrong arguments, as an error of ours that says where to look. */
function usageError(error: CommanderError, program: Command, asked: readonly string[]): HintedError {
  const isHelp = error.code === 'commander.help';
  const message = isHelp ? 'a command is missing' : error.message.replace(/^error: /, '');
  return new HintedError('CLI_USAGE', message, `${pathOf(program, asked)} --help`);
}

/** The command that was meant, as far as it is known: `ttp policy lint`. */
function pathOf(command: Command, [word, ...rest]: readonly string[]): string {
  const next = command.commands.find((child) => child.name() === word);
  return next === undefined ? command.name() : `${command.name()} ${pathOf(next, rest)}`;
}
