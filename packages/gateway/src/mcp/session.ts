import {
  Client,
  type ClientCapabilities,
  type Transport as ClientTransport,
  type Implementation,
} from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { systemTimer } from '@ttp/adapters/system';
import { type Clock, isJsonObject, type JsonObject, TtpError } from '@ttp/core';
import { plainCopy } from '@ttp/crypto';
import type { Ttp } from '@ttp/sdk';
import { CLOSE_WAIT_MS, CONNECT_TIMEOUT_MS, LISTING_TIMEOUT_MS } from '../limits.js';
import { requireAlive } from './alive.js';
import { ask, type Peer, requireSize } from './ask.js';
import { offeredToAgent, offeredToServer } from './capabilities.js';
import { AGENT_NOTIFICATIONS, answerAgent } from './from-agent.js';
import { answerServer, SERVER_NOTIFICATIONS } from './from-server.js';
import type { HeldTransport } from './held-transport.js';
import { hasHiddenText } from './hidden-text.js';
import { inspector, listTools, type SeenTool, type ServerIdentity } from './listing.js';
import { withoutOwnMeta } from './meta.js';
import type { PinBook } from './pin-book.js';
import { redacted, requireClean } from './scanned.js';
import { type StdioUpstream, upstreamTransport } from './upstream.js';

interface SessionOptions {
  readonly ttp: Ttp;
  readonly server: string;
  readonly upstream: StdioUpstream | ClientTransport;
  readonly book: PinBook;
  readonly clock: Clock;
  readonly callTimeoutMs: number;
  readonly onFault: (fault: unknown) => void;
  /** Either end closed the connection. */
  readonly onEnd: () => Promise<void>;
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

/** Prepares a session. Nothing is started before {@link Session.connect}. */
export function openSession(options: SessionOptions): Session {
  const { onFault, onEnd } = options;
  const upstream = upstreamTransport(options.upstream);
  const busy = createBusy();
  let client: Client | undefined;
  let server: Server | undefined;

  return {
    async connect({ clientInfo, capabilities }, downstream) {
      requireClean(plainCopy({ clientInfo, capabilities: offeredToServer(capabilities) }));
      client = new Client(clientInfo, { capabilities: offeredToServer(capabilities) });
      const agentReady = Promise.withResolvers<Server>();
      relayFromServer(client, agentReady.promise, { ...options, busy });
      await introduce(client);
      server = serverLike(client);
      relayFromAgent(server, client, { ...options, busy });
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
      await server?.close();
      await busy.done();
    },
  };

  async function introduce(connecting: Client): Promise<void> {
    Object.assign(connecting, { onclose: () => void onEnd(), onerror: onFault });
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

/** What is under way. */
interface Busy {
  with<T>(work: Promise<T>): Promise<T>;
  /** Waits for all of it, at most {@link CLOSE_WAIT_MS}: a call may wait for a human who is not there. */
  done(): Promise<void>;
}

function createBusy(): Busy {
  const under = new Set<Promise<unknown>>();
  return {
    with(work) {
      under.add(work);
      const forget = (): boolean => under.delete(work);
      work.then(forget, forget);
      return work;
    },
    async done() {
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const cancel = systemTimer.after(CLOSE_WAIT_MS, resolve);
      await Promise.race([late, Promise.allSettled(under)]);
      cancel();
    },
  };
}

function relayFromAgent(
  server: Server,
  upstream: Client,
  options: SessionOptions & { readonly busy: Busy },
): void {
  const { ttp, book, clock, callTimeoutMs, onFault } = options;
  const inspect = inspector(identityOf(upstream));
  const list = async (): Promise<readonly SeenTool[]> =>
    inspect(
      await listTools((params) =>
        ask(upstream, 'UPSTREAM', { method: 'tools/list', params }, { timeout: LISTING_TIMEOUT_MS }),
      ),
    );
  const side = {
    ttp,
    server: options.server,
    upstream,
    book,
    clock,
    timeoutMs: callTimeoutMs,
    list,
    onFault,
  };
  server.fallbackRequestHandler = (request, context) =>
    options.busy.with(answerAgent(side, request, context));
  server.fallbackNotificationHandler = (notification) =>
    relay(ttp, upstream, notification, AGENT_NOTIFICATIONS, clean).catch(onFault);
}

/** A server may speak before the agent is ready to listen: then it waits. */
function relayFromServer(
  client: Client,
  agent: Promise<Server>,
  {
    ttp,
    server,
    busy,
    onFault,
  }: Pick<SessionOptions, 'ttp' | 'server' | 'onFault'> & { readonly busy: Busy },
): void {
  client.fallbackRequestHandler = async (request, context) =>
    busy.with(answerServer({ ttp, server, client: await agent }, request, context));
  client.fallbackNotificationHandler = async (notification) =>
    relay(ttp, await agent, notification, SERVER_NOTIFICATIONS, redacted).catch(onFault);
}

function clean(params: JsonObject): JsonObject {
  requireClean(params);
  return params;
}

/** Hands a notification on, if it is one that this side may send, scanned. */
async function relay(
  ttp: Ttp,
  to: Peer,
  { method, params }: { readonly method: string; readonly params?: unknown },
  allowed: readonly string[],
  scan: (params: JsonObject) => JsonObject,
): Promise<void> {
  if (!allowed.includes(method)) return;
  requireAlive(ttp);
  const copy = plainCopy(params ?? {});
  if (!isJsonObject(copy))
    throw new TtpError('GATEWAY_BAD_REQUEST', 'params are an object', { field: 'params' });
  requireSize(copy);
  await to.notification(params === undefined ? { method } : { method, params: scan(withoutOwnMeta(copy)) });
}

function identityOf(client: Client): ServerIdentity {
  const { name = '', version = '' } = client.getServerVersion() ?? {};
  return { name, version };
}
