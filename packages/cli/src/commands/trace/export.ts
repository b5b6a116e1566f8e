import { asTraceId } from '@ttp/core';
import { multikey } from '@ttp/crypto';
import { openRecorder } from '@ttp/etr-merkle/trace';
import { logRangeOf } from '@ttp/sdk';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { requireAbsent, writeNew } from '../../files/files.js';
import { logNumbered, openAll, ownerWithSigner } from '../../log/open-logs.js';
import { progressOn } from '../../progress.js';
import { withStore } from '../../store.js';
import type { Call } from '../../verb.js';

interface ExportOptions {
  readonly store: string;
  readonly identity: string;
  readonly out: string;
  readonly trace?: string;
  readonly log: number;
  readonly recover?: boolean;
}

/** `ttp trace export`: the log, for others to check. */
export async function run({ options, io }: Call<ExportOptions>): Promise<Answer> {
  const { store, identity, out, trace: id, log: n, recover = false } = options;
  const selected = id === undefined ? {} : { trace: asTraceId(id) };
  await requireAbsent(out, 'out');
  const owner = await ownerWithSigner(identity, io);
  const { did, signer } = owner;
  const { clock, timer, random } = io;
  const said = progressOn(io);
  const exported = await withStore(store, async (storage) => {
    // Opened as its enforcement point opens it, which completes and signs for what a crash has left.
    if (recover) {
      const { from: firstLog } = await logRangeOf(storage.store, did, signer.publicKey);
      await (await openRecorder({ storage, clock, timer, random, signer, origin: did, firstLog })).close();
    }
    said.step('reading the log');
    const logs = await openAll(storage, owner, store, io);
    const log = logNumbered(logs, n);
    said.step(`writing ${log.signedSize} entries`);
    const bundle = await log.exportBundle(signer, clock.now(), selected);
    return { bundle, log, others: logs.length - 1 };
  }).finally(said.done);
  await writeNew(out, exported.bundle, 'out');
  const { log, others } = exported;
  const { origin, size, signedSize } = log;
  const logKey = multikey(signer.publicKey);
  return {
    exit: EXIT.ok,
    json: {
      bundle: out,
      origin,
      treeSize: `${signedSize}`,
      unsigned: `${size - signedSize}`,
      logs: others + 1,
      logKey,
    },
    text: () =>
      [
        `bundle   ${out}`,
        `log      ${origin}, ${signedSize} entries`,
        ...(size === signedSize
          ? []
          : [`         ${size - signedSize} newer ones have no tree head yet and are left out`]),
        ...(others === 0 ? [] : [`         ${others} further logs: --log 0 to ${others}`]),
        `log key  ${logKey}`,
      ].join('\n'),
  };
}
