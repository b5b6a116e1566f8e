import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from './exit-codes.js';
import { optionsOf, type Verb, type VerbGroup, type VerbOption } from './verb.js';
import { FAMILIES } from './verbs/index.js';

/** A verb, and what it was asked. */
export interface Asked {
  readonly verb: Verb;
  readonly options: object;
  readonly args: readonly string[];
}

/** What the program needs of the process. */
export interface ProgramOutput {
  /** Columns that help is broken into. */
  readonly width: number;
  /** Takes the help. */
  readonly out: (text: string) => void;
  /** Takes the verb that was asked. */
  readonly asked: (what: Asked) => void;
}

/** The command line as commander parses it, made from the verbs. */
export function createProgram(groups: readonly VerbGroup[], output: ProgramOutput): Command {
  const program = new Command('ttp')
    .description(
      'The trust layer of AI agents: identities, policies, guarded MCP servers, approvals, the kill switch, the audit log.',
    )
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: output.out,
      writeErr: () => undefined,
      getOutHelpWidth: () => output.width,
      getOutHasColors: () => false,
    })
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Every command has --help with examples. On a terminal it answers with text, elsewhere with one JSON document;
--json and --text say which.
Exit codes: ${EXIT.ok} ok, ${EXIT.no} the answer is no, ${EXIT.badInput} usage or bad input, ${EXIT.cannotRun} cannot run.`,
    );
  for (const { heading, verbs } of groups) for (const verb of verbs) addVerb(program, heading, verb, output);
  return program;
}

function addVerb(program: Command, heading: string, verb: Verb, { asked }: ProgramOutput): void {
  const words = verb.name.split(' ');
  const [first = ''] = words;
  const parent = words.length === 1 ? program : familyOf(program, first, heading);
  const command = parent.command(words.at(-1) ?? first).description(verb.summary);
  // An option belongs to the verb it follows, where one verb has others below it.
  command.enablePositionalOptions();
  if (words.length === 1) command.helpGroup(`${heading}:`);
  for (const { name, says, choices } of verb.arguments ?? [])
    command.addArgument(
      choices === undefined ? new Argument(name, says) : new Argument(name, says).choices(choices),
    );
  for (const option of optionsOf(verb)) command.addOption(asOption(option));
  command
    .addHelpText('after', helpAfter(verb))
    .action(() => asked({ verb, options: command.opts(), args: command.args }));
}

/** The command above verbs of two words, made by the first of them. */
function familyOf(program: Command, name: string, heading: string): Command {
  return (
    program.commands.find((command) => command.name() === name) ??
    program
      .command(name)
      .description(FAMILIES[name] ?? '')
      .helpGroup(`${heading}:`)
  );
}

function asOption(spec: VerbOption): Option {
  const option = new Option(spec.flags, spec.says).makeOptionMandatory(spec.required ?? false);
  const { choices, parse } = spec;
  if (spec.flags === '--text') option.conflicts('json');
  if (choices !== undefined) option.choices(choices);
  if (spec.default !== undefined) option.default(spec.default);
  if (parse !== undefined) option.argParser(parse);
  if (spec.repeatable)
    option.default([], 'none').argParser((value, before: readonly string[]) => {
      if (choices !== undefined && !choices.includes(value))
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      return [...before, value];
    });
  return option;
}

function helpAfter({ description, exits = {}, examples }: Verb): string {
  const codes = Object.entries(exits).map(([code, says]) => `  ${code}  ${says}`);
  return [
    ...(description === undefined ? [] : ['', description]),
    ...(codes.length === 0 ? [] : ['', 'Exit codes:', ...codes]),
    '',
    'Examples:',
    ...examples.flatMap(({ line, says }) => [`  # ${says}`, `  ${line}`]),
  ].join('\n');
}
