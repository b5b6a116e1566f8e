import { ProtocolError, type ServerContext } from '@modelcontextprotocol/server';
import {
  type Clock,
  type EvidenceSource,
  isJsonObject,
  type Json,
  type JsonObject,
  type Outcome,
  TtpError,
} from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { ToolCall, Ttp } from '@ttp/sdk';
import { ADDRESS_MAX_CHARS, CALL_TOTAL_TIMEOUT_MS } from '../limits.js';
import { requireAlive } from './alive.js';
import {
  methodResult,
  methodUnknown,
  modeMeta,
  passedOn,
  protocolError,
  toolResult,
  withOwn,
} from './answers.js';
import { type Answer, ask, type Peer, requireSize } from './ask.js';
import { ownMeta } from './explain.js';
import type { FaultRecord } from './fault-record.js';
import { label, labelBy, labelByAnswer, labelled, labelMeta, labelsOfDefinition } from './labels.js';
import { isToolName, type SeenTool } from './listing.js';
import { forwardable, progressTokenOf, withoutOwnMeta } from './meta.js';
import { type PinBook, pinEvidence } from './pin-book.js';
import { redacted, redactedAnswer, requireClean } from './scanned.js';

/** Requests that carry nothing worth a decision: they are scanned and relayed. Everything else unknown is refused. */
const RELAYED: readonly string[] = [
  'completion/complete',
  'logging/setLevel',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/unsubscribe',
];

/** What a server says of itself is its author's word, like the definitions of its tools; it is no content that it was given. */
const ITS_OWN: readonly string[] = ['logging/setLevel', 'prompts/list', 'resources/templates/list'];

/** Notifications that the agent may send its server. */
export const AGENT_NOTIFICATIONS: readonly string[] = ['notifications/roots/list_changed'];

/** What requests of the agent need. */
export interface AgentSide {
  readonly ttp: Ttp;
  /** The name of the server, as call map and policy know it. */
  readonly server: string;
  readonly upstream: Peer;
  readonly book: PinBook;
  readonly clock: Clock;
  /** How long the server may be silent, ms. */
  readonly timeoutMs: number;
  /** What everything that the server says brings to the labels of the trace. */
  readonly labels: readonly string[];
  /** Lists the server's tools anew. */
  readonly list: () => Promise<readonly SeenTool[]>;
  readonly record: FaultRecord;
  /** Counts what the server says unasked. Throws GATEWAY_UPSTREAM_FLOOD. */
  readonly flood: (message: unknown) => void;
  readonly onFault: (fault: unknown) => void;
}

/** A request of the agent, read once. */
interface Asked {
  readonly method: string;
  readonly params: JsonObject;
  readonly context: ServerContext;
  /** What the answer brings to the labels of the trace, as far as it is known before. */
  readonly brings?: () => readonly string[];
}

/**
 * Answers one request of the agent: polices it, or relays it, or refuses it. Whatever goes wrong is a JSON-RPC
 * error with a code.
 */
export async function answerAgent(
  side: AgentSide,
  request: { readonly method: string; readonly params?: unknown },
  context: ServerContext,
): Promise<JsonObject> {
  const own = modeMeta(side.ttp);
  try {
    const { method } = request;
    const params = plainCopy(request.params ?? {});
    if (!isJsonObject(params)) throw badRequest('params');
    await labelBy(side.ttp, params);
    return withOwn(await answerTo(side, { method, params, context }), own);
  } catch (error) {
    throw protocolError(error, own);
  }
}

async function answerTo(side: AgentSide, asked: Asked): Promise<JsonObject> {
  const { method } = asked;
  if (method === 'tools/call') return await calledTool(side, asked);
  if (method === 'resources/read' || method === 'prompts/get' || method === 'resources/subscribe')
    return await policed(side, asked);
  return await undecided(side, asked);
}

/** What needs no decision. The flow never sees it, so a refusal is recorded here. */
async function undecided(side: AgentSide, asked: Asked): Promise<JsonObject> {
  const { method, params } = asked;
  requireAlive(side.ttp);
  try {
    if (method === 'tools/list') return await listedTools(side, params);
    if (RELAYED.includes(method)) return passedOn(await relayed(side, asked), {});
    throw methodUnknown();
  } catch (error) {
    if (!(error instanceof ProtocolError)) side.record(method, error, 'GATEWAY_UPSTREAM_INVALID');
    throw error;
  }
}

/** One page with every tool that is what was pinned, as the server defines it. */
async function listedTools(side: AgentSide, { cursor }: JsonObject): Promise<JsonObject> {
  if (cursor !== undefined) throw badRequest('cursor');
  const admitted = await side.book.admit(await side.list());
  return { tools: admitted.flatMap(({ definition }) => shown(definition, side.onFault)) };
}

/** The definition without what must not get out; none, where all of it must not. */
function shown(definition: JsonObject, onFault: AgentSide['onFault']): readonly JsonObject[] {
  try {
    return [redacted(definition)];
  } catch (fault) {
    onFault(fault);
    return [];
  }
}

/** Without a decision, but scanned in both directions; whoever was killed meanwhile gets no answer any more. */
async function relayed(side: AgentSide, asked: Asked): Promise<Answer> {
  requireClean(forwardable(asked.params));
  const brings = (): readonly string[] => (ITS_OWN.includes(asked.method) ? [] : side.labels);
  const { signal } = asked.context.mcpReq;
  const answer = await forward(side, { ...asked, brings }, { signal, enter: () => requireAlive(side.ttp) });
  requireAlive(side.ttp);
  return redactedAnswer(answer);
}

