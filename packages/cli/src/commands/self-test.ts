import type { JsonObject } from '@ttp/core';
import { visible } from '@ttp/oversight';
import type { Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { runSelfTest, type SelfTestFiles, type TestedCall } from '../self-test/run.js';
import type { Call } from '../verb.js';

/** `ttp self-test`: whether a policy denies what has to be denied. */
export async function run({ options, io }: Call<SelfTestFiles>): Promise<Answer> {
  const { calls, failed } = await runSelfTest(options, io);
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
