import {
  asTraceId,
  type Did,
  EVENT_TYPES,
  isTraceId,
  type JsonObject,
  type Random,
  type Storage,
  TtpError,
} from '@ttp/core';
import { base64url, fromMultikey, utf8 } from '@ttp/crypto';
import { type Entry, type EntryFilter, type LogReader, openLogReader } from '@ttp/etr-merkle/trace';
import { visible } from '@ttp/oversight';
import type { Ttp } from '@ttp/sdk';
import { AUDIT_ANSWER_MAX_CHARS, AUDIT_ENTRIES_MAX } from '../../limits.js';
import { flag, list, malformed, object, optional, record, text, whole, word } from '../shape.js';
import { type ServerTool, shownMembers, tool } from '../tool.js';

/** What reading the log needs. */
export interface AuditPorts {
  readonly ttp: Pick<Ttp, 'did' | 'logKey' | 'checkpoint'>;
  readonly storage: Storage;
  readonly random: Random;
}

const ENTRIES = 20;

/** `read_audit`: entries of the log, newest first, each with its proof on request. Hashes and commitments, no payload. */
export function readAudit({ ttp, storage, random }: AuditPorts): ServerTool {
  let turn: Promise<unknown> = Promise.resolve();

  /** The tree is built anew for each reading, which is as long as the log: one at a time. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  }

  return tool({
    name: 'read_audit',
    title: 'Read the audit log',
    description: `Entries of the audit log of this agent, newest first: what was decided, done, refused, killed, approved. Arguments
and results are not in it, only their hashes. With prove each entry comes with its leaf and its
inclusion proof under a signed checkpoint; the newest of a log that another process writes may have none yet.`,
    input: object({
      trace: optional(text('entries of this trace alone: 32 hexadecimal digits', 32)),
      types: optional(list('entries of these types alone', word('a type', EVENT_TYPES), EVENT_TYPES.length)),
      log: optional(whole('which log, where several processes wrote; that of this one if left out', 0, 9999)),
      before: optional(whole('only entries before this one: next of the answer before')),
      limit: optional(whole(`at most so many; ${ENTRIES} if left out`, 1, AUDIT_ENTRIES_MAX)),
      prove: optional(flag('with inclusion proofs and the checkpoint they lead to')),
    }),
    output: object({
      log: text('origin of the log'),
      logKey: text('the key that signs it; trust it only if you know it from elsewhere'),
      size: whole('entries of the log'),
      entries: list('newest first', record('index, at, type, component, trace, subject, data, leafHash')),
      next: optional(whole('where older entries begin: hand it in as before')),
      checkpoint: optional(text('the signed note that the proofs lead to')),
    }),
    answer: ({ trace, types, log: n, before, limit = ENTRIES, prove = false }) =>
      inTurn(async () => {
        if (trace !== undefined && !isTraceId(trace)) throw malformed('trace', 'it is 32 hexadecimal digits');
        // It covers what is acknowledged, so that every entry of this process can be proved.
        const [own = ''] = (await ttp.checkpoint()).split('\n', 1);
        const reader = await openLog(n ?? Number(own.slice(own.lastIndexOf('/') + 1)));
        const filter: EntryFilter = {
          ...(trace === undefined ? {} : { trace: asTraceId(trace) }),
          ...(types === undefined ? {} : { types }),
        };
        const found = await newest(reader, filter, {
          limit: limit + 1,
          before: BigInt(before ?? reader.size),
        });
        return await pageOf(reader, found, { limit, prove, logKey: ttp.logKey });
      }),
  });

  async function openLog(n: number): Promise<LogReader> {
    const key = logKeyOf(ttp);
    const reader = await openLogReader({ storage, origin: ttp.did, key, random }, n);
    if (reader !== undefined) return reader;
    throw new TtpError('ETR_NO_ENTRY', `there is no log ${n}`, { field: 'log' });
  }
}

const logKeyOf = ({ did, logKey }: { readonly did: Did; readonly logKey: string }): LogKey => ({
  kid: `${did}#log-1`,
  publicKey: fromMultikey(logKey),
});

type LogKey = Parameters<typeof openLogReader>[0]['key'];

/** The last `limit` matching entries before a position, newest first. */
async function newest(
  log: LogReader,
  filter: EntryFilter,
  { limit, before }: { readonly limit: number; readonly before: bigint },
): Promise<readonly Entry[]> {
  const ring: Entry[] = [];
  let count = 0;
  for await (const entry of log.events(filter)) {
    if (entry.index >= before) break;
    ring[count++ % limit] = entry;
  }
  return ring.sort((a, b) => Number(b.index - a.index));
}

/** As many entries as fit into one answer; one more than asked for says that there are older ones. */
async function pageOf(
  log: LogReader,
  found: readonly Entry[],
  { limit, prove, logKey }: { readonly limit: number; readonly prove: boolean; readonly logKey: string },
): Promise<JsonObject> {
  const entries: JsonObject[] = [];
  let chars = 0;
  for (const entry of found.slice(0, limit)) {
    const shown = { ...shownEntry(entry), ...(prove ? await proofOf(log, entry.index) : {}) };
    chars += JSON.stringify(shown).length;
    if (entries.length > 0 && chars > AUDIT_ANSWER_MAX_CHARS) break;
    entries.push(shown);
  }
  const last = found[entries.length - 1];
  const isMore = found.length > entries.length;
  return {
    log: log.origin,
    logKey,
    size: Number(log.size),
    entries,
    ...(isMore && last !== undefined ? { next: Number(last.index) } : {}),
    ...(prove && log.checkpoint !== undefined ? { checkpoint: log.checkpoint } : {}),
  };
}

function shownEntry({
  index,
  at,
  type,
  component,
  trace,
  agent,
  subject,
  data,
  leafHash,
}: Entry): JsonObject {
  const said = { component: visible(component), subject: visible(subject), data: shownMembers(data) };
  return { index: Number(index), at, type, trace, agent, ...said, leafHash };
}

/** The leaf as base64url of its bytes: they are what is hashed, and nobody mistakes them for text to read. */
async function proofOf(log: LogReader, index: bigint): Promise<JsonObject> {
  if (index >= log.signedSize) return {};
  const { leaf, proof } = await log.prove(index);
  return { leaf: base64url(utf8(leaf)), proof: { ...proof, hashes: [...proof.hashes] } };
}
