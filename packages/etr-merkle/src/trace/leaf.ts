import {
  EVENT_TYPES,
  type EventType,
  type Hash,
  isDid,
  isHash,
  isTraceId,
  type Json,
  type JsonObject,
  TtpError,
  type TtpEvent,
} from '@ttp/core';
import { canonicalBytes, canonicalize, equalBytes, parseJson, utf8 } from '@ttp/crypto';
import { COMPONENT_MAX_CHARS, DATA_MAX_DEPTH, LEAF_MAX_BYTES } from '../limits.js';
import { isStrictData } from './strict-data.js';

/** An entry of the log (decision D28). Its canonical JSON is what the tree hashes. */
export interface Leaf extends TtpEvent {
  readonly v: 1;
  /** Position in the agent's own chain, from 0. */
  readonly agentSeq: number;
  /** Leaf hash of the agent's entry before; null for its first. A dropped entry breaks this (flaw.E3). */
  readonly agentPrev: Hash | null;
  /** Position in the trace, from 0. */
  readonly traceSeq: number;
}

/** Where an entry stands: what the log adds to an event. */
export interface Position {
  readonly agentSeq: number;
  readonly agentPrev: Hash | null;
  readonly traceSeq: number;
}

/** An event whose members are checked and, as far as they are known before its turn comes, already canonical. */
export interface PreparedLeaf extends Omit<TtpEvent, 'data'> {
  /** The canonical text of its data. The caller's own object may change before its turn comes. */
  readonly data: string;
  readonly begin: string;
  readonly middle: string;
  readonly end: string;
}

/** More than any position can add: two 16-digit numbers, a hash with its quotes, and the member names. */
const POSITION_MAX_CHARS = 160;

/**
 * Checks an event and writes the parts of its leaf, so that a bad one is refused to its caller alone, before it
 * shares a batch with others.
 *
 * @throws ETR_BAD_EVENT, ETR_LEAF_TOO_LARGE, and the CRYPTO_JSON_* codes for data that is no JSON
 */
export function prepareLeaf(event: TtpEvent): PreparedLeaf {
  const { agent, type, component, at, trace, subject, data } = event;
  const wrong = wrongMember({ agent, type, component, at, trace, subject, data });
  if (wrong !== undefined) throw bad(wrong);
  const dataText = canonicalize(data);
  // Member names of a leaf in canonical order: agent agentPrev agentSeq | at component data subject trace | traceSeq type v.
  // DIDs, types and trace ids are of characters that JSON writes as they are.
  const begin = `{"agent":"${agent}"`;
  const middle = `"at":${at},"component":${canonicalize(component)},"data":${dataText},"subject":${canonicalize(subject)},"trace":"${trace}"`;
  const end = `"type":"${type}","v":1}`;
  // After the canonical form: only a value that has one is known to end.
  if (!isStrictData(data, DATA_MAX_DEPTH)) throw bad('data');
  if (exceeds(middle, LEAF_MAX_BYTES - begin.length - end.length - POSITION_MAX_CHARS))
    throw new TtpError(
      'ETR_LEAF_TOO_LARGE',
      `the ${type} event makes a leaf of more than ${LEAF_MAX_BYTES} bytes`,
    );
  return { agent, trace, component, type, subject, at, data: dataText, begin, middle, end };
}

/** Whether the UTF-8 of a text has more than `most` bytes. A UTF-16 code unit has 3 at most: few texts need counting. */
const exceeds = (text: string, most: number): boolean =>
  text.length * 3 > most && (text.length > most || utf8(text).length > most);

/** The canonical bytes of the leaf at its position. */
export function leafBytes(prepared: PreparedLeaf, position: Position): Uint8Array {
  const { agentSeq, agentPrev, traceSeq } = position;
  const prev = agentPrev === null ? 'null' : `"${agentPrev}"`;
  const { begin, middle, end } = prepared;
  return utf8(`${begin},"agentPrev":${prev},"agentSeq":${agentSeq},${middle},"traceSeq":${traceSeq},${end}`);
}

/** The leaf at its position, as whoever reads its bytes gets it. */
export function leafOf(prepared: PreparedLeaf, position: Position): Leaf {
  const { agent, trace, component, type, subject, at, data } = prepared;
  const { agentSeq, agentPrev, traceSeq } = position;
  const read = parseJson(data);
  if (!isObject(read)) throw badLeaf('data');
  return { agent, trace, component, type, at, subject, data: read, v: 1, agentSeq, agentPrev, traceSeq };
}

/**
 * Reads a leaf. Strict: exactly the members of version 1, in canonical form, no longer than a leaf may be.
 *
 * @throws ETR_BAD_LEAF with the member in `field`
 */
export function parseLeaf(bytes: Uint8Array): Leaf {
  const json = parseCanonical(bytes);
  const { v, agent, agentSeq, agentPrev, trace, traceSeq, component, type, at, subject, data, ...surplus } =
    json;
  const [unknown] = Object.keys(surplus);
  if (unknown !== undefined) throw badLeaf(unknown);
  if (v !== 1) throw badLeaf('v');
  if (!isCount(agentSeq)) throw badLeaf('agentSeq');
  if (!isCount(traceSeq)) throw badLeaf('traceSeq');
  if (!isPrev(agentPrev) || (agentPrev === null) !== (agentSeq === 0)) throw badLeaf('agentPrev');
  const event = { agent, trace, component, type, at, subject, data };
  const wrong = wrongMember(event);
  if (wrong !== undefined || !isEvent(event)) throw badLeaf(wrong ?? '');
  return { ...event, v, agentSeq, agentPrev, traceSeq };
}

function parseCanonical(bytes: Uint8Array): JsonObject {
  try {
    const json = parseJson(bytes, { maxBytes: LEAF_MAX_BYTES });
    if (isObject(json) && equalBytes(canonicalBytes(json), bytes)) return json;
  } catch (cause) {
    throw new TtpError('ETR_BAD_LEAF', 'not strict JSON', { cause });
  }
  throw new TtpError('ETR_BAD_LEAF', 'not an object in canonical form');
}

const TYPES: ReadonlySet<unknown> = /* @__PURE__ */ new Set(EVENT_TYPES);

/** Whether the text is a type of the closed list. */
export const isEventType = (text: string): text is EventType => TYPES.has(text);

type Loose = { readonly [member in keyof TtpEvent]: unknown };

function wrongMember(event: Loose): keyof TtpEvent | undefined {
  const { agent, trace, component, type, at, subject, data } = event;
  if (typeof agent !== 'string' || !isDid(agent)) return 'agent';
  if (typeof trace !== 'string' || !isTraceId(trace)) return 'trace';
  if (typeof component !== 'string' || component === '' || component.length > COMPONENT_MAX_CHARS)
    return 'component';
  if (!TYPES.has(type)) return 'type';
  if (!isCount(at)) return 'at';
  if (typeof subject !== 'string') return 'subject';
  return isObject(data) ? undefined : 'data';
}

const isEvent = (event: Loose): event is TtpEvent => wrongMember(event) === undefined;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
const isPrev = (value: Json | undefined): value is Hash | null =>
  value === null || (typeof value === 'string' && isHash(value));

const bad = (field: string): TtpError<'ETR_BAD_EVENT'> =>
  new TtpError('ETR_BAD_EVENT', `not an event: ${field}`, { field });
const badLeaf = (field: string): TtpError<'ETR_BAD_LEAF'> =>
  new TtpError('ETR_BAD_LEAF', `not a leaf: ${field}`, { field });
