import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { isTtpError, TtpError } from '@ttp/core';
import { HTTP_CONNECTIONS_MAX, HTTP_HEAD_TIMEOUT_MS, HTTP_REQUEST_TIMEOUT_MS } from '../../limits.js';
import type { McpHttpFront } from './front.js';
import { refusal } from './refusal.js';

/** Where {@link listenMcpHttp} listens. */
export interface ListenOptions {
  /** An address of this machine; 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0, the default, for one that is free. */
  readonly port?: number;
  /** Told of connections that broke while they were answered. It must not throw. */
  readonly onFault?: (fault: unknown) => void;
}

/** A front that Node listens for. */
export interface McpHttpListener {
  /** The address of the endpoint, such as `http://127.0.0.1:8080/mcp`. */
  readonly url: string;
  /** Ends every session and every connection. */
  close(): Promise<void>;
}

/** What answers requests. */
export type Answering = Pick<McpHttpFront, 'handle' | 'close'>;

/**
 * Has Node listen for a front, over plain HTTP: for the loopback, or behind something that speaks TLS.
 *
 * @throws GATEWAY_LISTEN_FAILED
 */
export async function listenMcpHttp(front: Answering, options: ListenOptions = {}): Promise<McpHttpListener> {
  const { host = '127.0.0.1', port = 0, onFault = () => {} } = options;
  const server = createServer(
    {
      headersTimeout: HTTP_HEAD_TIMEOUT_MS,
      requestTimeout: HTTP_REQUEST_TIMEOUT_MS,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (incoming, outgoing) => void serve(front, incoming, outgoing).catch(onFault),
  );
  server.maxConnections = HTTP_CONNECTIONS_MAX;
  await listening(server, host, port);
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${taken}/mcp`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await front.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new TtpError('GATEWAY_LISTEN_FAILED', `${host}:${port} cannot be listened on`, { cause });
  }
  server.off('error', reject);
}

async function serve(front: Answering, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  const { status, headers, body } = await answer(front, incoming, gone.signal);
  // What is left of a body that was refused is not read, so nothing else can follow on this connection.
  const rest = incoming.complete ? {} : { connection: 'close' };
  outgoing.writeHead(status, { ...Object.fromEntries(headers), ...rest });
  outgoing.flushHeaders(); // a stream may have nothing to say for a long time
  if (body === null) outgoing.end();
  else await pipeline(chunksOf(body), outgoing);
}

/** A reader that stops early, because the connection broke, ends the stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

async function answer(front: Answering, incoming: IncomingMessage, signal: AbortSignal): Promise<Response> {
  try {
    return await front.handle(requestOf(incoming, signal));
  } catch (error) {
    return refusal(isTtpError(error) ? error : undefined);
  }
}

/** Throws GATEWAY_BAD_REQUEST for several hosts, of which this end and another might take different ones. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', headersDistinct, url = '/' } = incoming;
  const { host = [] } = headersDistinct;
  const [name = ''] = host;
  const target = URL.parse(url, `http://${name}`);
  if (host.length !== 1 || target === null || !url.startsWith('/'))
    throw new TtpError('GATEWAY_BAD_REQUEST', 'a request has one host and a path', { field: 'host' });
  const headers = new Headers();
  for (const [header, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(header, value);
  const head = { method, headers, signal };
  if (method === 'GET' || method === 'HEAD') return new Request(target, head);
  const posted = { ...head, body: bodyOf(incoming), duplex: 'half' };
  return new Request(target, posted);
}
