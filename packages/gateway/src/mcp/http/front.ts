import { isInitializeRequest, type Transport } from '@modelcontextprotocol/server';
import { systemRandom, systemTimer } from '@ttp/adapters/system';
import { type Clock, type Json, type Random, type Timer, TtpError } from '@ttp/core';
import { base64url } from '@ttp/crypto';
import { HTTP_EXCHANGES_MAX, HTTP_IDLE_MS, HTTP_SESSIONS_MAX, HTTP_WATCH_MS } from '../../limits.js';
import { requireAlive } from '../alive.js';
import { type McpGateway, type McpGatewayOptions, openOne, readOptions } from '../gateway.js';
import type { HttpUpstream } from '../http-upstream.js';
import { requireUpstream, type StdioUpstream } from '../upstream.js';
import { type Admission, admission } from './admission.js';
import { readMessage } from './body.js';
import { untilEnd } from './exchange.js';
import { refusal } from './refusal.js';
import { SessionTransport } from './session-transport.js';

/** What {@link createMcpHttpFront} is given. */
export interface McpHttpOptions
  extends Omit<McpGatewayOptions, 'upstream' | 'downstream' | 'ports'>,
    Admission {
  /** The server behind the gateway, for each session anew: a command to start, where it listens, or a connection. */
  readonly upstream: StdioUpstream | HttpUpstream | (() => Transport);
  /** Sessions at once; {@link HTTP_SESSIONS_MAX} unless given. */
  readonly sessionsMax?: number;
  /** How long a session lives without a request or an open stream, ms; {@link HTTP_IDLE_MS} unless given. */
  readonly idleMs?: number;
  /** The system's unless given. */
  readonly ports?: { readonly clock?: Clock; readonly timer?: Timer; readonly random?: Random };
}

/** A gateway that agents reach over streamable HTTP. Each session has a connection of its own to the server. */
export interface McpHttpFront extends Pick<McpGateway, 'quarantined' | 'release' | 'close'> {
  /** Answers one request. Every path is the endpoint; never rejects. */
  handle(request: Request): Promise<Response>;
  /** How many sessions are open. */
  sessions(): number;
}

interface OpenSession {
  readonly transport: SessionTransport;
  readonly gateway: McpGateway;
  /** Requests that are being answered, and streams that are open. */
  exchanges: number;
  /** When the last of them ended, monotonic ms. */
  idleSince: number;
}

const SESSION_ID_BYTES = 32;

/**
 * Puts an enforcement point in front of one MCP server, for agents that speak streamable HTTP (MCP 2025-11-25 and
 * earlier). All sessions act for the agent of `ttp`, share its log, its pins and its kill switch: when it is killed,
 * every session ends and every stream is cut, and no new session begins.
 *
 * The returned `handle` is a function of a web `Request`; `listenMcpHttp` has Node listen for it.
 *
 * @throws GATEWAY_BAD_OPTION
 */
export function createMcpHttpFront(options: McpHttpOptions): McpHttpFront {
  const { upstream, ports = {}, sessionsMax = HTTP_SESSIONS_MAX, idleMs = HTTP_IDLE_MS } = options;
  const { timer = systemTimer, random = systemRandom } = ports;
  const admit = admission(options);
  for (const [name, value] of Object.entries({ sessionsMax, idleMs }))
    if (!Number.isSafeInteger(value) || value <= 0)
      throw new TtpError('GATEWAY_BAD_OPTION', `${name} is a positive number`, { field: name });
  const { clock, book, ...shared } = readOptions(options);
  if (typeof upstream !== 'function') requireUpstream(upstream);
  const { ttp, onFault } = shared;
  const sessions = new Map<string, OpenSession>();
  let exchanges = 0;
  let isClosing = false;
  let unwatch: (() => void) | undefined;

  /** A killed agent has no session, and a forgotten one does not hold its server for ever. */
  function watch(): void {
    const isKilled = ttp.isKilled();
    const now = clock.monotonic();
    for (const { gateway, exchanges: busy, idleSince } of sessions.values())
      if (isKilled || (busy === 0 && now - idleSince >= idleMs)) gateway.close().catch(onFault);
    unwatch = sessions.size === 0 ? undefined : timer.after(HTTP_WATCH_MS, watch);
  }

  /** Monitor mode is named in every answer (decision D37). */
  function named(response: Response): Response {
    if (ttp.mode === 'observe') response.headers.set('ttp-mode', ttp.mode);
    return response;
  }

  async function open(): Promise<OpenSession> {
    requireAlive(ttp);
    if (sessions.size >= sessionsMax)
      throw new TtpError('GATEWAY_SESSIONS_FULL', `${sessionsMax} sessions are open`);
    const id = base64url(random.bytes(SESSION_ID_BYTES));
    const transport = new SessionTransport(id);
    // Its place is taken before anything is waited for: two that come at once would both see it free.
    const to = typeof upstream === 'function' ? upstream() : upstream;
    const opening = openOne({ ...shared, clock, upstream: to, downstream: transport }, book);
    const session = { transport, gateway: opening.gateway, exchanges: 0, idleSince: clock.monotonic() };
    sessions.set(id, session);
    void opening.gateway.closed.then(() => sessions.delete(id));
    unwatch ??= timer.after(HTTP_WATCH_MS, watch);
    await opening.listening;
    return session;
  }

  async function sessionFor(request: Request, message: Json | undefined): Promise<OpenSession> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) {
      if (isInitializeRequest(message)) return await open();
      throw new TtpError('GATEWAY_BAD_REQUEST', 'the first request of a session is initialize', {
        field: 'mcp-session-id',
      });
    }
    const session = sessions.get(id);
    if (session === undefined) throw new TtpError('GATEWAY_SESSION_UNKNOWN', 'no such session');
    return session;
  }

  async function answer(request: Request): Promise<Response> {
    admit(request);
    const message = request.method === 'POST' ? await readMessage(request) : undefined;
    const session = await sessionFor(request, message);
    session.exchanges++;
    const end = (): void => {
      session.exchanges--;
      session.idleSince = clock.monotonic();
    };
    try {
      const { transport } = session;
      const response =
        message === undefined
          ? await transport.handleRequest(request)
          : await transport.take(request, message);
      // What did not begin must not keep the place of a session until it is forgotten.
      if (!request.headers.has('mcp-session-id') && response.status !== 200) await session.gateway.close();
      return untilEnd(response, request.signal, end);
    } catch (error) {
      end();
      throw error;
    }
  }

  return {
    async handle(request) {
      if (isClosing) return refusal(new TtpError('GATEWAY_CLOSING', 'no more requests'));
      if (exchanges >= HTTP_EXCHANGES_MAX)
        return refusal(new TtpError('GATEWAY_BUSY', `${HTTP_EXCHANGES_MAX} requests are under way`));
      exchanges++;
      const end = (): void => void exchanges--;
      try {
        return named(untilEnd(await answer(request), request.signal, end));
      } catch (error) {
        end();
        onFault(error);
        return named(refusal(error));
      }
    },
    sessions: () => sessions.size,
    quarantined: () => book.quarantined(),
    release: (order) => book.release(order),
    async close() {
      isClosing = true;
      unwatch?.();
      await Promise.all([...sessions.values()].map(({ gateway }) => gateway.close()));
    },
  };
}
