import {
  asDid,
  asHash,
  asTraceId,
  type EventType,
  isJsonObject,
  isTtpError,
  type Json,
  type JsonObject,
  type Store,
  type TraceId,
  TtpError,
} from '@ttp/core';
import {
  canonicalBytes,
  decodeEnvelope,
  encodeEnvelope,
  fromHex,
  hashBytes,
  hex,
  parseJson,
  sha256,
  utf8,
} from '@ttp/crypto';
import { Frontier } from '../frontier.js';
import { STATE_MAX_CHAINS } from '../limits.js';
import { type LogKey, type OpenTreeHead, openHead, type SignedTreeHead } from '../signed-tree-head.js';
import type { ChainsState, TraceState } from './chains.js';
import { isEventType } from './leaf.js';
import type { Ledger } from './ledger.js';

/**
 * What a log has come to at some size, so that whoever opens it begins there: the chains, and what the ledger knows
 * besides. A tree head of that size signs its hash.
 */
export interface LogState {
  readonly size: bigint;
  /** Digest over traces and seals of all entries: what the index has to say. */
  readonly digest: Uint8Array;
  readonly chains: ChainsState;
  readonly erased: readonly string[];
  readonly standard: readonly TraceId[];
  readonly life: readonly bigint[];
}

/** The state in the bytes that are hashed; undefined where it is not worth keeping. */
function encodeState({ size, digest, chains, erased, standard, life }: LogState): Uint8Array | undefined {
  const { agents, traces } = chains;
  if (agents.length + traces.length + erased.length + standard.length + life.length > STATE_MAX_CHAINS)
    return undefined;
  return canonicalBytes({
    v: 1,
    size: Number(size),
    digest: hex(digest),
    agents: agents.map(({ agent, seq, last }) => [agent, seq, last]),
    traces: traces.map(traceJson),
    erased,
    standard,
    life: life.map(Number),
  });
}

/** The state of a ledger as it is, in bytes; undefined where an append is under way, or it is not worth keeping. */
export function stateOf({
  tree,
  chains,
  digest,
  erasedKeys,
  standard,
  lifeEntries,
}: Ledger): Uint8Array | undefined {
  const { size } = tree;
  if (BigInt(chains.count) !== size || chains.size > STATE_MAX_CHAINS) return undefined;
  return encodeState({
    size,
    digest,
    chains: chains.state(),
    erased: [...erasedKeys],
    standard: [...standard],
    life: lifeEntries,
  });
}

/** Keeps a state with the head that signs for it, in place of the one before. */
export async function putState(
  store: Store,
  origin: string,
  { checkpoint, treeHead }: SignedTreeHead,
  state: Uint8Array,
): Promise<void> {
  const record = { checkpoint, treeHead: encodeEnvelope(treeHead), state: new TextDecoder().decode(state) };
  await store.put(stateKey(origin), canonicalBytes(record));
}

/**
 * The last state that was kept of a log. Undefined where there is none, or none that the log key has signed for: then
 * the log is read from its beginning.
 */
export async function readState(
  store: Store,
  origin: string,
  key: LogKey,
): Promise<{ readonly state: LogState; readonly head: OpenTreeHead } | undefined> {
  const found = await store.get(stateKey(origin));
  if (found === undefined) return undefined;
  try {
    const { checkpoint, treeHead, state } = object(parseJson(found.value, { maxBytes: found.value.length }));
    if (typeof checkpoint !== 'string' || typeof treeHead !== 'string' || typeof state !== 'string')
      return undefined;
    const head = openHead({ checkpoint, treeHead: decodeEnvelope(treeHead) }, origin, key);
    const bytes = utf8(state);
    if (head.state !== hashBytes(bytes)) return undefined;
    const parsed = parseState(object(parseJson(bytes, { maxBytes: bytes.length })));
    return parsed.size === head.size ? { state: parsed, head } : undefined;
  } catch (error) {
    if (isTtpError(error)) return undefined;
    throw error;
  }
}

/** The digest after one more entry. */
export const digestWith = (digest: Uint8Array, trace: TraceId, seals: boolean): Uint8Array => {
  const input = new Uint8Array(digest.length + 17);
  input.set(digest);
  input.set(fromHex(trace), digest.length);
  input[input.length - 1] = seals ? 1 : 0;
  return sha256(input);
};

/** Keys of a Store are shorter than an origin may be. */
const stateKey = (origin: string): string => `etr/state/${hex(sha256(utf8(origin)))}`;

const traceJson = ({ trace, agent, tree, types, firstAt, lastAt, intents }: TraceState): JsonObject => ({
  trace,
  agent,
  size: tree.size,
  subtrees: tree.subtrees.map(hex),
  types: Object.fromEntries(types),
  firstAt,
  lastAt,
  intents: intents.map(({ agent: by, subject, leafHash }) => [by, subject, leafHash]),
});

function parseState(json: JsonObject): LogState {
  const { v, size, digest, agents, traces, erased, standard, life } = json;
  if (v !== 1) throw bad('v');
  return {
    size: BigInt(count(size)),
    digest: fromHex(text(digest)),
    chains: {
      agents: list(agents).map((one) => {
        const [agent, seq, last] = list(one);
        return { agent: asDid(text(agent)), seq: count(seq), last: asHash(text(last)) };
      }),
      traces: list(traces).map((one) => parseTrace(object(one))),
    },
    erased: list(erased).map(text),
    standard: list(standard).map((one) => asTraceId(text(one))),
    life: list(life).map((one) => BigInt(count(one))),
  };
}

function parseTrace(json: JsonObject): TraceState {
  const trace = asTraceId(text(json['trace']));
  const types = Object.entries(object(json['types'])).map(([type, n]): [EventType, number] => {
    if (!isEventType(type)) throw bad('types');
    return [type, count(n)];
  });
  return {
    trace,
    agent: asDid(text(json['agent'])),
    tree: Frontier.from(
      count(json['size']),
      list(json['subtrees']).map((one) => fromHex(text(one))),
    ),
    types,
    firstAt: count(json['firstAt']),
    lastAt: count(json['lastAt']),
    intents: list(json['intents']).map((one) => {
      const [agent, subject, leafHash] = list(one);
      return { agent: asDid(text(agent)), trace, subject: text(subject), leafHash: asHash(text(leafHash)) };
    }),
  };
}

function object(json: Json | undefined): JsonObject {
  if (!isJsonObject(json)) throw bad('an object');
  return json;
}
function list(json: Json | undefined): readonly Json[] {
  if (!Array.isArray(json)) throw bad('a list');
  return json;
}
function text(json: Json | undefined): string {
  if (typeof json !== 'string') throw bad('a text');
  return json;
}
function count(json: Json | undefined): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < 0) throw bad('a count');
  return json;
}

const bad = (what: string): TtpError<'ETR_INDEX_DAMAGED'> =>
  new TtpError('ETR_INDEX_DAMAGED', `the state of a log is damaged: ${what}`);
