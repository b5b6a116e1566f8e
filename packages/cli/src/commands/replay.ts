import { isJsonObject, type Json, type JsonObject, TtpError } from '@ttp/core';
import { visible } from '@ttp/oversight';
import { type RecordedDecision, type ReplayedDecision, recordedDecisions, replayRecorded } from '@ttp/sdk';
import { explainDecision } from '@ttp/tre';
import type { Answer } from '../answer.js';
import { decisionJson } from '../decision-json.js';
import { EXIT } from '../exit-codes.js';
import { readBytes } from '../files/files.js';
import { BUNDLE_MAX_BYTES } from '../limits.js';
import { pastDecisions, similarTo } from '../past-decisions.js';
import { table } from '../table.js';
import type { Paint } from '../terminal.js';
import { timeText } from '../time-text.js';
import type { Call } from '../verb.js';
import { parseLogKey } from '../verify/log-keys.js';
import { verifyBundle } from '../verify/verify-bundle.js';

interface ReplayOptions {
  readonly logKey: readonly string[];
  readonly entry?: number;
}

/** A recorded decision, and what became of it when it was made again. */
interface Replayed extends Pick<ReplayedDecision, 'result' | 'code'> {
  readonly one: RecordedDecision;
}

/** `ttp replay`: makes every decision of a bundle again, byte by byte, and shows one of them in words. */
export async function run({
  options: { logKey, entry },
  args: [path = ''],
  io,
}: Call<ReplayOptions>): Promise<Answer> {
  const keys = logKey.map(parseLogKey);
  const bundle = await readBytes(path, { field: 'bundle', io, maxBytes: BUNDLE_MAX_BYTES });
  const { trusted, trace } = await verifyBundle(bundle, keys, io.clock.now(), { timer: io.timer });
  // What is in a bundle that is not whole means nothing, and whose it is, only a trusted key says.
  const recorded = trace.valid ? recordedDecisions(bundle) : [];
  const replayed = recorded.map((one): Replayed => ({ one, ...replayRecorded(one) }));
  const shown = entry === undefined ? undefined : explained(entry, recorded);
  const differing = replayed.filter(({ result }) => result === 'differs').length;
  const isGood = trusted && trace.valid && differing === 0;
  const counts = {
    same: replayed.filter(({ result }) => result === 'same').length,
    absent: replayed.filter(({ result }) => result === 'absent').length,
    differs: differing,
  };
  return {
    exit: isGood ? EXIT.ok : EXIT.no,
    json: {
      valid: isGood,
      trusted,
      whole: trace.valid,
      ...counts,
      decisions: replayed.map(jsonOf),
      ...(shown === undefined ? {} : { explained: shown.json }),
    },
    text: (paint) =>
      [
        ...(replayed.length === 0
          ? []
          : [table(['entry', 'time', 'outcome', 'call', 'replay'], replayed.map(rowOf), paint.width), '']),
        ...(shown === undefined ? [] : [...shown.lines(paint.width), '']),
        verdict(isGood, { trusted, isWhole: trace.valid }, counts, paint),
      ].join('\n'),
  };
}

/** One decision in words, with those that resemble it. Throws CLI_USAGE where the entry is none that can be shown. */
function explained(
  entry: number,
  recorded: readonly RecordedDecision[],
): { readonly json: JsonObject; lines(width: number): readonly string[] } {
  const past = pastDecisions(recorded);
  const found = past.find(({ index }) => index === BigInt(entry));
  if (found === undefined)
    throw new TtpError('CLI_USAGE', `entry ${entry} is no decision that comes out the same again`, {
      field: 'entry',
    });
  const similar = similarTo(found, past);
  return {
    json: { decision: decisionJson(found.decision), similar: [...similar.json] },
    lines: (width) => [...explainDecision(found.decision).split('\n').map(visible), ...similar.lines(width)],
  };
}

const jsonOf = ({ one: { entry }, result, code }: Replayed): JsonObject => ({
  index: `${entry.index}`,
  subject: entry.subject,
  outcome: entry.data['outcome'] ?? null,
  result,
  ...(code === undefined ? {} : { code }),
});

function rowOf({ one: { entry, inputs }, result, code }: Replayed): readonly string[] {
  const { action, resource } =
    inputs.interaction !== undefined && isJsonObject(inputs.interaction) ? inputs.interaction : {};
  const outcome = entry.data['outcome'];
  const said = code === undefined ? result : `${result} [${code}]`;
  return [`${entry.index}`, timeText(entry.at), asText(outcome), asText(action, resource), said];
}

/** Texts as they may be shown; what is none was never recorded by an enforcement point. */
const asText = (...parts: readonly (Json | undefined)[]): string =>
  visible(parts.filter((part) => typeof part === 'string').join(' '));

function verdict(
  isGood: boolean,
  { trusted, isWhole }: { readonly trusted: boolean; readonly isWhole: boolean },
  { same, absent, differs }: { readonly same: number; readonly absent: number; readonly differs: number },
  paint: Paint,
): string {
  if (!isWhole) return `${paint.bad('NOT VALID')}: the bundle is not whole; ttp verify says what is wrong`;
  const counts = `${same} the same to the byte, ${absent} absent, ${differs} not the same`;
  if (!trusted)
    return `${paint.bad('NOT TRUSTED')}: ${counts}, of whoever made the bundle [CLI_LOG_KEY_MISSING]`;
  return `${isGood ? paint.good('ok') : paint.bad('DIFFERS')}: ${counts}`;
}
