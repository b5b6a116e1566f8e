import { asTraceId, TtpError } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import { openRecorder } from '@ttp/etr-merkle/trace';
import { logSignerOf } from '@ttp/sdk';
import type { AddCommand, Answer } from '../answer.js';
import { EXIT } from '../exit-codes.js';
import { requireAbsent, writeNew } from '../files/files.js';
import { openIdentityFile } from '../files/identity-file.js';
import type { Io } from '../io.js';
import { passphrases } from '../passphrase.js';
import { withStore } from '../store.js';

interface ExportOptions {
  readonly store: string;
  readonly identity: string;
  readonly out: string;
  readonly trace?: string;
}

/** `ttp trace`: the audit log, for others to check. */
export const trace: AddCommand = (program, io, act) => {
  const parent = program.command('trace').description('Work with the audit log.');
  parent
    .command('export')
    .description('Write the log of an enforcement point as a bundle that anybody verifies offline.')
    .requiredOption('--store <file>', 'the storage of the enforcement point')
    .requiredOption('--identity <file>', 'the identity that the log belongs to')
    .requiredOption('-o, --out <file>', 'the bundle to write; it must not exist')
    .option('--trace <id>', 'one trace instead of the whole log')
    .option('--json', 'answer with one JSON document')
    .addHelpText(
      'after',
      `
The bundle discloses every payload that is kept: arguments, evidence, policies. The log key it prints is what others
pass to ttp verify --log-key; tell them over a way they trust. Export when the enforcement point is idle: calls
that are under way count as interrupted, and it goes on in the next log.

Example:
  ttp trace export --store ttp.db --identity agent.json --out bundle.jsonl`,
    )
    .action((options: ExportOptions) => act(() => exportLog(options, io)));
};

async function exportLog({ store, identity: file, out, trace: id }: ExportOptions, io: Io): Promise<Answer> {
  const { clock, timer, random } = io;
  const selected = id === undefined ? {} : { trace: asTraceId(id) };
  await requireAbsent(out, 'out');
  const identity = await openIdentityFile(file, { field: 'identity', passphrases: passphrases(io) });
  const signer = logSignerOf(identity);
  const { bundle, origin, entries } = await withStore(store, async (storage) => {
    const recorder = await openRecorder({ storage, clock, timer, random, signer, origin: identity.did });
    try {
      if (recorder.size === 0n)
        throw new TtpError('CLI_LOG_ABSENT', `${store} holds no log of ${identity.did}`, { field: 'store' });
      const text = await recorder.exportBundle(selected);
      return { bundle: text, origin: recorder.origin, entries: recorder.size };
    } finally {
      await recorder.close();
    }
  });
  await writeNew(out, bundle, 'out');
  const logKey = multikey(signer.publicKey);
  return {
    exit: EXIT.ok,
    json: { bundle: out, origin, treeSize: `${entries}`, logKey },
    text: () => `bundle   ${out}\nlog      ${origin}, ${entries} entries\nlog key  ${logKey}`,
  };
}
