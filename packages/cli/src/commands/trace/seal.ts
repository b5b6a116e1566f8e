import { asTraceId } from '@ttp/core';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { type WriteOptions, withRecorder } from '../../log/write-log.js';
import type { Call } from '../../verb.js';

/** `ttp trace seal`: ends a trace. */
export function run({ options, args: [text = ''], io }: Call<WriteOptions>): Promise<Answer> {
  const trace = asTraceId(text);
  return withRecorder(options, io, async (recorder) => {
    const { receipt, root, count, checkpoint } = await recorder.seal(trace);
    const { log, index, leafHash } = receipt;
    return {
      exit: EXIT.ok,
      json: { trace, root, entries: count, log, index: `${index}`, leafHash, checkpoint },
      text: () => `sealed   ${trace}\nentries  ${count}\nroot     ${root}\nentry    ${index} of ${log}`,
    };
  });
}
