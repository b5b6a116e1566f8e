import { ProtocolError, type ServerContext } from '@modelcontextprotocol/server';
import {
  type EvidenceSource,
  isJsonObject,
  type Json,
  type JsonObject,
  type Outcome,
  TtpError,
} from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { ToolCall } from '@ttp/sdk';
import { ADDRESS_MAX_CHARS } from '../limits.js';
import type { AgentSide, Asked } from './agent-side.js';
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
import { type Answer, isFailure } from './ask.js';
import { ownMeta } from './explain.js';
import { forward } from './forward.js';
import { INTENT_MEMBER, intentEvidence } from './intent.js';
import { labelBy, labelMeta, labelsOfDefinition } from './labels.js';
import { isToolName } from './listing.js';
import { forwardable } from './meta.js';
import { pinEvidence } from './pin-book.js';
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

/** One page with every tool that is what was pinned and fulfils what is demanded, as the server defines it. */
async function listedTools(side: AgentSide, { cursor }: JsonObject): Promise<JsonObject> {
  if (cursor !== undefined) throw badRequest('cursor');
  const admitted = await side.vetting.passed(await side.book.admit(await side.list()));
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
  const pinned = pinEvidence(name, side.book, side.list, side.clock, (tool) => {
    declared = labelsOfDefinition(tool.definition);
    return side.vetting.require(tool);
  });
  // No other member is handed on: `task` would make the result arrive by a way that nobody scans.
  const params = { name, arguments: input };
  const outcome = await decided(
    side,
    { tool: name, input, evidence: [pinned] },
    {
      ...asked,
      params: withMeta(params, asked),
      brings: () => declared,
    },
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
  const { ttp, intents, clock, labels } = side;
  let intent: string | undefined;
  const signed =
    intents === undefined
      ? []
      : [intentEvidence(intents, ttp.did, clock, (envelope) => void (intent = envelope))];
  const evidence = [...(call.evidence ?? []), ...signed];
  const toolCall: ToolCall = { ...call, server: side.server, claims, labels, evidence, failed: isFailure };
  const known = (): readonly string[] => [...brings(), ...ttp.labels.declared(toolCall)];
  return await ttp.a2t(toolCall, (permit) => {
    const signal = AbortSignal.any([permit.signal, asked.context.mcpReq.signal]);
    const says = intent === undefined ? {} : { [INTENT_MEMBER]: intent };
    return forward(side, { ...asked, brings: known, says }, { signal, enter: () => permit.enter() });
  });
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
