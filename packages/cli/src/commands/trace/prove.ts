import { TtpError } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { type LogOptions, logNumbered, withLogs } from '../../log/open-logs.js';
import type { ProofFile } from '../../log/proof-file.js';
import type { Call } from '../../verb.js';

interface ProveOptions extends LogOptions {
  readonly log: number;
  readonly out: string;
}

/** `ttp trace prove`: that one entry is in the log, for others to check. */
export async function run({ options, args: [text = ''], io }: Call<ProveOptions>): Promise<Answer> {
  const { out, log: n } = options;
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(text))
    throw new TtpError('CLI_USAGE', `an entry is a number from 0, not ${text}`, { field: 'entry' });
  await requireAbsent(out, 'out');
  return withLogs(options, io, async (logs, { key }) => {
    const log = logNumbered(logs, n);
    const { leaf, proof } = await log.prove(BigInt(text));
    const { origin, checkpoint = '' } = log;
    const file: ProofFile = { v: 1, origin, leaf, proof, checkpoint };
    await writeNew(out, `${JSON.stringify(file, null, 2)}\n`, 'out');
    const logKey = multikey(key.publicKey);
    return {
      exit: EXIT.ok,
      json: { proof: out, origin, entry: text, treeSize: `${proof.treeSize}`, logKey },
      text: () =>
        `proof    ${out}\nentry    ${text} of ${proof.treeSize} in ${origin}\nlog key  ${logKey}\nverify   ttp verify proof ${out} --log-key ${logKey}`,
    };
  });
}
