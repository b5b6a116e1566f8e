import { isTtpError, TtpError } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { Command, CommanderError } from 'commander';
import type { Act, AddCommand, Answer, Ending } from './answer.js';
import { conformance } from './commands/conformance.js';
import { demo } from './commands/demo.js';
import { keygen } from './commands/keygen.js';
import { kill, reinstate, status } from './commands/kill.js';
import { mcp } from './commands/mcp.js';
import { policy } from './commands/policy/index.js';
import { review } from './commands/review.js';
import { selfTest } from './commands/self-test.js';
import { trace } from './commands/trace.js';
import { verify } from './commands/verify.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { type Io, write } from './io.js';
import { paintFor } from './terminal.js';
import { findUnknown } from './unknown-command.js';

/** Commands whose standard output belongs to a protocol: what they have to say of themselves goes elsewhere. */
const PROTOCOLS: readonly (string | undefined)[] = ['mcp', 'conformance'];

const COMMANDS: readonly AddCommand[] = [
  keygen,
  policy,
  verify,
  mcp,
  selfTest,
  review,
  kill,
  reinstate,
  status,
  trace,
  demo,
  conformance,
];

/**
 * Runs one command line.
 *
 * @param argv the arguments, without the runtime and the script
 * @returns the exit code; it never rejects, and prints no stack trace
 */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  const asked = argv.slice(0, [...argv, '--'].indexOf('--'));
  const json = asked.includes('--json');
  let ending: Ending = EXIT.ok;
  const act: Act = async (work) => {
    ending = await work();
  };
  let help = '';
  const program = createProgram({ out: (text) => (help += text) });
  for (const add of COMMANDS) add(program, io, act);
  try {
    requireKnown(program, asked);
    try {
      await program.parseAsync(argv, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) {
        await write(io.stdout, help);
        return EXIT.ok;
      }
      throw usageError(error, program, asked);
    }
    if (typeof ending === 'number') return ending;
    return await print(ending, json, io);
  } catch (error) {
    return await report(error, json, PROTOCOLS.includes(asked[0]) ? { ...io, stdout: io.stderr } : io);
  }
}

function createProgram({ out }: { readonly out: (text: string) => void }): Command {
  return new Command('ttp')
    .description('Trust layer of AI agents: keys, policies, audit bundles, the MCP wrapper, the kill switch.')
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: () => undefined })
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Every command takes --json (one JSON document on standard output) and has --help with an example.
Exit codes: ${EXIT.ok} ok, ${EXIT.no} the answer is no, ${EXIT.badInput} usage or bad input, ${EXIT.cannotRun} cannot run.`,
    );
}

/** Commander would answer `ttp aprove --help` with the help of ttp, as if there were such a command. */
function requireKnown(program: Command, asked: readonly string[]): void {
  const unknown = findUnknown(program, asked);
  if (unknown === undefined) return;
  const { word, path, likely } = unknown;
  const hint = likely === undefined ? '' : ` (did you mean ${likely}?)`;
  throw new TtpError('CLI_USAGE', `unknown command '${word}'${hint}; see ${path} --help`);
}

/** What commander says of wrong arguments, as an error of ours that says where to look. */
function usageError(error: CommanderError, program: Command, asked: readonly string[]): TtpError {
  const isHelp = error.code === 'commander.help';
  const message = isHelp ? 'a command is missing' : error.message.replace(/^error: /, '');
  return new TtpError('CLI_USAGE', `${message}; see ${pathOf(program, asked)} --help`);
}

/** The command that was meant, as far as it is known: `ttp policy lint`. */
function pathOf(command: Command, [word, ...rest]: readonly string[]): string {
  const next = command.commands.find((child) => child.name() === word);
  return next === undefined ? command.name() : `${command.name()} ${pathOf(next, rest)}`;
}

async function print(answer: Answer, json: boolean, io: Io): Promise<ExitCode> {
  const text = json ? JSON.stringify(answer.json) : answer.text(paintFor(io.stdout, io.env));
  await write(io.stdout, `${text}\n`);
  return answer.exit;
}

/** Says what went wrong: code, message and field, never a stack trace. */
async function report(error: unknown, json: boolean, io: Io): Promise<ExitCode> {
  const known = isTtpError(error)
    ? error
    : new TtpError('CLI_FAILED', error instanceof Error ? error.message : 'something unknown was thrown');
  if (json) await write(io.stdout, `${JSON.stringify({ error: known.toJSON() })}\n`);
  else {
    const field = known.field === undefined || known.field === '' ? '' : ` (${visible(known.field)})`;
    const line = `ttp: ${visible(known.message)}${field} [${known.code}]`;
    await write(io.stderr, `${paintFor(io.stderr, io.env).bad(line)}\n`);
  }
  return exitCodeOf(error);
}
