import { isHash, isJsonObject, type Json, type JsonObject, type TraceId, TtpError } from '@ttp/core';
import type { Entry, LogReader } from '@ttp/etr-merkle/trace';
import { visible } from '@ttp/oversight';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { HintedError } from '../../hints.js';
import { type LogOptions, numberOf, withLogs } from '../../log/open-logs.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';

/** One entry, and what its decision says where the payload is kept. */
interface Shown {
  readonly log: number;
  readonly entry: Entry;
  readonly reasons: readonly string[];
}

/** `ttp trace show`: what happened in a trace, in order. */
export function run({ options, args: [text = ''], io }: Call<LogOptions>): Promise<Answer> {
  return withLogs(options, io, async (logs) => {
    const trace = await traceNamed(text, logs);
    const shown: Shown[] = [];
    for (const log of logs)
      for await (const entry of log.events({ trace }))
        shown.push({ log: numberOf(log), entry, reasons: await reasonsOf(entry, log) });
    return {
      exit: EXIT.ok,
      json: { trace, entries: shown.map(jsonOf) },
      text: ({ width }) =>
        [`trace ${trace}`, table(['entry', 'time', 'what', 'subject', 'says'], shown.map(rowOf), width)].join(
          '\n',
        ),
    };
  });
}

/** The trace whose id begins so. Throws ETR_TRACE_UNKNOWN, CLI_USAGE where several do. */
async function traceNamed(text: string, logs: readonly LogReader[]): Promise<TraceId> {
  const found = new Set<TraceId>();
  for (const log of logs)
    for await (const { trace } of log.events()) if (trace.startsWith(text)) found.add(trace);
  const [first, ...others] = found;
  if (first === undefined || text === '')
    throw new TtpError('ETR_TRACE_UNKNOWN', `no trace begins with ${text}`, { field: 'trace' });
  if (others.length === 0) return first;
  throw new HintedError(
    'CLI_USAGE',
    `${others.length + 1} traces begin with ${text}`,
    'more of its digits',
    'trace',
  );
}

/** What the decision of an entry gives as its reasons; nothing where the payload was erased or never kept. */
async function reasonsOf({ type, data }: Entry, log: LogReader): Promise<readonly string[]> {
  const hash = data['decision'];
  if (type !== 'decision-made' || typeof hash !== 'string' || !isHash(hash)) return [];
  const decision = await log.read(hash);
  const reasons = isJsonObject(decision) ? decision['reasons'] : undefined;
  return Array.isArray(reasons) ? reasons.map(reasonText) : [];
}

const reasonText = (reason: Json): string =>
  isJsonObject(reason) ? `${asText(reason['text'])} [${asText(reason['code'])}]` : '';

const jsonOf = ({ log, entry, reasons }: Shown): JsonObject => {
  const { index, at, type, agent, subject, data, leafHash } = entry;
  const more = reasons.length === 0 ? {} : { reasons };
  return { log, index: `${index}`, at, type, agent, subject, data, leafHash, ...more };
};

/** Members of an entry's data that say how it went, in the order in which they are told. */
const TOLD: readonly string[] = ['outcome', 'effect', 'status', 'code', 'reason', 'serial'];

function rowOf({ log, entry, reasons }: Shown): readonly string[] {
  const { index, at, type, subject, data } = entry;
  const told = [...marksOf(data), ...TOLD.map((name) => asText(data[name])).filter((text) => text !== '')];
  const where = log === 0 ? `${index}` : `${log}/${index}`;
  return [where, timeText(at), type, visible(subject), visible([...told, ...reasons].join(', '))];
}

/** What makes of an entry something else than it looks like: nothing was enforced, or nothing was called. */
function marksOf({ monitor, enforced, checked, would }: JsonObject): readonly string[] {
  const { status, code } = isJsonObject(would) ? would : {};
  const instead =
    status === undefined || status === 'done' ? '' : `: would be ${asText(status)} ${asText(code)}`;
  return [
    ...(checked === true ? ['only asked'] : []),
    ...(enforced === false ? [`not enforced${instead}`] : monitor === true ? ['monitor mode'] : []),
  ];
}

const asText = (value: Json | undefined): string =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
