import type { Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { MESSAGE_MAX_BYTES } from '../limits.js';
import { type HttpUpstream, httpTransport, requireHttpUpstream } from './http-upstream.js';

/** A server that is started as a child process and spoken to over its standard input and output. */
export interface StdioUpstream {
  readonly command: string;
  readonly args?: readonly string[];
  /** Its environment, beside HOME, LOGNAME, PATH, SHELL, TERM and USER. Nothing else of this process's gets there. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The server behind a gateway: a command to start, where it listens, or a connection. */
export type Upstream = StdioUpstream | HttpUpstream | Transport;

/** Children that are alive: they are killed when this process exits without having closed its gateways. */
const children = new Set<number>();

function killChildren(): void {
  for (const pid of children)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in the meantime, which is what was wanted.
    }
}

/** A child process that does not outlive this one, as long as this one is not itself killed with SIGKILL. */
class ChildTransport extends StdioClientTransport {
  #pid: number | null = null;
  #closing: Promise<void> | undefined;

  override async start(): Promise<void> {
    await super.start();
    this.#pid = this.pid;
    if (this.#pid === null) return;
    if (children.size === 0) process.on('exit', killChildren);
    children.add(this.#pid);
  }

  /** Whoever asks, and however often: it resolves when the child was asked, told and at last made to end. */
  override close(): Promise<void> {
    this.#closing ??= super.close().finally(() => this.#forget());
    return this.#closing;
  }

  #forget(): void {
    if (this.#pid !== null) children.delete(this.#pid);
    if (children.size === 0) process.off('exit', killChildren);
  }
}

/** Throws GATEWAY_BAD_OPTION where no server can be reached like this. */
export function requireUpstream(upstream: Upstream): void {
  if ('url' in upstream) requireHttpUpstream(upstream);
}

/** The connection to a server. Nothing is started before somebody connects. */
export function upstreamTransport(upstream: Upstream): Transport {
  if ('url' in upstream) return httpTransport(upstream);
  if (!('command' in upstream)) return upstream;
  const { command, args = [], env, cwd } = upstream;
  return new ChildTransport({
    command,
    args: [...args],
    maxBufferSize: MESSAGE_MAX_BYTES,
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(cwd === undefined ? {} : { cwd }),
  });
}