async function calledTool(side: AgentSide, asked: Asked): Promise<JsonObject> {
  const { name, arguments: input = {} } = asked.params;
  if (typeof name !== 'string' || !isToolName(name)) throw badRequest('name');
  if (!isJsonObject(input)) throw badRequest('arguments');
  let declared: readonly string[] = [];
  const evidence = [
    pinEvidence(name, side.book, side.list, side.clock, ({ definition }) => {
      declared = labelsOfDefinition(definition);
    }),
  ];
  // No other member is handed on: `task` would make the result arrive by a way that nobody scans.
  const params = { name, arguments: input };
  const outcome = await decided(
    side,
    { tool: name, input, evidence },
    { ...asked, params: withMeta(params, asked), brings: () => declared },
  );
  return toolResult(outcome, await told(side, outcome));
}

/** Subscribing is reading later: who may not read may not subscribe. */
async function policed(side: AgentSide, asked: Asked): Promise<JsonObject> {
  const { method, params } = asked;
  const tool = method === 'resources/subscribe' ? 'resources/read' : method;
  const input = tool === 'resources/read' ? { uri: address(params, 'uri') } : promptInput(params);
  const outcome = await decided(side, { tool, input }, { ...asked, params: withMeta(input, asked) });
  return methodResult(outcome, await told(side, outcome));
}

/** What the gateway says of an outcome, with the labels that the trace has by now. */
const told = async ({ ttp }: AgentSide, outcome: Outcome<Answer>): Promise<JsonObject> => ({
  ...ownMeta(outcome, ttp.trace().id),
  ...(await labelMeta(ttp)),
});

function promptInput(params: JsonObject): JsonObject {
  const { arguments: input = {} } = params;
  if (!isJsonObject(input)) throw badRequest('arguments');
  return { name: address(params, 'name'), arguments: input };
}

/**
 * Through the one flow. What the agent says beside the arguments is on the record, and is scanned like them. The names
 * of its own trace are new with every attempt: as a part of the call they would make each a new one, which no approval
 * fits (D35), so they are scanned and handed on, and stay out of it.
 */
async function decided(
  side: AgentSide,
  call: { readonly tool: string; readonly input: Json; readonly evidence?: readonly EvidenceSource[] },
  asked: Asked,
): Promise<Outcome<Answer>> {
  const { _meta: meta = {} } = forwardable(asked.params);
  const { traceparent = null, tracestate = null, ...said } = isJsonObject(meta) ? meta : {};
  try {
    requireClean([traceparent, tracestate]);
  } catch (error) {
    side.record(asked.method, error, 'GATEWAY_BAD_REQUEST');
    throw error;
  }
  const claims = Object.keys(said).length === 0 ? {} : { meta: said };
  const { brings = () => [] } = asked;
  const toolCall: ToolCall = { ...call, server: side.server, claims, labels: side.labels };
  const known = (): readonly string[] => [...brings(), ...side.ttp.labels.declared(toolCall)];
  return await side.ttp.a2t(toolCall, (permit) => {
    const signal = AbortSignal.any([permit.signal, asked.context.mcpReq.signal]);
    return forward(side, { ...asked, brings: known }, { signal, enter: () => permit.enter() });
  });
}

/**
 * Asks the server, which is told the labels of the trace; its progress goes to the agent under the agent's own token.
 * What it says brings its labels before anybody sees it.
 */
async function forward(
  side: AgentSide,
  asked: Asked,
  { signal, enter }: { readonly signal: AbortSignal; readonly enter: () => void },
): Promise<Answer> {
  const { method, params, context, brings = () => [] } = asked;
  const progressToken = progressTokenOf(params);
  const labelledParams = await labelled(side.ttp, forwardable(params));
  enter();
  signal.throwIfAborted();
  const answer = await ask(
    side.upstream,
    'UPSTREAM',
    { method, params: labelledParams },
    {
      signal,
      timeout: side.timeoutMs,
      maxTotalTimeout: CALL_TOTAL_TIMEOUT_MS,
      resetTimeoutOnProgress: true,
      ...(progressToken === undefined
        ? {}
        : {
            onprogress: (progress) =>
              void reportProgress(side, context, { ...progress, progressToken }, brings()),
          }),
    },
  );
  await label(side.ttp, brings());
  await labelByAnswer(side.ttp, answer);
  return answer;
}

/** The agent may have left in the meantime; the call goes on to its end all the same. */
async function reportProgress(
  { ttp, flood, onFault }: AgentSide,
  { mcpReq: { notify } }: ServerContext,
  progress: object,
  labels: readonly string[],
): Promise<void> {
  try {
    flood(progress);
    requireAlive(ttp);
    await label(ttp, labels);
    const params = plainCopy(progress);
    requireSize(params);
    if (isJsonObject(params))
      await notify({ method: 'notifications/progress', params: redacted(withoutOwnMeta(params)) });
  } catch (fault) {
    onFault(fault);
  }
}

const withMeta = (params: JsonObject, { params: { _meta: meta } }: Asked): JsonObject =>
  meta === undefined ? params : { ...params, _meta: meta };

function address(params: JsonObject, member: string): string {
  const value = params[member];
  if (typeof value !== 'string' || value === '' || value.length > ADDRESS_MAX_CHARS) throw badRequest(member);
  return value;
}

const badRequest = (member: string): TtpError =>
  new TtpError('GATEWAY_BAD_REQUEST', `the request has a wrong ${member}`, { field: `params.${member}` });
