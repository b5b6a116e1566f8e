import type { Did, JsonObject, TraceId } from '@ttp/core';
import type { LogReader } from '@ttp/etr-merkle/trace';
import type { Answer } from '../../answer.js';
import { EXIT } from '../../exit-codes.js';
import { type LogOptions, numberOf, withLogs } from '../../log/open-logs.js';
import { type Progress, progressOn } from '../../progress.js';
import { table } from '../../table.js';
import { timeText } from '../../time-text.js';
import type { Call } from '../../verb.js';

/** What a log has of one trace. */
interface Listed {
  readonly log: number;
  readonly trace: TraceId;
  readonly firstAt: number;
  entries: number;
  lastAt: number;
  /** Calls, not those that somebody only asked about. */
  interactions: number;
  refused: number;
  /** Calls that went on whatever was decided: the enforcement point only observed. */
  observed: number;
  checks: number;
  sealed: boolean;
  readonly agents: Set<Did>;
}

/** `ttp trace list`: which traces there are. */
export function run({ options, io }: Call<LogOptions>): Promise<Answer> {
  const said = progressOn(io);
  return withLogs(options, io, async (logs, { did }) => {
    const listed: Listed[] = [];
    for (const log of logs) listed.push(...(await tracesOf(log, said)));
    said.done();
    return {
      exit: EXIT.ok,
      json: { did, logs: logs.map(sizesOf), traces: listed.map(jsonOf) },
      text: ({ width }) =>
        [
          table(
            ['trace', 'log', 'entries', 'calls', 'refused', 'observed', 'first', 'last', 'sealed'],
            listed.map(rowOf),
            width,
          ),
          ...logs.map(
            ({ origin, size, signedSize }) => `${origin}: ${size} entries, ${signedSize} under its tree head`,
          ),
        ].join('\n'),
    };
  });
}

/** Entries between two words of progress. */
const STEP = 1000n;

async function tracesOf(log: LogReader, said: Progress): Promise<readonly Listed[]> {
  const traces = new Map<TraceId, Listed>();
  for await (const { trace, agent, at, type, data, index } of log.events()) {
    if (index % STEP === 0n) said.step(`${log.origin}: ${index} of ${log.size} entries`);
    let one = traces.get(trace);
    if (one === undefined) {
      one = {
        log: numberOf(log),
        trace,
        firstAt: at,
        entries: 0,
        lastAt: at,
        interactions: 0,
        refused: 0,
        observed: 0,
        checks: 0,
        sealed: false,
        agents: new Set(),
      };
      traces.set(trace, one);
    }
    one.entries++;
    one.lastAt = at;
    one.agents.add(agent);
    if (type === 'trace-sealed') one.sealed = true;
    if (type !== 'interaction-settled') continue;
    if (data['checked'] === true) {
      one.checks++;
      continue;
    }
    one.interactions++;
    if (data['status'] === 'blocked') one.refused++;
    if (data['enforced'] === false) one.observed++;
  }
  return [...traces.values()];
}

const sizesOf = ({ origin, size, signedSize }: LogReader): JsonObject => ({
  origin,
  entries: `${size}`,
  signed: `${signedSize}`,
});

const jsonOf = ({ agents, ...listed }: Listed): JsonObject => ({ ...listed, agents: [...agents] });

const rowOf = (one: Listed): readonly string[] => [
  one.trace,
  `${one.log}`,
  `${one.entries}`,
  `${one.interactions}`,
  `${one.refused}`,
  `${one.observed}`,
  timeText(one.firstAt),
  timeText(one.lastAt),
  one.sealed ? 'yes' : 'no',
];
