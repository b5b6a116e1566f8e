import {
  isJSONRPCRequest,
  type JSONRPCRequest,
  type RequestId,
  SdkHttpError,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
  type Transport,
} from '@modelcontextprotocol/client';
import { systemTimer } from '@ttp/adapters/system';
import { type Timer, TtpError } from '@ttp/core';
import { MESSAGE_MAX_BYTES } from '../limits.js';
import { reconnecting } from './reconnecting.js';
import { RequestStreams } from './request-streams.js';
import { briefly } from './under-way.js';

/** A server that listens, spoken to over streamable HTTP. */
export interface HttpUpstream {
  /** https, or http on the loopback. Redirects are followed within its origin only. */
  readonly url: string;
  /** What the server wants to see of the gateway, such as `authorization`. Nothing of the agent's gets there (flaw.T3). */
  readonly headers?: Readonly<Record<string, string>>;
}

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Headers that belong to the protocol, or to the connection. */
const RESERVED = /^(?:mcp-.*|host|content-.*|accept|last-event-id|connection|transfer-encoding|upgrade|te)$/;

/**
 * Throws GATEWAY_BAD_OPTION for a URL over which anybody between could read and write, and for headers that are the
 * protocol's.
 */
export function requireHttpUpstream({ url, headers = {} }: HttpUpstream): URL {
  const parsed = URL.parse(url);
  if (parsed === null) throw badOption('url', 'not a URL');
  const isSafe =
    parsed.protocol === 'https:' || (parsed.protocol === 'http:' && LOOPBACK.includes(parsed.hostname));
  if (!isSafe) throw badOption('url', 'a server is reached by https, or by http on the loopback');
  if (parsed.username !== '' || parsed.password !== '')
    throw badOption('url', 'credentials are given as a header');
  for (const [name, value] of Object.entries(headers))
    if (RESERVED.test(name.toLowerCase()) || !isHeader(name, value))
      throw badOption(`headers.${name}`, 'that header is not one to set');
  return parsed;
}

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
}

/** The connection to a server that listens. Ending it tells the server, where the server keeps sessions. */
export function httpTransport(upstream: HttpUpstream, timer: Timer = systemTimer): Transport {
  const options = {
    requestInit: { headers: { ...upstream.headers } },
    fetch: boundedFetch,
    redirectPolicy: 'same-origin' as const,
    reconnectionScheduler: reconnecting(timer),
  };
  return new BoundedTransport(requireHttpUpstream(upstream), options, new RequestStreams(timer));
}

type Send = StreamableHTTPClientTransport['send'];

class BoundedTransport extends StreamableHTTPClientTransport {
  readonly #streams: RequestStreams;
  #closing: Promise<void> | undefined;

  constructor(url: URL, options: StreamableHTTPClientTransportOptions, streams: RequestStreams) {
    super(url, options);
    this.#streams = streams;
  }

  /** Whoever connects has said before who takes the messages. */
  override async start(): Promise<void> {
    const { onmessage } = this;
    const taking: Pick<Transport, 'onmessage'> = {
      onmessage: (message) => {
        if (!('method' in message) && message.id !== undefined) this.#streams.answered(message.id);
        onmessage?.(message);
      },
    };
    Object.assign(this, taking);
    await super.start();
  }

  /** The server may be gone, or not care: nobody waits long for its farewell. */
  override close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** A server that no longer knows the session has ended it: then the agent has to begin a new one, too. */
  override async send(...[message, options]: Parameters<Send>): Promise<void> {
    try {
      if (!Array.isArray(message) && isJSONRPCRequest(message)) await this.#ask(message, options);
      else await super.send(message, options);
    } catch (error) {
      if (error instanceof SdkHttpError && error.status === 404) await super.close();
      throw error;
    } finally {
      const id = cancelledBy(message);
      if (id !== undefined) this.#streams.giveUp(id);
    }
  }

  async #ask(request: JSONRPCRequest, options: Parameters<Send>[1]): Promise<void> {
    const { id } = request;
    const requestSignal = this.#streams.begin(id);
    const onRequestStreamEnd = (): void => this.#streams.over(id);
    try {
      await super.send(request, { ...options, requestSignal, onRequestStreamEnd });
    } catch (error) {
      this.#streams.over(id);
      throw error;
    }
  }

  async #end(): Promise<void> {
    await briefly(this.terminateSession().catch(() => undefined));
    await super.close();
    this.#streams.close();
  }
}

/** The request that a message gives up. */
function cancelledBy(message: Parameters<Send>[0]): RequestId | undefined {
  if (Array.isArray(message) || !('method' in message) || message.method !== 'notifications/cancelled')
    return undefined;
  const { requestId } = message.params ?? {};
  return typeof requestId === 'string' || typeof requestId === 'number' ? requestId : undefined;
}

/** `fetch`, whose bodies end with an error where one message is larger than {@link MESSAGE_MAX_BYTES}. */
async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  return new Response(body.pipeThrough(boundedMessages(isStream)), { status, statusText, headers });
}

/**
 * Lets bytes through until one message has too many. In an event stream a message ends at an empty line; a carriage
 * return alone is no line end here, so a stream of such lines is one message, and bounded as a whole.
 */
export function boundedMessages(isStream: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0; // of the message
  let line = 0; // of the line, its end apart
  let last = 0; // the byte before
  return new TransformStream({
    transform(chunk, controller) {
      for (let from = 0; from < chunk.length; ) {
        const end = isStream ? chunk.indexOf(10, from) : -1;
        const stop = end === -1 ? chunk.length : end;
        line += stop - from;
        bytes += stop - from;
        if (bytes > MESSAGE_MAX_BYTES)
          throw new TtpError('GATEWAY_RESULT_TOO_LARGE', `a message of more than ${MESSAGE_MAX_BYTES} bytes`);
        if (stop > from) last = chunk[stop - 1] ?? 0;
        if (end !== -1) {
          if (line === 0 || (line === 1 && last === 13)) bytes = 0;
          line = 0;
        }
        from = stop + 1;
      }
      controller.enqueue(chunk);
    },
  });
}

const badOption = (field: string, message: string): TtpError =>
  new TtpError('GATEWAY_BAD_OPTION', message, { field: `upstream.${field}` });
