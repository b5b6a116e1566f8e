import type { JsonObject } from '@ttp/core';
import { type Fault, type FsckReport, fsck } from '@ttp/etr-merkle/trace';
import { visible } from '@ttp/oversight';
import { logRangeOf } from '@ttp/sdk';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { type LogOptions, ownerOf } from '../../log/open-logs.js';
import { progressOn } from '../../progress.js';
import { withStore } from '../../store.js';
import type { Paint } from '../../terminal.js';
import type { Call } from '../../verb.js';

/** `ttp trace fsck`: whether a storage still has what was recorded in it. */
export async function run({ options: { store, ...owner }, io }: Call<LogOptions>): Promise<Answer> {
  const { did, key } = await ownerOf(owner, io);
  const said = progressOn(io);
  const report = await withStore(store, async (storage) =>
    fsck({
      storage,
      origin: did,
      key,
      logs: await logRangeOf(storage.store, did, key.publicKey),
      timer: io.timer,
      now: io.clock.now(),
      onProgress: ({ log, entries, of }) => said.step(`${log}: ${entries} of ${of} entries`),
    }),
  ).finally(said.done);
  return {
    exit: report.sound ? EXIT.ok : EXIT.no,
    json: jsonOf(report),
    text: (paint) => linesOf(report, paint).join('\n'),
  };
}

const jsonOf = ({ sound, logs, payloads, faults, omitted }: FsckReport): JsonObject => ({
  sound,
  logs: logs.map(({ origin, entries, signed }) => ({ origin, entries: `${entries}`, signed: `${signed}` })),
  payloads,
  faults: faults.map(({ code, log, index, message }) => ({
    code,
    ...(log === undefined ? {} : { log }),
    ...(index === undefined ? {} : { index: `${index}` }),
    message,
  })),
  omitted,
});

const placeOf = ({ log = '', index }: Fault): string => (index === undefined ? log : `${log} entry ${index}`);

function linesOf({ sound, logs, payloads, faults, omitted }: FsckReport, paint: Paint): string[] {
  return [
    ...logs.map(
      ({ origin, entries, signed }) => `${origin}: ${entries} entries, ${signed} under its tree head`,
    ),
    `${payloads} payloads opened`,
    ...faults.map((fault) => `${paint.bad(fault.code)}  ${placeOf(fault)}: ${visible(fault.message)}`),
    ...(omitted === 0 ? [] : [`and ${omitted} more`]),
    sound ? paint.good('sound') : paint.bad('NOT SOUND'),
  ];
}
