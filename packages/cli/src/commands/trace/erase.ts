import { asDid } from '@ttp/core';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { type WriteOptions, withRecorder } from '../../log/write-log.js';
import type { Call } from '../../verb.js';

/** `ttp trace erase`: destroys the key of a subject's payloads, and says so in the log. */
export function run({ options, args: [text = ''], io }: Call<WriteOptions>): Promise<Answer> {
  const subject = asDid(text);
  return withRecorder(options, io, async (recorder, context) => {
    const receipt = await recorder.erase(subject, context);
    if (receipt === undefined)
      return {
        exit: EXIT.no,
        json: { subject, erased: false },
        text: () => `nothing is kept of ${subject}`,
      };
    const { log, index, leafHash } = receipt;
    return {
      exit: EXIT.ok,
      json: { subject, erased: true, log, index: `${index}`, leafHash },
      text: () => `erased   all payloads of ${subject}\nentry    ${index} of ${log}; every proof stays valid`,
    };
  });
}
