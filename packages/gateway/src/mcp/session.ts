import { Client, type ClientCapabilities, type Implementation } from '@modelcontextprotocol/client';
import { type RequestId, Server } from '@modelcontextprotocol/server';
import { type Clock, isJsonObject, type JsonObject, TtpError } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { CONNECT_TIMEOUT_MS, LISTING_TIMEOUT_MS } from '../limits.js';
import { requireAlive } from './alive.js';
import { protocolError } from './answers.js';
import { ask, askText, requireSize } from './ask.js';
import { offeredToAgent, offeredToServer } from './capabilities.js';
import { type FaultRecord, faultRecord } from './fault-record.js';
import { floodGauge } from './flood.js';
import { AGENT_NOTIFICATIONS, answerAgent } from './from-agent.js';
import { answerServer, SERVER_NOTIFICATIONS } from './from-server.js';
import type { HeldTransport } from './held-transport.js';
import { hasHiddenText } from './hidden-text.js';
import { label } from './labels.js';
import { lister, type ServerIdentity } from './listing.js';
import { withoutOwnMeta } from './meta.js';
import type { PinBook } from './pin-book.js';
import { redacted, requireClean } from './scanned.js';
import { sharedListing } from './shared-listing.js';
import { briefly, createUnderWay, type UnderWay } from './under-way.js';
import { type Upstream, upstreamTransport } from './upstream.js';
import { createVetting, type ToolRequirements } from './vetting.js';

/** What a session needs. */
export interface SessionOptions {
  readonly ttp: Ttp;
  readonly server: string;
  readonly upstream: Upstream;
  readonly book: PinBook;
  readonly clock: Clock;
  readonly callTimeoutMs: number;
  /** What everything that the server says brings to the labels of the trace. */
  readonly labels: readonly string[];
  /** What is demanded of its tools. */
  readonly requirements: ToolRequirements;
  readonly onFault: (fault: unknown) => void;
  /** Either end closed the connection. */
  readonly onEnd: () => Promise<void>;
}

/** The two ends of a session, and what is counted of them. */
interface Ends extends SessionOptions {
  readonly record: FaultRecord;
  readonly byAgent: UnderWay;
  readonly byServer: UnderWay;
  readonly flood: (bytes: number) => void;
}

/** One agent and its own connection to the server: ids, subscriptions and roots belong to nobody else. */
export interface Session {
  /** Introduces the two to each other. Throws GATEWAY_UPSTREAM_UNREACHABLE. */
  connect(
    agent: { readonly clientInfo: Implementation; readonly capabilities: ClientCapabilities },
    downstream: HeldTransport,
  ): Promise<void>;
  close(): Promise<void>;
}

const NOTHING_TO_ANSWER = (): Promise<void> => Promise.resolve();

/** Prepares a session. Nothing is started before {@link Session.connect}. */
export function openSession(options: SessionOptions): Session {
  const { onFault, onEnd } = options;
  const upstream = upstreamTransport(options.upstream);
  const ends: Ends = {
    ...options,
    record: faultRecord(options.ttp, options.server, onFault),
    byAgent: createUnderWay(),
    byServer: createUnderWay(),
    flood: floodGauge(options.clock),
  };
  /** What no request can be answered with is told and recorded. */
  const upstreamFault = (fault: unknown): void => {
    onFault(fault);
    ends.record('connection', fault, 'GATEWAY_UPSTREAM_INVALID');
  };
  let client: Client | undefined;
  let server: Server | undefined;
  let downstreamDone = NOTHING_TO_ANSWER;

  return {
    async connect({ clientInfo, capabilities }, downstream) {
      downstreamDone = () => downstream.answered();
      requireClean(plainCopy({ clientInfo, capabilities: offeredToServer(capabilities) }));
      client = new Client(clientInfo, { capabilities: offeredToServer(capabilities) });
      const agentReady = Promise.withResolvers<Server>();
      relayFromServer(client, agentReady.promise, ends);
      await introduce(client);
      server = serverLike(client);
      relayFromAgent(server, client, ends);
      const ready = server;
      Object.assign(server, {
        oninitialized: () => agentReady.resolve(ready),
        onclose: () => void onEnd(),
        onerror: onFault,
      });
      // Until here its faults had nobody else to go to; from here on the server passes them on, and once is enough.
      Object.assign(downstream, { onerror: undefined });
      await server.connect(downstream);
    },
    async close() {
      // Also where the client never got as far as to know it.
      await Promise.all([client?.close(), upstream.close()]);
      // What the server left open fails now, and the agent is told before its connection ends.
      await briefly(downstreamDone());
      await server?.close();
      await briefly(Promise.all([ends.byAgent.done(), ends.byServer.done()]));
    },
  };

  async function introduce(connecting: Client): Promise<void> {
    Object.assign(connecting, { onclose: () => void onEnd(), onerror: upstreamFault });
    try {
      await connecting.connect(upstream, { timeout: CONNECT_TIMEOUT_MS });
    } catch (cause) {
      throw new TtpError('GATEWAY_UPSTREAM_UNREACHABLE', 'the server did not introduce itself', { cause });
    }
  }
}

