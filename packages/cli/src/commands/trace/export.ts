import { asTraceId, TtpError } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import { openRecorder } from '@ttp/etr-merkle/trace';
import { logSignerOf } from '@ttp/sdk';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { openIdentityFile } from '../../files/identity-file.js';
import { passphrases } from '../../passphrase.js';
import { withStore } from '../../store.js';
import type { Call } from '../../verb.js';

interface ExportOptions {
  readonly store: string;
  readonly identity: string;
  readonly out: string;
  readonly trace?: string;
}

/** `ttp trace export`: the log, for others to check. */
export async function run({ options, io }: Call<ExportOptions>): Promise<Answer> {
  const { store, identity: file, out, trace: id } = options;
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
