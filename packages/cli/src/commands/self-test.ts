import type { JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { AddCommand, Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import type { Io } from '../io.js';
import { runSelfTest, type SelfTestFiles, type TestedCall } from '../self-test/run.js';

/** `ttp self-test`: whether a policy denies what has to be denied. */
export const selfTest: AddCommand = (program, io, act) => {
  program
    .command('self-test')
    .description('Ask a policy for calls that have to be denied, before it is armed.')
    .requiredOption('--policy <file>', 'the policy')
    .option('--call-map <file>', 'the call map it will be used with')
    .option('--forbidden <file>', 'calls of your own that have to be denied')
    .option('--server <name>', 'the server of those calls, where they name none', 'mcp')
    .option('--json', 'answer with one JSON document')
    .addHelpText(
      'after',
      `
Built in: ways out of every folder that a rule permits something in, directly and through the arguments of the call
map; a tool that nobody listed; everything that is permitted, asked for by a stranger. Each is asked for as the least
and as the most trusted agent would. An approval is no denial. ttp mcp runs the same test before it arms.

The file of your own: { "version": 1, "calls": [{ "tool": "read_file", "input": { "path": "payroll/may.csv" } }] }
with "name", "server", "claims", "action" and "resource" where you like.

Example:
  ttp self-test --policy policy.json --call-map calls.json --forbidden forbidden.json`,
    )
    .action((options: SelfTestFiles) => act(() => test(options, io)));
};

async function test(files: SelfTestFiles, io: Io): Promise<Answer> {
  const { calls, failed } = await runSelfTest(files, io);
  return {
    exit: failed.length === 0 ? EXIT.ok : EXIT.no,
    json: { armable: failed.length === 0, calls: calls.length, permitted: failed.map(jsonOf) },
    text: (paint) =>
      [
        ...failed.map((call) => `${paint.bad('PERMITTED')}  ${describe(call)}`),
        failed.length === 0
          ? `${paint.good('ok')}  ${calls.length} calls that have to be denied are denied`
          : `${failed.length} of ${calls.length} calls that have to be denied are not: do not arm this policy`,
      ].join('\n'),
  };
}

const jsonOf = ({ name, server, tool, permitted }: TestedCall): JsonObject => ({
  name,
  server,
  tool,
  ...(permitted === undefined ? {} : { to: permitted.to, at: permitted.at, outcome: permitted.outcome }),
});

const describe = ({ name, permitted }: TestedCall): string =>
  visible(`${name}${permitted === undefined ? '' : `, to ${permitted.to} (${permitted.outcome})`}`);