/** The face of the server, for the agent: its name, what it offers and the gateway polices, its instructions. */
function serverLike(client: Client): Server {
  const serverInfo = client.getServerVersion() ?? { name: 'unnamed', version: '' };
  const capabilities = offeredToAgent(client.getServerCapabilities() ?? {});
  requireClean(plainCopy({ serverInfo, capabilities }));
  const said = client.getInstructions();
  const { instructions } = said === undefined ? {} : redacted({ instructions: said });
  const server = new Server(serverInfo, {
    capabilities,
    // Text that a model reads and a person does not see is not passed on (flaw.T2).
    ...(typeof instructions !== 'string' || hasHiddenText(instructions) ? {} : { instructions }),
  });
  server.removeRequestHandler('logging/setLevel'); // relayed like everything that the server has to answer
  return server;
}

function relayFromAgent(server: Server, upstream: Client, ends: Ends): void {
  const { ttp, book, clock, callTimeoutMs, labels, requirements, onFault, record, byAgent, flood } = ends;
  const patience = { timeout: LISTING_TIMEOUT_MS };
  const list = sharedListing(
    lister(
      identityOf(upstream),
      () => askText(upstream, 'tools/list', patience),
      (params) => ask(upstream, 'UPSTREAM', { method: 'tools/list', params }, patience),
    ),
  );
  const side = {
    ttp,
    server: ends.server,
    upstream,
    book,
    clock,
    timeoutMs: callTimeoutMs,
    labels,
    list,
    record,
    vetting: createVetting(requirements, { server: ends.server, clock, record }),
    intents: requirements.intents,
    flood: flooded(flood, ends),
    onFault,
  };
  server.fallbackRequestHandler = (request, context) =>
    answered(byAgent, context.mcpReq.id, () => answerAgent(side, request, context));
  server.fallbackNotificationHandler = (notification) =>
    relay(ttp, notification, AGENT_NOTIFICATIONS, clean)
      .then(async (clear) => clear && (await upstream.notification(clear)))
      .catch(onFault);
}

/** A server may speak before the agent is ready to listen: then it waits. */
function relayFromServer(client: Client, agent: Promise<Server>, ends: Ends): void {
  const { ttp, server, labels, byServer, byAgent, onFault, record } = ends;
  const flood = flooded(ends.flood, ends);
  client.fallbackRequestHandler = (request, context) =>
    answered(byServer, context.mcpReq.id, async () =>
      answerServer(
        { ttp, server, labels, client: await agent, record, about: () => byAgent.latest() },
        request,
        context,
      ),
    );
  client.fallbackNotificationHandler = async (notification) => {
    try {
      flood(notification);
      const clear = await relay(ttp, notification, SERVER_NOTIFICATIONS, redacted);
      if (clear === undefined) return;
      // A log message is about what is being done; what changed is nobody's request.
      const isSaid = clear.method === 'notifications/message';
      const about = isSaid ? byAgent.latest() : undefined;
      if (isSaid) await label(ttp, labels);
      const to = await agent;
      await to.notification(clear, about === undefined ? {} : { relatedRequestId: about });
    } catch (fault) {
      onFault(fault);
      record(notification.method, fault, 'GATEWAY_UPSTREAM_INVALID');
    }
  };
}

/** A request within the bounds; beyond them it is answered with an error. */
async function answered<T>(underWay: UnderWay, id: RequestId, work: () => Promise<T>): Promise<T> {
  try {
    return await underWay.with(id, work);
  } catch (error) {
    throw protocolError(error);
  }
}

/** A flood ends the session: what is dropped silently may be what the agent waits for. */
function flooded(flood: Ends['flood'], { onEnd }: Ends): (message: unknown) => void {
  return (message) => {
    try {
      flood(JSON.stringify(message).length);
    } catch (fault) {
      void onEnd();
      throw fault;
    }
  };
}

function clean(params: JsonObject): JsonObject {
  requireClean(params);
  return params;
}

/** A notification as it is handed on, if it is one that this side may send, scanned. */
async function relay(
  ttp: Ttp,
  { method, params }: { readonly method: string; readonly params?: unknown },
  allowed: readonly string[],
  scan: (params: JsonObject) => JsonObject,
): Promise<{ method: string; params?: JsonObject } | undefined> {
  if (!allowed.includes(method)) return undefined;
  requireAlive(ttp);
  const copy = plainCopy(params ?? {});
  if (!isJsonObject(copy))
    throw new TtpError('GATEWAY_BAD_REQUEST', 'params are an object', { field: 'params' });
  requireSize(copy);
  return params === undefined ? { method } : { method, params: scan(withoutOwnMeta(copy)) };
}

function identityOf(client: Client): ServerIdentity {
  const { name = '', version = '' } = client.getServerVersion() ?? {};
  return { name, version };
}
