import { isIP } from 'node:net';
import { TtpError } from '@ttp/core';
import {
  type Admission,
  createMcpHttpFront,
  type HttpUpstream,
  listenMcpHttp,
  type McpGatewayOptions,
  openMcpGateway,
  type StdioUpstream,
} from '@ttp/gateway/mcp';
import type { Io } from '../io.js';
import { readSecret } from './secret-source.js';
import { StdioTransport } from './stdio-transport.js';

/** The options that say how agents reach the gateway. */
export interface ServingOptions {
  readonly http?: string;
  readonly token?: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
}

/** How agents reach the gateway: over HTTP where `http` is there, otherwise over standard input and output. */
export interface Serving {
  readonly http?: {
    readonly host: string;
    readonly port: number;
    readonly admission: Admission;
  };
}

/** Reads the options. Throws CLI_USAGE. */
export async function readServing(
  { http, token, allowHost, allowOrigin }: ServingOptions,
  { env }: Pick<Io, 'env'>,
): Promise<Serving> {
  if (http === undefined) {
    if (token !== undefined || allowHost.length > 0 || allowOrigin.length > 0)
      throw usage('--token, --allow-host and --allow-origin belong to --http', 'http');
    return {};
  }
  const address = readAddress(http);
  if (!isLoopback(address.host) && token === undefined)
    throw usage(`whoever reaches ${address.host} acts for the agent: give a --token`, 'token');
  const secret = token === undefined ? {} : { token: await readSecret(token, env, 'token') };
  return { http: { ...address, admission: { hosts: allowHost, origins: allowOrigin, ...secret } } };
}

/** A gateway that serves. */
export interface Served {
  /** Resolves when it no longer does. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

type Shared = Omit<McpGatewayOptions, 'upstream' | 'downstream' | 'ports' | 'onFault'> & {
  readonly upstream: StdioUpstream | HttpUpstream;
  readonly onFault: (fault: unknown) => void;
};

/**
 * Serves one agent over standard input and output, or those that come over HTTP.
 *
 * @param say told where it listens
 * @throws GATEWAY_BAD_OPTION, GATEWAY_LISTEN_FAILED
 */
export async function serve(
  shared: Shared,
  { http }: Serving,
  io: Io,
  say: (text: string) => void,
): Promise<Served> {
  const { clock, timer, random } = io;
  if (http === undefined)
    return await openMcpGateway({ ...shared, downstream: new StdioTransport(io), ports: { clock } });
  const { admission, ...address } = http;
  const front = createMcpHttpFront({ ...shared, ...admission, ports: { clock, timer, random } });
  const listener = await listenMcpHttp(front, { ...address, onFault: shared.onFault });
  say(`listening on ${listener.url}`);
  const ended = Promise.withResolvers<void>();
  return { closed: ended.promise, close: () => listener.close().then(ended.resolve) };
}

/** `8080`, `127.0.0.1:8080` or `[::1]:8080`. Throws CLI_USAGE. */
export function readAddress(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  if (digits === '' || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6))
    throw usage(`${text} is no address: [host:]port, 0 for a free one`, 'http');
  return { host, port };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const usage = (message: string, field: string): TtpError => new TtpError('CLI_USAGE', message, { field });
